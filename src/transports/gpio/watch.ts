// Watches one input line through one gpiomon, for ever: found by name, its level read, its edges passed on with the
// kernel's time, stopped monitors continued, dead ones replaced, whatever is missing waited for.

import { type BackOff, backOff } from '#base/back-off.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, type Moment, shifted } from '#contract/time.ts';
import type { GpioTransport, LineEvent, LineSpec, LineTrouble } from '#contract/transport.ts';
import { linkDownOf, linkError } from './errors.ts';
import { type LinkState, linkState } from './link.ts';
import { type Located, locate, untilHeld } from './locate.ts';
import { nurse } from './nurse.ts';
import { failure, pause, type Running, type Tools } from './tools.ts';

/** From starting gpiomon to its having the line. */
const ARMED_WITHIN = 2_000;
/** The kernel queues so many edges for a reader of its first interface and drops those that come after. */
const QUEUE = 16;
/** Edges closer than this belong to one burst. */
const BURST_GAP = 50;
/** A monitor that lived so long was healthy: its death is an accident, not a pattern. */
const HEALTHY_AFTER = 10_000;
const DAY = 86_400_000;

export interface Deps {
  tools: Tools;
  clock: Clock;
  log: Log;
}
type WatchEvents = Parameters<GpioTransport['watch']>[1];

interface State extends Deps {
  readonly spec: LineSpec;
  readonly events: WatchEvents;
  readonly link: LinkState;
  /** Aborted when the watch is closed. */
  readonly signal: AbortSignal;
  /** Troubles that are on. */
  readonly troubles: Set<LineTrouble['trouble']>;
  readonly setup: BackOff;
  readonly deaths: BackOff;
}

export function watchLine(deps: Deps, spec: LineSpec, events: WatchEvents): { close(): Promise<void> } {
  const closing = new AbortController();
  const watch: State = {
    ...deps,
    ...{ spec, events, link: linkState(events), signal: closing.signal, troubles: new Set() },
    setup: backOff({ firstMs: 1_000, longestMs: 10_000 }),
    deaths: backOff({ firstMs: 125, longestMs: 2_000 }),
  };
  const done = keepWatching(watch).catch((thrown: unknown) => {
    if (!closing.signal.aborted) throw thrown;
  });
  return {
    async close() {
      watch.link.mute();
      closing.abort();
      await done;
    },
  };
}

async function keepWatching(watch: State): Promise<void> {
  const { tools, clock, log, spec, link, signal, setup, deaths } = watch;
  let known: Located | undefined;
  let inARow = 0;
  while (!signal.aborted) {
    // A replacement goes straight to the place it knows, to keep the gap short.
    const reused = known;
    known = undefined;
    try {
      const line = reused ?? (await locate(tools, spec, signal));
      const { why, livedMs } = await watchOnce(watch, line);
      known = line;
      if (why === 'check-level') continue;
      inARow = livedMs > HEALTHY_AFTER ? 0 : inARow + 1;
      if (inARow === 0) deaths.reset();
      if (inARow > 1) await pause(clock, deaths.next(), signal);
    } catch (thrown) {
      if (signal.aborted) return;
      if (reused) continue;
      const why = linkDownOf(thrown);
      log.warn({ chip: spec.chip, line: spec.line, ...why }, 'GPIO line cannot be watched');
      link.down(why);
      await pause(clock, setup.next(), signal).catch(() => {});
    }
  }
}

/** One gpiomon, from its start to its end. */
interface Monitor {
  readonly line: Located;
  /** The level before it was started. */
  readonly found: LineEvent;
  readonly tool: Running;
  readonly burst: ReturnType<typeof bursts>;
  /** It has the line. */
  armed: boolean;
  why: 'died' | 'check-level';
}

/** Resolves when the monitor has gone after it had the line; rejects when it never got it. */
async function watchOnce(watch: State, line: Located): Promise<{ why: Monitor['why']; livedMs: number }> {
  const { clock, log, spec, signal } = watch;
  const found: LineEvent = { active: await readLevel(watch, line), at: clock.now(), why: 'found' };
  const monitor = startMonitor(watch, line, found);
  const leave = lookAfter(watch, monitor);
  const { detail } = await monitor.tool.ended;
  leave();
  trouble(watch, 'monitor-stopped', false);
  if (!monitor.armed) throw failure('gpiomon', detail);
  if (monitor.why === 'died' && !signal.aborted) {
    log.warn({ chip: spec.chip, line: spec.line, detail }, 'gpiomon died; it is replaced');
    trouble(watch, 'monitor-replaced', true);
  }
  return { why: monitor.why, livedMs: clock.now().mono - found.at.mono };
}

