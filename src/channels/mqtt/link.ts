// Keeps one session to the broker up: when to connect, in which MQTT, and what is the matter when there is none.

import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, type MonoMs } from '#contract/time.ts';
import type { Trouble } from '#contract/uplink/port.ts';
import { PACKET_TOO_LARGE } from '#contract/uplink/reasons.ts';
import { dialectAfter, dialectAt, dialectConnected, newest } from './dialect.ts';
import { type Ending, isMisfit, noRivalry, rivalryAfter, troubleOf } from './ending.ts';
import { allGranted, lessAfter, modestAfter } from './grants.ts';
import { idle, type LinkEvent, step } from './reconnect.ts';
import { type Owed, openSession, type Session } from './session.ts';
import { noSizes, saysTooLarge, sizesAfter, sizesAt, sizeTaken } from './sizes.ts';
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
  ended(end: Ending, owed: readonly Owed[]): void;
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

export function keepLink(io: LinkIo): LinkKeeper {
  const { clock, times, log } = io;
  let link = idle;
  let dialect = newest;
  let rivalry = noRivalry;
  let sizes = noSizes;
  let granted = allGranted;
  /** In MQTT 3.1.1, which does not say what it grants: until when what was found out is remembered. */
  let grantedUntil: MonoMs | undefined;
  /** Attempts in MQTT 3.1.1 in a row that were closed without a CONNACK. */
  let unheard = 0;
  let openedAt = clock.now().mono;
  /** Something was acknowledged in this session. */
  let answered = false;
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
    sizes = sizesAt(sizes, now());
    if (grantedUntil !== undefined && now() >= grantedUntil) {
      granted = allGranted;
      grantedUntil = undefined;
    }
    openedAt = now();
    const { config } = io;
    const message: typeof io.message = (...heard) => {
      proven();
      io.message(...heard);
    };
    answered = false;
    const taken = (bytes: number) => {
      answered = true;
      sizes = sizeTaken(sizes, bytes);
    };
    try {
      const secrets = io.secrets();
      const plan = { config, secrets, version: dialect.version, will: io.will(), granted, clock, times };
      session = openSession(plan, { connected, message, taken, ended });
    } catch (thrown) {
      // Told later, as every other end is.
      const detail = reasonOf(thrown);
      after(0, 'uplink-unusable', () => ended({ cause: 'unusable', detail }, []));
    }
  }

  function connected(): void {
    move('connected');
    connectedAt = now();
    if (session && dialect.version === 5) {
      granted = { ...session.granted(), packet: allGranted.packet };
      grantedUntil = undefined;
    }
    unheard = 0;
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

  function ended(end: Ending, owed: readonly Owed[]): void {
    const lastedMs = connectedAt === undefined ? undefined : now() - connectedAt;
    session = undefined;
    connectedAt = undefined;
    cancelTimer();
    if (link.phase === 'stopped') {
      io.ended(end, owed);
      return;
    }
    const less = lessAfter(granted, end);
    if (less) {
      granted = less;
      log.info({ ...troubleOf(end) }, 'uplink asks for less');
      open();
      return;
    }
    if (dialect.version === 4 && end.cause === 'closed-early') {
      unheard += 1;
      granted = modestAfter(unheard);
      grantedUntil = later(now(), times.dialectMs);
    }
    const next = dialectAfter(dialect, end, now(), times);
    dialect = next.dialect;
    const known = sizes.limit;
    // A broker that answered nothing at all is silent about more than what is large.
    if (lastedMs !== undefined && (answered || end.cause !== 'silent'))
      sizes = sizesAfter(sizes, end, largestOf(owed), now(), times);
    const tooLarge = sizes.limit !== known || saysTooLarge(end);
    rivalry = rivalryAfter(rivalry, end, lastedMs, times, owed.length > 0);
    if (next.again) {
      log.info({ mqtt: dialect.version === 5 ? '5' : '3.1.1' }, 'uplink tries the other version of MQTT');
      open();
      return;
    }
    doubted ||= end.cause === 'silent';
    const trouble = troubleNow(end, owed, tooLarge);
    move('ended');
    log.warn({ ...trouble, lastedMs, retryInMs: Math.round(link.waitMs) }, 'uplink session ended');
    endedAt = now();
    attemptIn(link.waitMs);
    io.trouble(trouble);
    if (lastedMs !== undefined) io.ended(end, owed);
  }

  function troubleNow(end: Ending, owed: readonly Owed[], tooLarge: boolean): Trouble {
    if (rivalry.suspected) return takenOver(end);
    const over = [...new Set(owed.map(({ what }) => what))].toSorted().join(', ');
    if (tooLarge)
      return {
        code: 'uplink-packet-limit',
        detail: `the broker ends the session over: ${over}`,
        mqtt: PACKET_TOO_LARGE,
      };
    if (isMisfit(rivalry))
      return {
        code: 'uplink-incompatible',
        detail: `the broker ends session after session and leaves unanswered: ${over}`,
      };
    return troubleOf(end);
  }

  function hurry(): void {
    const soon = later(endedAt, times.reconnectMs);
    if (link.phase === 'waiting' && soon < dueAt) attemptIn(Math.max(0, soon - now()));
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
    hurry,
    retry() {
      if (link.phase !== 'connecting' || now() < later(openedAt, times.reconnectMs)) return hurry();
      session?.abort();
      cancelTimer();
      open();
    },
    guess: () => sizes.limit,
    session: () => (connectedAt === undefined ? undefined : session),
    stop() {
      cancelTimer();
      move('stop');
      if (connectedAt === undefined) session?.abort();
    },
  };
}

const largestOf = (owed: readonly Owed[]): number => Math.max(0, ...owed.map(({ bytes }) => bytes));

const takenOver = (end: Ending): Trouble => ({
  code: 'uplink-taken-over',
  detail:
    end.cause === 'dismissed'
      ? troubleOf(end).detail
      : 'session after session ended within seconds of connecting, with nothing left unanswered: another client with our id',
});
