// The one owner of the adapter: starts the stack, scans, connects one device at a time, and does harder and harder things when
// nothing is heard. Whether it works is judged by adverts that come, not by what a command returns.

import { type BackOff, backOff } from '#base/back-off.ts';
import { reasonOf } from '#contract/errors.ts';
import type { LinkDown } from '#contract/link.ts';
import { type MonoMs, SECOND } from '#contract/time.ts';
import { readAdvert } from './advert.ts';
import { type Attempts, attempts } from './attempts.ts';
import { type FloodWatch, floodWatch } from './flood.ts';
import { climb, heard, type Ladder, RUNGS, type Rungs, stretched } from './ladder.ts';
import { loadNoble, type NewBindings, startStack } from './noble.ts';
import { moved, type Phase, type Turn } from './phases.ts';
import { chosen, OBSTACLES, type Obstacle, preflight } from './preflight.ts';
import { DEADLINES, type Deadlines, type RadioEvents, type RadioOptions } from './radio-port.ts';
import type { Report, Stack, StackEvents } from './stack.ts';
import { namedTimers, type Timers } from './timers.ts';

export interface Radio {
  up(): boolean;
  /** Why it is not up; undefined while it is, or as long as nothing is known. */
  trouble(): LinkDown | undefined;
  disconnect(address: string): void;
  close(): Promise<void>;
}

const RETRIES = { firstMs: SECOND, longestMs: 30 * SECOND };
const STOPS_WITHIN = SECOND;
/** A connection that brings data shows for so long that the radio works. */
const CONNECTION_SPEAKS = 30 * SECOND;
/** The first of them are logged each, then one in a thousand. */
const BAD_LOGGED = { first: 10, each: 1_000 };

/** Connectable: ADV_IND and ADV_DIRECT_IND. */
const CONNECTABLE = [0, 1];
const RSSI_UNKNOWN = 127;
/** What noble says of connections that an adapter took with it. */
const HARDWARE_FAILURE = 0x03;

const startFaults = ['bluetooth-missing', 'bluetooth-denied', 'bluetooth-blocked', 'bluetooth-failed'] as const;

/** The radio as it is now, and what it works with. */
interface State {
  readonly options: RadioOptions;
  readonly events: RadioEvents;
  readonly within: Deadlines;
  readonly rungs: Rungs;
  readonly timers: Timers;
  readonly flood: FloodWatch;
  readonly dialling: Attempts;
  readonly retries: BackOff;
  noble: NewBindings | undefined;
  phase: Phase;
  stack: Stack | undefined;
  /** `up` as soon as an advert was heard; else why it is down; undefined as long as nothing is known. */
  link: 'up' | LinkDown | undefined;
  ladder: Ladder;
  /** When a connection brought data last. */
  valueAt: MonoMs | undefined;
  /** Packets of the controller that made no sense. */
  bad: number;
}

export function openRadio(options: RadioOptions, events: RadioEvents): Radio {
  const { clock, patience = 1, within = DEADLINES } = options;
  const timers = namedTimers(clock);
  const radio: State = {
    options,
    events,
    within,
    rungs: stretched(options.rungs ?? RUNGS, patience),
    timers,
    flood: floodWatch(options.fault, events.ours),
    dialling: attempts(
      { clock, timers, stack: () => radio.stack, within: within.connect },
      { connected: (address) => connected(radio, address), failed: (address, why) => rejected(radio, address, why) },
    ),
    retries: backOff(RETRIES),
    noble: undefined,
    phase: 'off',
    stack: undefined,
    link: undefined,
    ladder: heard(clock.now().mono),
    valueAt: undefined,
    bad: 0,
  };
  loadNoble().then(
    (noble) => {
      radio.noble = noble;
      start(radio);
      watch(radio);
    },
    (thrown: unknown) => {
      options.fault('bluetooth-failed', true, { reason: reasonOf(thrown) });
      down(radio, { reason: 'tool-missing', detail: reasonOf(thrown) });
    },
  );
  return {
    up: () => radio.link === 'up',
    trouble: () => (radio.link === 'up' ? undefined : radio.link),
    disconnect: (address) => radio.stack?.disconnect(address),
    async close() {
      letGo(radio, 'closed');
      timers.clear();
    },
  };
}

/** Follows a turn of events, and does what the phase begins with; false where the turn changes nothing. */
function turn(radio: State, what: Turn): boolean {
  const next = moved(radio.phase, what);
  if (next === undefined) return false;
  radio.phase = next;
  if (next !== 'starting') radio.timers.forget('start');
  radio.timers.forget('stop');
  if (next === 'scanning') radio.stack?.scan();
  if (next === 'rescanning') {
    radio.stack?.stopScan();
    radio.timers.after(STOPS_WITHIN, 'stop', () => turn(radio, 'scan stopped'));
  }
  return true;
}

function start(radio: State): void {
  const { options, noble, timers } = radio;
  const { adapter, root } = options;
  if (!noble || radio.phase !== 'off') return;
  const obstacle = preflight(adapter, root);
  if (obstacle) return fail(radio, obstacle);
  let mine: Stack | undefined;
  /** The first state may come before the stack is handed over. */
  const early: (() => void)[] = [];
  mine = startStack(
    noble,
    chosen(adapter, root),
    // What a stack says that was let go is no news.
    stackEvents(radio, (say) => (mine ? mine === radio.stack && say() : early.push(say))),
  );
  radio.stack = mine;
  turn(radio, 'started');
  timers.after(radio.within.start, 'start', () => fail(radio, NO_ANSWER));
  for (const say of early) say();
}