async function readLevel({ tools, spec, signal }: State, { dialect, place }: Located): Promise<boolean> {
  const look = async () => (await tools.run('gpioget', dialect.get(place, spec), signal)).trim();
  const first = await look();
  // A pull-up that was only now switched on may not have charged the cable yet: an active level is looked at twice.
  const level = first === '1' ? await look() : first;
  if (level !== '0' && level !== '1')
    throw linkError('failed', `gpioget printed ${JSON.stringify(level.slice(0, 40))}`);
  return level === '1';
}

function startMonitor(watch: State, line: Located, found: LineEvent): Monitor {
  const { tools, clock, spec } = watch;
  const monitor: Monitor = {
    ...{ line, found, armed: false, why: 'died' },
    tool: tools.start('gpiomon', line.dialect.monitor(line.place, spec), (text) => printed(watch, monitor, text)),
    burst: bursts(clock, () => {
      monitor.why = 'check-level';
      void monitor.tool.kill();
    }),
  };
  return monitor;
}

function printed(watch: State, monitor: Monitor, text: string): void {
  const { clock, log, spec } = watch;
  const { dialect } = monitor.line;
  const edge = dialect.edge(text);
  if (edge) {
    arm(watch, monitor);
    report(watch, { active: edge.active, at: momentOf(clock.now(), edge.mono), why: 'edge' });
    monitor.burst.edge(edge.active);
  } else if (dialect.banner?.test(text)) arm(watch, monitor);
  else log.warn({ chip: spec.chip, line: spec.line, text }, 'gpiomon printed a line that is no edge');
}

function arm(watch: State, monitor: Monitor): void {
  if (monitor.armed) return;
  monitor.armed = true;
  watch.setup.reset();
  watch.link.up();
  report(watch, monitor.found);
  trouble(watch, 'monitor-replaced', false);
}

/** Kills it when it does not get the line in time or the watch is closed, and nurses it, until it is left. */
function lookAfter(watch: State, monitor: Monitor): Cancel {
  const { tools, clock, log, spec, signal } = watch;
  const { line, tool, burst } = monitor;
  const kill = () => void tool.kill();
  signal.addEventListener('abort', kill);
  const over = new AbortController();
  const deadline = later(clock.now().mono, ARMED_WITHIN);
  const cancelDeadline = clock.at(deadline, 'gpiomon is armed', () => monitor.armed || kill());
  if (!line.dialect.banner) {
    // A failing look is not the monitor's failure: the deadline above is.
    const held = untilHeld(tools, clock, line, 'gpiomon', AbortSignal.any([signal, over.signal]));
    void held.then(
      () => arm(watch, monitor),
      () => {},
    );
  }
  const cancelNurse = nurse(tool, line.place.chip, clock, {
    stopped() {
      log.warn({ chip: spec.chip, line: spec.line }, 'gpiomon was stopped; it is continued');
      trouble(watch, 'monitor-stopped', true);
    },
    continued: () => trouble(watch, 'monitor-stopped', false),
  });
  return () => {
    over.abort();
    cancelDeadline();
    cancelNurse();
    burst.cancel();
    signal.removeEventListener('abort', kill);
  };
}

function report({ signal, events }: State, event: LineEvent): void {
  if (!signal.aborted) events.line(event);
}

function trouble({ signal, troubles, events }: State, what: LineTrouble['trouble'], active: boolean): void {
  if (signal.aborted || troubles.has(what) === active) return;
  if (active) troubles.add(what);
  else troubles.delete(what);
  events.trouble({ trouble: what, active });
}

/** Edges can be missing after a burst that the kernel's queue may not have held: the level is read anew when it is quiet. */
function bursts(clock: Clock, checkLevel: () => void): { edge(active: boolean): void; cancel: Cancel } {
  let count = 0;
  let level: boolean | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let cancel: Cancel = () => {};
  return {
    edge(active) {
      const { mono } = clock.now();
      count = mono - last < BURST_GAP ? count + 1 : 1;
      last = mono;
      // Two edges to the same level are proof that one between them is missing.
      const missing = active === level;
      level = active;
      if (count < QUEUE && !missing) return;
      cancel();
      cancel = clock.at(later(mono, BURST_GAP), 'gpio burst is over', checkLevel);
    },
    cancel: () => cancel(),
  };
}

/** The instant of an edge. A stamp of another clock (kernels before 5.7 used the wall clock) is replaced by now. */
function momentOf(now: Moment, mono: number): Moment {
  const late = now.mono - mono;
  if (late < 0 || late > DAY) return now;
  return shifted(now, -late);
}
