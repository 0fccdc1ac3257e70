// One session's worth of MQTT after the other: what waits is sent in order, what comes in is understood, and what is the
// matter is reported. The parts are files of their own; here they are put together.

import type { Channel, ChannelIo, ChannelTrouble } from '#contract/channel.ts';
import type { UplinkConfig } from '#contract/config.ts';
import { type OutboxEntry, priorities } from '#contract/delivery.ts';
import type { Fault } from '#contract/fault.ts';
import { type Cancel, every, later, type MonoMs, soonest } from '#contract/time.ts';
import { topics, type Upward } from '#contract/uplink/topics.ts';
import type { Trouble } from './disconnect.ts';
import { createGreetings, type Greetings, unlistedEntry } from './greetings.ts';
import { createHistoryDrain, type HistoryDrain } from './history.ts';
import { createIncoming, type Incoming } from './incoming.ts';
import { keepLink, type LinkKeeper } from './link.ts';
import { type Answer, answerBody, type Making, stateBody } from './messages.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { render } from './render.ts';
import { createDrain, type Drain } from './sending.ts';
import type { Outcome, Session } from './session.ts';
import { createShortages, type Shortages } from './shortages.ts';
import { saysTooLarge } from './sizes.ts';
import { defaultTimes, type UplinkTimes } from './times.ts';
import { createTroubles, type Troubles } from './troubles.ts';

export interface MqttIo extends ChannelIo<UplinkConfig> {
  times?: Partial<UplinkTimes>;
}

/** The parts, and what they share. */
interface Mqtt {
  io: MqttIo;
  times: UplinkTimes;
  outbox: Outbox;
  history: HistoryDrain;
  troubles: Troubles;
  shortages: Shortages;
  incoming: Incoming;
  link: LinkKeeper;
  greetings: Greetings;
  drain: Drain;
  /** Counted up each minute. */
  heartbeat: number;
  /** Of what was offered: what is made here comes after it. */
  highestSeq: number;
  /** Ids of messages made here rather than offered: that they were sent is reported to nobody. */
  own: Set<string>;
  /** Present from `stop` on: "offline" is still to be said, or was; `done` when the session is over. */
  farewell?: { said: boolean; done(): void };
  cancelHeartbeat: Cancel;
  cancelWake: Cancel;
}

export function createMqttChannel(given: MqttIo): Channel {
  const log = given.log.child({ channel: given.config.channel });
  const mqtt = assemble({ ...given, log });
  let stopped: Promise<void> | undefined;
  return {
    start() {
      mqtt.cancelHeartbeat = every(given.clock, mqtt.times.heartbeatMs, 'uplink-heartbeat', () => beat(mqtt));
      mqtt.link.start();
    },
    offer(entry) {
      if (entry.channel !== given.config.channel) return;
      mqtt.highestSeq = Math.max(mqtt.highestSeq, entry.seq);
      mqtt.outbox.offer(entry);
      if (entry.kind === 'alert') mqtt.link.hurry();
      pump(mqtt);
    },
    retry: mqtt.link.retry,
    waiting: () => mqtt.outbox.entries().filter(({ msgId }) => !mqtt.own.has(msgId)),
    stop() {
      stopped ??= stop(mqtt);
      return stopped;
    },
  };
}