const NO_ANSWER: Obstacle = { code: 'bluetooth-failed', reason: 'failed', detail: 'the adapter does not answer' };

function stackEvents(radio: State, current: (say: () => void) => void): StackEvents {
  const { dialling, events } = radio;
  return {
    state: (state) => current(() => changed(radio, state)),
    report: (report) => current(() => received(radio, report)),
    scanStopped: () => current(() => turn(radio, 'scan stopped')),
    connected: (address, error) => current(() => dialling.ended(address, error)),
    disconnected: (address, reason) => current(() => disconnected(radio, address, reason)),
    peer: (address, event) =>
      current(() => {
        if (event.kind === 'value') radio.valueAt = radio.options.clock.now().mono;
        events.peer(address, event);
      }),
    bad(why) {
      radio.bad += 1;
      if (radio.bad <= BAD_LOGGED.first || radio.bad % BAD_LOGGED.each === 0)
        radio.options.log.warn({ why, count: radio.bad }, 'bytes from the Bluetooth controller make no sense');
    },
  };
}

/** The stack is let go, and started again after a pause. */
function fail(radio: State, { code, reason, detail }: Obstacle): void {
  const { options, timers, retries } = radio;
  letGo(radio, 'let go');
  for (const other of startFaults) options.fault(other, other === code, other === code ? { reason: detail } : {});
  down(radio, { reason, detail });
  timers.after(retries.next(), 'retry', () => start(radio));
}

function reset(radio: State, why: string): void {
  radio.options.log.warn({ why }, 'Bluetooth adapter is reset');
  letGo(radio, 'let go');
  down(radio, { reason: 'failed', detail: why });
  start(radio);
}

function letGo(radio: State, how: 'let go' | 'closed'): void {
  const old = radio.stack;
  radio.stack = undefined;
  turn(radio, how);
  const tried = radio.dialling.drop();
  if (tried !== undefined) radio.events.rejected(tried, 'the radio was reset');
  old?.close();
}

function down(radio: State, why: LinkDown): void {
  radio.link = why;
  radio.events.down(why);
}

function changed(radio: State, state: string): void {
  if (state === 'poweredOn') {
    // Each of them is over, but only adverts say that the radio works.
    for (const code of startFaults) radio.options.fault(code, false);
    turn(radio, 'powered');
    return;
  }
  const obstacle = OBSTACLES[state];
  // A serial adapter is reported as off until it answered for the first time.
  if (obstacle && !(state === 'poweredOff' && radio.phase === 'starting')) fail(radio, obstacle);
}

function received(radio: State, { address, addressType, type, fields, rssi }: Report): void {
  const { options, events, dialling } = radio;
  const at = options.clock.now();
  works(radio, at.mono);
  radio.flood.heard(address, at.mono);
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
  const free = radio.phase === 'scanning' && dialling.free(at.mono);
  if (connectable && free && events.wanted(address) && turn(radio, 'attempt begun'))
    dialling.begin(address, addressType);
}

/** An advert was heard. */
function works(radio: State, at: MonoMs): void {
  radio.ladder = heard(at);
  radio.retries.reset();
  if (radio.link === 'up') return;
  radio.link = 'up';
  radio.options.fault('bluetooth-silent', false);
  radio.events.up();
}

function connected(radio: State, address: string): void {
  if (radio.stack) radio.events.connected(address, radio.stack);
  turn(radio, 'attempt over');
}

function rejected(radio: State, address: string, detail: string): void {
  radio.events.rejected(address, detail);
  // noble connects nobody else before this attempt has ended.
  if (radio.stack?.connecting()) reset(radio, 'an attempt to connect cannot be ended');
  else turn(radio, 'attempt over');
}

function disconnected(radio: State, address: string, code: number): void {
  const reason = code === HARDWARE_FAILURE ? 'radio-down' : 'lost';
  radio.events.disconnected(address, { reason, detail: `HCI reason 0x${code.toString(16)}` });
  // Some controllers stop scanning with the connection.
  turn(radio, 'rescan');
}

/** Looks each second, or more often where the rungs are close, whether the radio still works. */
function watch(radio: State): void {
  const { options, timers, rungs, flood } = radio;
  if (radio.phase === 'closed') return;
  timers.after(Math.min(rungs.rescan / 3, SECOND), 'watch', () => watch(radio));
  flood.quiet(options.clock.now().mono);
  if (!radio.stack) return;
  // Nobody may say that a line went away: its reads end with nothing, again and again.
  const obstacle = preflight(options.adapter, options.root);
  if (obstacle) fail(radio, obstacle);
  else if (radio.phase === 'scanning' || radio.phase === 'rescanning') silence(radio, options.clock.now().mono);
}

/** Does what is due about silence. */
function silence(radio: State, now: MonoMs): void {
  const { options, rungs, valueAt } = radio;
  const speaks = valueAt !== undefined && now - valueAt < CONNECTION_SPEAKS;
  const { ladder, rung } = climb(radio.ladder, now, rungs, speaks);
  radio.ladder = ladder;
  if (rung === undefined) return;
  const quiet = `no advert for ${Math.round(rungs[rung] / SECOND)} s`;
  switch (rung) {
    case 'rescan':
      options.log.info({ rung }, 'nothing heard by Bluetooth, scanning again');
      turn(radio, 'rescan');
      return;
    case 'reset':
      return reset(radio, quiet);
    case 'restart':
      options.fault('bluetooth-silent', true, { reason: quiet });
      down(radio, { reason: 'failed', detail: quiet });
      options.stalled(quiet);
  }
}
