// The uplink: carries alerts, faults, answers and history to the platform, and brings its receipts and commands in.

import type { CommandAnswer } from '#contract/command.ts';
import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { type OutboxEntry, priorities } from '#contract/delivery.ts';
import type { Fault } from '#contract/fault.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import type { History } from '#contract/store.ts';
import { type Cancel, type Clock, every, later, soonest } from '#contract/time.ts';
import type { Uplink, UplinkEvents } from '#contract/uplink/port.ts';
import { topics, type Upward } from '#contract/uplink/topics.ts';
import { createGreetings, unlistedEntry } from './greetings.ts';
import { createHistoryDrain, type HistoryCursor } from './history.ts';
import { createIncoming } from './incoming.ts';
import { keepLink } from './link.ts';
import { type Answer, answerBody, faultBody, stateBody } from './messages.ts';
import { createOutbox } from './outbox.ts';
import { createDrain } from './sending.ts';
import type { Outcome, Session } from './session.ts';
import { saysTooLarge } from './sizes.ts';
import { defaultTimes, type UplinkTimes } from './times.ts';
import { createTroubles } from './troubles.ts';

export type { HistoryCursor } from './history.ts';
export { defaultTimes, type UplinkTimes } from './times.ts';

export interface UplinkIo {
  config: UplinkConfig;
  /** Read anew for each attempt to connect. What it throws is why there is no session. */
  secrets(): UplinkSecrets;
  clock: Clock;
  ids: Ids;
  log: Log;
  events: UplinkEvents;
  /** What the journal kept; entries of other channels are left alone. */
  outbox: readonly OutboxEntry[];
  history: Pick<History, 'read'>;
  cursor: HistoryCursor;
  /** Whether a reading may leave the home; all may without. */
  leaves?: (reading: Reading) => boolean;
  bootId: string;
  /** Of the product, for the birth message. */
  version: string;
  times?: Partial<UplinkTimes>;
}