function assemble(io: MqttIo): Mqtt {
  const { config, clock, log, events } = io;
  const times: UplinkTimes = { ...defaultTimes, ...io.times };
  const outbox = createOutbox(times);
  const troubles = createTroubles(log, outbox.refusal, (trouble) => events.session(trouble && reported(trouble)));
  const shortages = createShortages(log, events.limited);
  const incoming = createIncoming({
    address: config,
    log,
    command: (command) => answer(mqtt, events.command(command)),
    answer: (made) => answer(mqtt, made),
    receipt: (eventId) => receipt(mqtt, eventId),
    announced() {
      outbox.announced(nowOf(mqtt));
      pump(mqtt);
    },
  });
  const link = keepLink({
    ...{ config, clock, log, times, ids: io.ids, secrets: io.secrets, trouble: troubles.link },
    will: () => ({ topic: topics.up(config, 'state'), body: state(mqtt, false) }),
    calling: () => outbox.entries().some(({ kind }) => kind === 'alert'),
    message: incoming.message,
    connected: () => connected(mqtt),
    ended(why, owed) {
      outbox.interrupted(nowOf(mqtt), saysTooLarge(why));
      mqtt.history.interrupted();
      mqtt.greetings.ended(owed);
      troubles.ended();
      mqtt.cancelWake();
      mqtt.farewell?.done();
    },
  });
  const sending = {
    ...{ address: config, clock, troubles, guess: link.guess },
    tooLarge: (what: string) => tooLarge(mqtt, what),
    publish: (session: Session, what: Upward, body: string, done: (outcome: Outcome) => void) =>
      publish(mqtt, session, what, body, done),
  };
  const mqtt: Mqtt = {
    ...{ io, times, outbox, troubles, shortages, incoming, link },
    history: createHistoryDrain({
      ...io,
      address: config,
      times,
      ready: () => pump(mqtt),
      tooLarge: () => tooLarge(mqtt, 'history'),
    }),
    greetings: createGreetings({
      ...sending,
      making: () => making(mqtt),
      state: () => state(mqtt, true),
      about: io,
      inventory: io.inventory,
      incoming,
      birthTaken: shortages.birthTaken,
      subscribed() {
        link.proven();
        pump(mqtt);
      },
      unlisted: (faults) => {
        for (const fault of faults) offerUnlisted(mqtt, fault);
      },
    }),
    drain: createDrain({ ...sending, outbox, taken: (entry) => sent(mqtt, entry), more: () => pump(mqtt) }),
    heartbeat: 0,
    highestSeq: 0,
    own: new Set(),
    cancelHeartbeat: () => {},
    cancelWake: () => {},
  };
  return mqtt;
}

/** The broker's own reason goes with the fault, which is then shown in the words of that reason. */
const reported = ({ code, detail, mqtt }: Trouble): ChannelTrouble => ({
  code,
  detail,
  ...(mqtt !== undefined && { context: { mqtt } }),
});

const nowOf = ({ io }: Mqtt): MonoMs => io.clock.now().mono;
const making = ({ io }: Mqtt, id = io.ids.next()): Making => ({ address: io.config, id, at: io.clock.now() });
const state = (mqtt: Mqtt, online: boolean): string =>
  stateBody(making(mqtt), { online, heartbeat: mqtt.heartbeat, bootId: mqtt.io.bootId });

function connected(mqtt: Mqtt): void {
  const session = mqtt.link.session();
  if (session) mqtt.shortages.connected(session, mqtt.link.guess());
  mqtt.greetings.add('subscribe', 'state', 'birth');
  mqtt.outbox.resumed();
  pump(mqtt);
}

/** Sends all that may go now, in order, and sees to being called when more may. Alerts come before any greeting. */
function pump(mqtt: Mqtt): void {
  const { greetings, drain } = mqtt;
  const session = mqtt.link.session();
  if (!session) return;
  drain(session, 'alerts');
  greetings.say(session, false);
  if (!greetings.first()) drain(session);
  const quiet = session.inFlight() === 0;
  if (quiet) greetings.say(session, true);
  if (session.inFlight() === 0 && !greetings.waiting()) {
    if (mqtt.farewell) sayOffline(mqtt, session);
    else sendHistory(mqtt, session);
  }
  wake(mqtt, session);
  mqtt.shortages.report();
  mqtt.troubles.report();
}

function wake(mqtt: Mqtt, session: Session): void {
  mqtt.cancelWake();
  const idle = session.inFlight() === 0;
  const first = soonest(mqtt.outbox.dueAt(), idle && !mqtt.farewell ? mqtt.history.dueAt() : undefined);
  // What is due by now waits for an acknowledgement, which calls `pump`. With none owed it has fallen due this instant.
  if (first === undefined || (!idle && first <= nowOf(mqtt))) return;
  mqtt.cancelWake = mqtt.io.clock.at(first, 'uplink-drain', () => pump(mqtt));
}

