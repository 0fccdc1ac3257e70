// Keeps one session to the broker up: when to connect, in which MQTT, and what is the matter when there is none.

import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, type MonoMs } from '#contract/time.ts';
import { dialectAfter, dialectAt, dialectConnected, newest } from './dialect.ts';
import { type Ending, noRivalry, rivalryAfter, type Trouble, troubleOf } from './ending.ts';
import { idle, type LinkEvent, step } from './reconnect.ts';
import { openSession, type Session } from './session.ts';
import type { UplinkTimes } from './times.ts';

export interface LinkIo {
  config: UplinkConfig;
  secrets: UplinkSecrets;
  clock: Clock;
  ids: Ids;
  log: Log;
  times: UplinkTimes;
  will(): { topic: string; body: string };
  /** An alert waits to be sent, or for its receipt. */
  calling(): boolean;
  connected(): void;
  /** The session that was connected is over. */
  ended(): void;
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
  /** No further attempt. A connected session is left to the caller. */
  stop(): void;
}

export function keepLink(io: LinkIo): LinkKeeper {
  const { clock, times, log } = io;
  let link = idle;
  let dialect = newest;
  let rivalry = noRivalry;
  /** The last session ended in silence: until this one has an answer, connected means nothing. */
  let doubted = false;
  let session: Session | undefined;
  let connectedAt: MonoMs | undefined;
  let cancelTimer: Cancel = () => {};
  let endedAt = clock.now().mono;
  let dueAt = endedAt;

  const now = () => clock.now().mono;
  const move = (event: LinkEvent) => {
    link = step(link, event, io.ids.random(), times, io.calling());
  };
  const after = (ms: number, name: string, fire: () => void) => {
    cancelTimer();
    cancelTimer = clock.at(later(now(), Math.round(ms)), name, fire);
  };

  function open(): void {
    dialect = dialectAt(dialect, now());
    const { config, secrets } = io;
    const message: typeof io.message = (...heard) => {
      proven();
      io.message(...heard);
    };
    const events = { connected, message, ended };
    session = openSession({ config, secrets, version: dialect.version, will: io.will(), clock, times }, events);
  }

  function connected(): void {
    move('connected');
    connectedAt = now();
    dialect = dialectConnected(dialect);
    log.info({ mqtt: dialect.version === 5 ? '5' : '3.1.1' }, 'uplink connected');
    after(times.stableMs, 'uplink-stable', settled);
    io.connected();
    tellWell();
  }

  /** With a second client about, being connected for the moment says nothing either. */
  function tellWell(): void {
    if (!rivalry.suspected && !doubted) io.trouble(undefined);
  }

  function proven(): void {
    if (!doubted) return;
    doubted = false;
    tellWell();
  }

  function settled(): void {
    move('settled');
    rivalry = noRivalry;
    tellWell();
  }

  function ended(end: Ending): void {
    const lastedMs = connectedAt === undefined ? undefined : now() - connectedAt;
    session = undefined;
    connectedAt = undefined;
    cancelTimer();
    if (link.phase === 'stopped') {
      io.ended();
      return;
    }
    const next = dialectAfter(dialect, end, now(), times);
    dialect = next.dialect;
    rivalry = rivalryAfter(rivalry, end, lastedMs, times);
    if (next.again) {
      log.info({ mqtt: dialect.version === 5 ? '5' : '3.1.1' }, 'uplink tries the other version of MQTT');
      open();
      return;
    }
    doubted ||= end.cause === 'silent';
    const trouble = rivalry.suspected ? takenOver(end) : troubleOf(end);
    move('ended');
    log.warn({ ...trouble, lastedMs, retryInMs: Math.round(link.waitMs) }, 'uplink session ended');
    endedAt = now();
    attemptIn(link.waitMs);
    io.trouble(trouble);
    if (lastedMs !== undefined) io.ended();
  }

  function attemptIn(ms: number): void {
    dueAt = later(now(), ms);
    after(ms, 'uplink-reconnect', () => {
      move('due');
      open();
    });
  }

  return {
    start() {
      if (link.phase !== 'idle') return;
      move('start');
      open();
    },
    proven,
    hurry() {
      const soon = later(endedAt, times.reconnectMs);
      if (link.phase === 'waiting' && soon < dueAt) attemptIn(Math.max(0, soon - now()));
    },
    session: () => (connectedAt === undefined ? undefined : session),
    stop() {
      cancelTimer();
      move('stop');
      if (connectedAt === undefined) session?.abort();
    },
  };
}

const takenOver = (end: Ending): Trouble => ({
  code: 'uplink-taken-over',
  detail:
    end.cause === 'dismissed'
      ? troubleOf(end).detail
      : 'session after session ended within seconds of connecting: another client with our id, or a broker that refuses what we send',
});
