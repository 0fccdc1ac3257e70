// Watches one input line through one gpiomon, for ever: found by name, its level read, its edges passed on with the
// kernel's time, stopped monitors continued, dead ones replaced, whatever is missing waited for.

import { backOff } from '#base/back-off.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, type Moment, shifted } from '#contract/time.ts';
import type { GpioTransport, LineEvent, LineSpec, LineTrouble } from '#contract/transport.ts';
import { linkDownOf, linkError } from './errors.ts';
import { linkState } from './link.ts';
import { type Located, locate, untilHeld } from './locate.ts';
import { nurse } from './nurse.ts';
import { failure, pause, type Tools } from './tools.ts';

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

export function watchLine({ tools, clock, log }: Deps, spec: LineSpec, events: WatchEvents) {
  const closing = new AbortController();
  const { signal } = closing;
  const link = linkState(events);
  const troubles = new Set<LineTrouble['trouble']>();
  const setup = backOff({ firstMs: 1_000, longestMs: 10_000 });
  const deaths = backOff({ firstMs: 125, longestMs: 2_000 });

  const report = (event: LineEvent) => {
    if (!signal.aborted) events.line(event);
  };
  function trouble(what: LineTrouble['trouble'], active: boolean): void {
    if (signal.aborted || troubles.has(what) === active) return;
    if (active) troubles.add(what);
    else troubles.delete(what);
    events.trouble({ trouble: what, active });
  }

  async function keepWatching(): Promise<void> {
    let known: Located | undefined;
    let inARow = 0;
    while (!signal.aborted) {
      // A replacement goes straight to the place it knows, to keep the gap short.
      const reused = known;
      known = undefined;
      try {
        const line = reused ?? (await locate(tools, spec, signal));
        const { why, livedMs } = await watchOnce(line);
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

  /** Resolves when the monitor has gone after it had the line; rejects when it never got it. */
  async function watchOnce(line: Located): Promise<{ why: 'died' | 'check-level'; livedMs: number }> {
    const { dialect, place } = line;
    const found: LineEvent = { active: await read(line), at: clock.now(), why: 'found' };
    let armed = false;
    let why: 'died' | 'check-level' = 'died';
    const burst = bursts(clock, () => {
      why = 'check-level';
      void monitor.kill();
    });

    const arm = () => {
      if (armed) return;
      armed = true;
      setup.reset();
      link.up();
      report(found);
      trouble('monitor-replaced', false);
    };
    const monitor = tools.start('gpiomon', dialect.monitor(place, spec), (text) => {
      const edge = dialect.edge(text);
      if (edge) {
        arm();
        report({ active: edge.active, at: momentOf(clock.now(), edge.mono), why: 'edge' });
        burst.edge(edge.active);
      } else if (dialect.banner?.test(text)) arm();
      else log.warn({ chip: spec.chip, line: spec.line, text }, 'gpiomon printed a line that is no edge');
    });
    const kill = () => void monitor.kill();
    signal.addEventListener('abort', kill);
    const over = new AbortController();
    const cancelDeadline = clock.at(later(clock.now().mono, ARMED_WITHIN), 'gpiomon is armed', () => armed || kill());
    if (!dialect.banner) {
      // A failing look is not the monitor's failure: the deadline above is.
      void untilHeld(tools, clock, line, 'gpiomon', AbortSignal.any([signal, over.signal])).then(arm, () => {});
    }
    const cancelNurse = nurse(monitor, place.chip, clock, {
      stopped: () => {
        log.warn({ chip: spec.chip, line: spec.line }, 'gpiomon was stopped; it is continued');
        trouble('monitor-stopped', true);
      },
      continued: () => trouble('monitor-stopped', false),
    });

    const { detail } = await monitor.ended;
    over.abort();
    cancelDeadline();
    cancelNurse();
    burst.cancel();
    signal.removeEventListener('abort', kill);
    trouble('monitor-stopped', false);
    if (!armed) throw failure('gpiomon', detail);
    if (why === 'died' && !signal.aborted) {
      log.warn({ chip: spec.chip, line: spec.line, detail }, 'gpiomon died; it is replaced');
      trouble('monitor-replaced', true);
    }
    return { why, livedMs: clock.now().mono - found.at.mono };
  }

  async function read({ dialect, place }: Located): Promise<boolean> {
    const look = async () => (await tools.run('gpioget', dialect.get(place, spec), signal)).trim();
    const first = await look();
    // A pull-up that was only now switched on may not have charged the cable yet: an active level is looked at twice.
    const level = first === '1' ? await look() : first;
    if (level !== '0' && level !== '1')
      throw linkError('failed', `gpioget printed ${JSON.stringify(level.slice(0, 40))}`);
    return level === '1';
  }

  const done = keepWatching().catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown;
  });
  return {
    async close(): Promise<void> {
      link.mute();
      closing.abort();
      await done;
    },
  };
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