export function createUplink(io: UplinkIo): Uplink {
  const { config, clock, ids, events } = io;
  const { channel } = config;
  const times: UplinkTimes = { ...defaultTimes, ...io.times };
  const log = io.log.child({ channel });
  const restored = io.outbox.filter((entry) => entry.channel === channel);
  const outbox = createOutbox(restored, times);
  const history = createHistoryDrain({
    ...io,
    address: config,
    log,
    times,
    ready: pump,
    tooLarge: () => tooLarge('history'),
  });

  const troubles = createTroubles({
    log,
    waiting: outbox.refusal,
    told: (trouble) => events.session(trouble),
    shortOf: events.shortOf,
  });

  let heartbeat = 0;
  let highestSeq = restored.reduce((highest, { seq }) => Math.max(highest, seq), 0);
  let cancelHeartbeat: Cancel = () => {};
  let cancelWake: Cancel = () => {};
  /** Messages made here rather than offered: nobody waits to hear that they were sent. */
  const own = new Set<string>();
  let farewell: { begun: boolean; done: () => void } | undefined;
  let stopped: Promise<void> | undefined;

  const now = () => clock.now().mono;
  const making = (id: string) => ({ address: config, id, at: clock.now() });
  const state = (online: boolean) => stateBody(making(ids.next()), { online, heartbeat, bootId: io.bootId });

  const incoming = createIncoming({
    address: config,
    log,
    command: (command) => events.command(command),
    answer,
    receipt,
    announced() {
      outbox.announced(now());
      pump();
    },
  });

  const link = keepLink({
    ...io,
    log,
    times,
    will: () => ({ topic: topics.up(config, 'state'), body: state(false) }),
    calling: () => outbox.entries().some(({ kind }) => kind === 'alert'),
    message: incoming.message,
    connected() {
      const session = link.session();
      if (session) troubles.connected(session, link.guess());
      greetings.add('subscribe', 'state', 'birth');
      outbox.resumed();
      pump();
    },
    ended(why, owed) {
      outbox.interrupted(now(), saysTooLarge(why));
      history.interrupted();
      greetings.ended(owed);
      troubles.ended();
      cancelWake();
      farewell?.done();
    },
    trouble: troubles.link,
  });

  const greetings = createGreetings({
    address: config,
    making: () => making(ids.next()),
    state: () => state(true),
    about: io,
    inventory: events.inventory,
    incoming,
    troubles,
    guess: link.guess,
    publish,
    subscribed() {
      link.proven();
      pump();
    },
    unlisted: (faults) => void faults.forEach(tellUnlisted),
  });

  const drain = createDrain({
    ...{ outbox, address: config, clock, troubles, guess: link.guess, tooLarge, publish, taken: tellSent },
  });

  /** Sends all that may go now, in order, and sees to being called when more may. Alerts come before any greeting. */
  function pump(): void {
    const session = link.session();
    if (!session) return;
    drain(session, 'alerts');
    greetings.say(session, false);
    if (!greetings.first()) drain(session);
    const quiet = session.inFlight() === 0;
    if (quiet) greetings.say(session, true);
    if (session.inFlight() === 0 && !greetings.waiting()) {
      if (farewell) sayOffline(session);
      else sendHistory(session);
    }
    wake(session);
    troubles.tell();
  }

  function wake(session: Session): void {
    cancelWake();
    const idle = session.inFlight() === 0;
    const first = soonest(outbox.dueAt(), idle && !farewell ? history.dueAt() : undefined);
    // What is due by now waits for an acknowledgement, which calls `pump`. With none owed it has fallen due this instant.
    if (first !== undefined && (idle || first > now())) cancelWake = clock.at(first, 'uplink-drain', pump);
  }

  function publish(session: Session, what: Upward, body: string, done: (outcome: Outcome) => void): void {
    const retain = what === 'state' || what === 'birth';
    session.publish(topics.up(config, what), body, retain, (outcome) => {
      link.proven();
      done(outcome);
      pump();
    });
  }

  function tooLarge(what: Upward): void {
    const session = link.session();
    if (session) troubles.tooLarge(what, session, link.guess());
  }

  /** A fault that a birth had no room for. */
  function tellUnlisted(fault: Fault): void {
    const msgId = ids.next();
    const body = faultBody(making(msgId), fault);
    const entry = unlistedEntry(fault, outbox.entries(), {
      ...{ seq: highestSeq, channel, msgId, kind: 'fault', priority: priorities.fault, body },
    });
    if (!entry) return;
    own.add(msgId);
    outbox.offer(entry);
  }

  function tellSent(entry: OutboxEntry | undefined): void {
    if (entry && !own.delete(entry.msgId)) events.sent(entry);
  }

  function sendHistory(session: Session): void {
    const body = history.take(session.room(topics.up(config, 'history'), link.guess()));
    if (body === undefined) return;
    publish(session, 'history', body, (outcome) => {
      troubles.note('history', outcome);
      if (outcome.taken) history.acknowledged(session.granted().qos === 0);
      else history.refused();
    });
  }

  function receipt(eventId: string): void {
    const { known, unacknowledged } = outbox.receipt(eventId);
    if (!known) {
      log.debug({ eventId }, 'receipt of a message that does not wait for one ignored');
      return;
    }
    // The platform's word can be quicker than the broker's.
    tellSent(unacknowledged);
    events.received(eventId);
    pump();
  }

  function answer(made: Answer): void {
    incoming.answered(made);
    const msgId = `answer.${made.commandId}`;
    const slot = `answer/${made.commandId}`;
    const body = answerBody(making(msgId), made);
    own.add(msgId);
    outbox.offer({ seq: highestSeq, slot, channel, msgId, kind: 'answer', priority: priorities.answer, body });
    pump();
  }

  function beat(): void {
    heartbeat += 1;
    greetings.add('state');
    if (troubles.refuses('subscription')) greetings.add('subscribe');
    pump();
  }

  function sayOffline(session: Session): void {
    if (!farewell || farewell.begun) return;
    farewell.begun = true;
    const { done } = farewell;
    session.publish(topics.up(config, 'state'), state(false), true, () => void session.leave().then(done));
  }

  function end(): Promise<void> {
    cancelHeartbeat();
    link.stop();
    const session = link.session();
    if (!session) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        cancelDeadline();
        cancelWake();
        resolve();
      };
      const cancelDeadline = clock.at(later(now(), times.stopMs), 'uplink-stop', () => {
        // Cut off, the broker says offline in our place: that is the will.
        session.abort();
        done();
      });
      farewell = { begun: false, done };
      pump();
    });
  }

  return {
    start() {
      cancelHeartbeat = every(clock, times.heartbeatMs, 'uplink-heartbeat', beat);
      link.start();
    },
    offer(entry) {
      if (entry.channel !== channel) return;
      highestSeq = Math.max(highestSeq, entry.seq);
      outbox.offer(entry);
      if (entry.kind === 'alert') link.hurry();
      pump();
    },
    answer: (made: CommandAnswer) => answer(made),
    retry: link.retry,
    waiting: () => outbox.entries().filter(({ msgId }) => !own.has(msgId)),
    stop: () => {
      stopped ??= end();
      return stopped;
    },
  };
}