function publish(mqtt: Mqtt, session: Session, what: Upward, body: string, done: (outcome: Outcome) => void): void {
  const retain = what === 'state' || what === 'birth';
  session.publish(topics.up(mqtt.io.config, what), body, retain, (outcome) => {
    mqtt.link.proven();
    done(outcome);
    pump(mqtt);
  });
}

function tooLarge(mqtt: Mqtt, what: string): void {
  const session = mqtt.link.session();
  if (session) mqtt.shortages.tooLarge(what, session, mqtt.link.guess());
}

function sent(mqtt: Mqtt, entry: OutboxEntry | undefined): void {
  if (entry && !mqtt.own.delete(entry.msgId)) mqtt.io.events.sent(entry);
}

function receipt(mqtt: Mqtt, eventId: string): void {
  const { known, unacknowledged } = mqtt.outbox.receipt(eventId);
  if (!known) {
    mqtt.io.log.debug({ eventId }, 'receipt of a message that does not wait for one ignored');
    return;
  }
  // The platform's word can be quicker than the broker's.
  sent(mqtt, unacknowledged);
  mqtt.io.events.arrived(eventId);
  pump(mqtt);
}

function sendHistory(mqtt: Mqtt, session: Session): void {
  const { history, troubles, link } = mqtt;
  const body = history.take(session.room(topics.up(mqtt.io.config, 'history'), link.guess()));
  if (body === undefined) return;
  publish(mqtt, session, 'history', body, (outcome) => {
    troubles.note('history', outcome);
    if (outcome.taken) history.acknowledged(session.granted().qos === 0);
    else history.refused();
  });
}

/** Sends a message that is made here. */
function offerOwn(mqtt: Mqtt, entry: Omit<OutboxEntry, 'seq' | 'channel'>): void {
  mqtt.own.add(entry.msgId);
  mqtt.outbox.offer({ ...entry, seq: mqtt.highestSeq, channel: mqtt.io.config.channel });
}

function answer(mqtt: Mqtt, made: Answer): void {
  const { commandId } = made;
  mqtt.incoming.answered(made);
  const msgId = `answer.${commandId}`;
  const body = answerBody(making(mqtt, msgId), made);
  offerOwn(mqtt, { slot: `answer/${commandId}`, msgId, kind: 'answer', priority: priorities.answer, body });
  pump(mqtt);
}

/** A fault that a birth had no room for. */
function offerUnlisted(mqtt: Mqtt, fault: Fault): void {
  const { io, outbox } = mqtt;
  const msgId = io.ids.next();
  const body = render({ kind: 'fault', id: msgId, fault, active: true, at: io.clock.now() }, io.config);
  const entry = unlistedEntry(fault, outbox.entries(), { msgId, kind: 'fault', priority: priorities.fault, body });
  if (entry) offerOwn(mqtt, entry);
}

function beat(mqtt: Mqtt): void {
  mqtt.heartbeat += 1;
  mqtt.greetings.add('state');
  if (mqtt.troubles.refuses('subscription')) mqtt.greetings.add('subscribe');
  pump(mqtt);
}

function sayOffline(mqtt: Mqtt, session: Session): void {
  const { farewell } = mqtt;
  if (!farewell || farewell.said) return;
  farewell.said = true;
  const topic = topics.up(mqtt.io.config, 'state');
  session.publish(topic, state(mqtt, false), true, () => void session.leave().then(farewell.done));
}

function stop(mqtt: Mqtt): Promise<void> {
  const { clock } = mqtt.io;
  mqtt.cancelHeartbeat();
  mqtt.link.stop();
  const session = mqtt.link.session();
  if (!session) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancelDeadline();
      mqtt.cancelWake();
      resolve();
    };
    const cancelDeadline = clock.at(later(nowOf(mqtt), mqtt.times.stopMs), 'uplink-stop', () => {
      // Cut off, the broker says offline in our place: that is the will.
      session.abort();
      done();
    });
    mqtt.farewell = { said: false, done };
    pump(mqtt);
  });
}
