// The one owner of the adapter: starts the stack, scans, connects one device at a time, and climbs the ladder when nothing
// is heard. Whether it works is judged by adverts that come, not by what a command returns.

import type { Advert, GattDown } from '#contract/ble-port.ts';
import { reasonOf } from '#contract/errors.ts';
import type { FaultCodeOf } from '#contract/fault.ts';
import type { LinkDown } from '#contract/link.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, type MonoMs, SECOND } from '#contract/time.ts';
import { readAdvert } from './advert.ts';
import { attempts } from './attempts.ts';
import { floodWatch } from './flood.ts';
import { climb, heard, type Ladder, RUNGS, type Rungs, stretched } from './ladder.ts';
import { type Adapter, loadNoble, type PeerEvent, type Report, type Stack, startStack } from './noble.ts';
import { chosen, OBSTACLES, type Obstacle, preflight } from './preflight.ts';
import { namedTimers } from './timers.ts';

export type RadioFault = FaultCodeOf<'radio'>;

export interface RadioOptions {
  clock: Clock;
  log: Log;
  adapter: Adapter;
  /** A fault of the adapter begins or ends. */
  fault(code: RadioFault, active: boolean, context?: Record<string, string | number>): void;
  /** Resetting did not help: the process should be started afresh. Goes on by itself where nobody does. */
  stalled(why: string): void;
  rungs?: Rungs | undefined;
  /** Silence is borne so many times as long; 1 by default. */
  patience?: number | undefined;
  within?: Deadlines | undefined;
  /** Where /sys and /proc are, for tests. */
  root?: string | undefined;
}

export interface Deadlines {
  start: number;
  connect: number;
  /** Of a request to a connected device. */
  answer: number;
}
export const DEADLINES: Deadlines = { start: 5 * SECOND, connect: 4 * SECOND, answer: 5 * SECOND };

export interface RadioEvents {
  up(): void;
  down(why: LinkDown): void;
  /** Somebody wants to hear what this address says. */
  listening(address: string): boolean;
  /** A device of this home. */
  ours(address: string): boolean;
  advert(advert: Advert): void;
  /** A device that offers a connection now; true: connect it. */
  wanted(address: string): boolean;
  connected(address: string, stack: Stack): void;
  rejected(address: string, detail: string): void;
  disconnected(address: string, why: GattDown): void;
  peer(address: string, event: PeerEvent): void;
}

export interface Radio {
  up(): boolean;
  /** Why it is not; undefined while it is, or has told nothing yet. */
  trouble(): LinkDown | undefined;
  disconnect(address: string): void;
  close(): Promise<void>;
}

const RETRY = { first: SECOND, longest: 30 * SECOND };
const STOPS_WITHIN = SECOND;
/** Data of a connection keeps the ladder lenient for so long. */
const CONNECTION_SPEAKS = 30 * SECOND;

/** Connectable: ADV_IND and ADV_DIRECT_IND. */
const CONNECTABLE = [0, 1];
const RSSI_UNKNOWN = 127;
/** What noble says of connections that an adapter took with it. */
const HARDWARE_FAILURE = 0x03;

const startFaults = ['bluetooth-missing', 'bluetooth-denied', 'bluetooth-blocked', 'bluetooth-failed'] as const;

