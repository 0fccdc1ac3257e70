// Keeps one session to the broker up: when to connect, and what is the matter when there is no session.

import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, type MonoMs } from '#contract/time.ts';
import {
  brokerAfter,
  brokerAt,
  brokerConnected,
  brokerProven,
  brokerSteady,
  brokerTook,
  isTrusted,
  unknownBroker,
} from './broker.ts';
import type { DisconnectReason, Trouble } from './disconnect.ts';
import { idle, type LinkEvent, step } from './reconnect.ts';
import { type Owed, openSession, type Session } from './session.ts';
import type { UplinkTimes } from './times.ts';

export interface LinkIo {
  config: UplinkConfig;
  /** Read for each attempt: they may have been mended, or renewed. May throw. */
  secrets(): UplinkSecrets;
  clock: Clock;
  ids: Ids;
  log: Log;
  times: UplinkTimes;
  will(): { topic: string; body: string };
  /** An alert waits to be sent, or for its receipt. */
  calling(): boolean;
  connected(): void;
  /** The session that was connected is over, with so much unanswered. */
  ended(why: DisconnectReason, owed: readonly Owed[]): void;
  message(topic: string, payload: Uint8Array, retained: boolean): void;
  trouble(trouble: Trouble | undefined): void;
}

export interface LinkKeeper {
  start(): void;
  /** The session, while it is connected. */
  session(): Session | undefined;
  /** The broker acknowledged something: it does more than take connections. That it handed something on is known here. */
  proven(): void;
  /** There is an alert to send: an attempt that waits is made within a second of the last one. */
  hurry(): void;
  /** What a connection needs is another: the same, and an attempt that hangs is begun anew. */
  retry(): void;
  /** Bytes of the largest packet that the broker seems to take, where it does not say. A guess: no alert is kept back for it. */
  guess(): number | undefined;
  /** No further attempt. A connected session is left to the caller. */
  stop(): void;
}

/** What is logged of an attempt without a wait. */
const atOnce = { less: 'uplink asks for less', 'other-version': 'uplink tries the other version of MQTT' } as const;

export function keepLink(io: LinkIo): LinkKeeper {
  const { clock, times, log, config } = io;
  const now = () => clock.now().mono;
  let link = idle;
  let broker = unknownBroker;
  let session: Session | undefined;
  /** When the attempt under way began, its session came up, the last one ended, and the next is due. */
  const at = { opened: now(), connected: undefined as MonoMs | undefined, ended: now(), due: now() };
  /** Something was acknowledged in this session. */
  let answered = false;
  let cancelTimer: Cancel = () => {};

  const move = (event: LinkEvent) => {
    link = step(link, event, io.ids.random(), times, io.calling());
  };
  const after = (ms: number, name: string, fire: () => void) => {
    cancelTimer();
    cancelTimer = clock.at(later(now(), Math.round(ms)), name, fire);
  };
  const mqtt = () => (broker.dialect.version === 5 ? '5' : '3.1.1');

  function open(): void {
    at.opened = now();
    broker = brokerAt(broker, now());
    answered = false;
    const { granted, dialect } = broker;
    try {
      session = openSession(
        { config, secrets: io.secrets(), version: dialect.version, will: io.will(), granted, clock, times },
        { connected, message, taken, ended },
      );
    } catch (thrown) {
      // Never within the call that opens it, like every other end.
      const detail = reasonOf(thrown);
      after(0, 'uplink-unusable', () => ended({ cause: 'unusable', detail }, []));
    }
  }

  const message: typeof io.message = (...heard) => {
    proven();
    io.message(...heard);
  };

  function taken(bytes: number): void {
    answered = true;
    broker = brokerTook(broker, bytes);
  }

  function connected(): void {
    move('connected');
    at.connected = now();
    if (session) broker = brokerConnected(broker, session.granted());
    log.info({ mqtt: mqtt() }, 'uplink connected');
    after(times.stableMs, 'uplink-stable', settled);
    io.connected();
    reportWell();
  }

  function reportWell(): void {
    if (isTrusted(broker)) io.trouble(undefined);
  }

  function proven(): void {
    if (!broker.doubted) return;
    broker = brokerProven(broker);
    reportWell();
  }

  function settled(): void {
    move('settled');
    broker = brokerSteady(broker);
    reportWell();
  }

  function ended(why: DisconnectReason, owed: readonly Owed[]): void {
    const lastedMs = at.connected === undefined ? undefined : now() - at.connected;
    const over = session;
    session = undefined;
    at.connected = undefined;
    // What came before the end counts: an acknowledgement is one, and a receipt proves what it proved.
    over?.turns.flush();
    cancelTimer();
    if (link.phase === 'stopped') return io.ended(why, owed);
    const next = brokerAfter(broker, { why, owed, lastedMs, answered }, now(), times);
    broker = next.broker;
    if (next.tryNow) {
      log.info({ ...next.trouble, mqtt: mqtt() }, atOnce[next.tryNow]);
      return open();
    }
    move('ended');
    log.warn({ ...next.trouble, lastedMs, retryInMs: Math.round(link.waitMs) }, 'uplink session ended');
    at.ended = now();
    attemptIn(link.waitMs);
    io.trouble(next.trouble);
    if (lastedMs !== undefined) io.ended(why, owed);
  }

  function hurry(): void {
    const soon = later(at.ended, times.reconnectMs);
    if (link.phase === 'waiting' && soon < at.due) attemptIn(Math.max(0, soon - now()));
  }

  function attemptIn(ms: number): void {
    at.due = later(now(), ms);
    after(ms, 'uplink-reconnect', () => {
      move('due');
      open();
    });
  }

  function retry(): void {
    if (link.phase !== 'connecting' || now() < later(at.opened, times.reconnectMs)) return hurry();
    session?.abort();
    cancelTimer();
    open();
  }

  return {
    start() {
      if (link.phase !== 'idle') return;
      move('start');
      open();
    },
    proven,
    hurry,
    retry,
    guess: () => broker.sizes.limit,
    session: () => (at.connected === undefined ? undefined : session),
    stop() {
      cancelTimer();
      move('stop');
      if (at.connected === undefined) session?.abort();
    },
  };
}