export function openRadio(options: RadioOptions, events: RadioEvents): Radio {
  const { clock, log, adapter, patience = 1, within = DEADLINES } = options;
  const rungs = stretched(options.rungs ?? RUNGS, patience);
  /** noble, once it is loaded. */
  let noble: Awaited<ReturnType<typeof loadNoble>> | undefined;
  let stack: Stack | undefined;
  let scanning = false;
  let ladder: Ladder = heard(clock.now().mono);
  let valueAt: MonoMs | undefined;
  let up = false;
  let trouble: LinkDown | undefined;
  let pauseMs = RETRY.first;
  let closed = false;
  let bad = 0;
  const flood = floodWatch(options.fault, events.ours);
  const timers = namedTimers(clock);
  const { after, forget, waits, clear } = timers;
  const dialling = attempts(
    { clock, timers, stack: () => stack, within: within.connect },
    {
      connected(address) {
        if (stack) events.connected(address, stack);
        scan();
      },
      failed(address, detail) {
        events.rejected(address, detail);
        // Stuck for ever otherwise: noble connects nobody else before this one has ended.
        if (stack?.connecting()) reset('an attempt to connect cannot be ended');
        else scan();
      },
    },
  );

  function start(): void {
    if (closed) return;
    const obstacle = preflight(adapter, options.root);
    if (obstacle || !noble) return fail(obstacle ?? OBSTACLES.unsupported);
    const mine: { stack: Stack | undefined } = { stack: undefined };
    const ours = () => stack !== undefined && mine.stack === stack;
    /** What a stack says that is being replaced is no news; the first state may come before it is handed over. */
    const early: (() => void)[] = [];
    const tell = (say: () => void) => (mine.stack ? ours() && say() : early.push(say));
    const started = startStack(noble, chosen(adapter, options.root), {
      state: (state) => tell(() => changed(state)),
      report: (report) => tell(() => received(report)),
      scanStopped: () => tell(scanStopped),
      connected: (address, error) => tell(() => dialling.ended(address, error)),
      disconnected: (address, reason) => tell(() => disconnected(address, reason)),
      peer: (address, event) =>
        tell(() => {
          if (event.kind === 'value') valueAt = clock.now().mono;
          events.peer(address, event);
        }),
      bad(why) {
        bad += 1;
        if (bad <= 10 || bad % 1_000 === 0)
          log.warn({ why, count: bad }, 'bytes from the Bluetooth controller make no sense');
      },
    });
    mine.stack = started;
    stack = started;
    after(within.start, 'start', () =>
      fail({ code: 'bluetooth-failed', reason: 'failed', detail: 'the adapter does not answer' }),
    );
    for (const say of early) say();
  }

  /** The stack is let go and started again after a pause. */
  function fail(obstacle: Obstacle | undefined): void {
    const { code, reason, detail } = obstacle ?? { code: 'bluetooth-failed', reason: 'failed', detail: 'no stack' };
    letGo();
    for (const other of startFaults) options.fault(other, other === code, other === code ? { reason: detail } : {});
    down({ reason, detail });
    after(pauseMs, 'retry', start);
    pauseMs = Math.min(pauseMs * 2, RETRY.longest);
  }

  function letGo(): void {
    const old = stack;
    stack = undefined;
    scanning = false;
    forget('start', 'stop');
    const tried = dialling.drop();
    if (tried !== undefined) events.rejected(tried, 'the radio was reset');
    old?.close();
  }

  function down(why: LinkDown): void {
    up = false;
    trouble = why;
    events.down(why);
  }

  function changed(state: string): void {
    if (state === 'poweredOn') {
      forget('start');
      // One that was given up is no longer: but only adverts say that it works.
      for (const code of startFaults) options.fault(code, false);
      scan();
      // A serial adapter is told as off until it answered for the first time.
    } else if (OBSTACLES[state] && !(state === 'poweredOff' && waits('start'))) fail(OBSTACLES[state]);
  }

  function scan(): void {
    if (!stack || dialling.under()) return;
    scanning = true;
    stack.scan();
  }

  function rescan(): void {
    if (!stack || dialling.under()) return;
    scanning = false;
    stack.stopScan();
    after(STOPS_WITHIN, 'stop', scan);
  }

  function scanStopped(): void {
    if (!stack || dialling.under()) return;
    forget('stop');
    scan();
  }

  function received({ address, addressType, type, fields, rssi }: Report): void {
    const at = clock.now();
    ladder = heard(at.mono);
    pauseMs = RETRY.first;
    if (!up) {
      up = true;
      trouble = undefined;
      options.fault('bluetooth-silent', false);
      events.up();
    }
    flood.heard(address, at.mono);
    const connectable = CONNECTABLE.includes(type);
    // Nobody reads what strangers say.
    if (events.listening(address))
      events.advert({
        address,
        addressType,
        connectable,
        rssi: rssi === RSSI_UNKNOWN ? undefined : rssi,
        ...readAdvert(fields),
        at,
      });
    const free = stack && scanning && dialling.free(at.mono);
    if (!connectable || !free || !events.wanted(address)) return;
    scanning = false;
    dialling.begin(address, addressType);
  }

  function disconnected(address: string, code: number): void {
    const reason = code === HARDWARE_FAILURE ? 'radio-down' : 'lost';
    events.disconnected(address, { reason, detail: `HCI reason 0x${code.toString(16)}` });
    // Some controllers stop scanning with the connection.
    if (!dialling.under()) rescan();
  }

  function reset(why: string): void {
    log.warn({ why }, 'Bluetooth adapter is reset');
    letGo();
    down({ reason: 'failed', detail: why });
    start();
  }

  function watch(): void {
    if (!closed) after(Math.min(rungs.rescan / 3, SECOND), 'watch', watch);
    flood.quiet(clock.now().mono);
    if (!stack) return;
    // A line that went away may be told by nobody: its reads end with nothing, again and again.
    const obstacle = preflight(adapter, options.root);
    if (obstacle) return fail(obstacle);
    if (waits('start') || dialling.under()) return;
    const now = clock.now().mono;
    const speaks = valueAt !== undefined && now - valueAt < CONNECTION_SPEAKS;
    const { ladder: next, rung } = climb(ladder, now, rungs, speaks);
    ladder = next;
    const quiet = `no advert for ${Math.round(rungs[rung ?? 'rescan'] / SECOND)} s`;
    if (rung === 'rescan') {
      log.info({ rung }, 'nothing heard by Bluetooth, scanning anew');
      rescan();
    } else if (rung === 'reset') reset(quiet);
    else if (rung === 'restart') {
      options.fault('bluetooth-silent', true, { reason: quiet });
      down({ reason: 'failed', detail: quiet });
      options.stalled(quiet);
    }
  }

  loadNoble().then(
    (loaded) => {
      noble = loaded;
      start();
      watch();
    },
    (thrown: unknown) => {
      options.fault('bluetooth-failed', true, { reason: reasonOf(thrown) });
      down({ reason: 'tool-missing', detail: reasonOf(thrown) });
    },
  );

  return {
    up: () => up,
    trouble: () => trouble,
    disconnect: (address) => stack?.disconnect(address),
    async close() {
      closed = true;
      letGo();
      clear();
    },
  };
}
