// Watches one input line through sysfs, for ever. The kernel only says that something happened: the level is read after
// each wake-up, and once a second besides.

import { type BackOff, backOff } from '#base/back-off.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later } from '#contract/time.ts';
import type { GpioTransport, LineEvent, LineSpec } from '#contract/transport.ts';
import { linkDownOf, linkError } from '../errors.ts';
import { type LinkState, linkState } from '../link.ts';
import { pause } from '../tools.ts';
import { findLine, notOffered, sysfsFailure } from './chips.ts';
import type { Exported, Exports } from './exports.ts';
import type { SysfsIo } from './io.ts';
import type { OpenOnoff } from './onoff.ts';

export interface SysfsDeps {
  io: SysfsIo;
  exports: Exports;
  /** Rejects with `tool-missing`. */
  onoff(): Promise<OpenOnoff>;
  clock: Clock;
  log: Log;
}
type WatchEvents = Parameters<GpioTransport['watch']>[1];

const LOOK_EVERY = 1_000;
/** A watch that lived so long was healthy: its end is an accident, not a pattern. */
const HEALTHY_AFTER = 10_000;
/** Lost edges are counted, and reported no more often than this. */
const TELL_MISSED_EVERY = 60_000;

interface State extends SysfsDeps {
  readonly spec: LineSpec;
  readonly events: WatchEvents;
  /** For the log. */
  readonly names: { chip: string; line: string };
  readonly link: LinkState;
  /** Aborted when the watch is closed. */
  readonly signal: AbortSignal;
  readonly setup: BackOff;
  readonly deaths: BackOff;
  readonly missed: ReturnType<typeof missedEdges>;
}

export function watchSysfs(deps: SysfsDeps, spec: LineSpec, events: WatchEvents): { close(): Promise<void> } {
  const { clock, log } = deps;
  const closing = new AbortController();
  const names = { chip: spec.chip, line: spec.line };
  const watch: State = {
    ...deps,
    ...{ spec, events, names, link: linkState(events), signal: closing.signal },
    setup: backOff({ firstMs: 1_000, longestMs: 10_000 }),
    deaths: backOff({ firstMs: 125, longestMs: 2_000 }),
    missed: missedEdges(clock, (count) =>
      log.warn({ ...names, count }, 'GPIO edges came and went between two readings'),
    ),
  };
  const done = keepWatching(watch).catch((thrown: unknown) => {
    if (!closing.signal.aborted) throw thrown;
  });
  return {
    async close() {
      watch.link.mute();
      closing.abort();
      await done;
      watch.missed.cancel();
    },
  };
}

async function keepWatching(watch: State): Promise<void> {
  const { clock, log, names, link, signal, setup, deaths } = watch;
  let inARow = 0;
  while (!signal.aborted) {
    try {
      const { detail, livedMs } = await watchOnce(watch);
      if (signal.aborted) return;
      log.warn({ ...names, detail }, 'GPIO line was taken from under its watch; it is watched anew');
      inARow = livedMs > HEALTHY_AFTER ? 0 : inARow + 1;
      if (inARow === 0) deaths.reset();
      if (inARow > 1) await pause(clock, deaths.next(), signal);
    } catch (thrown) {
      if (signal.aborted) return;
      const why = linkDownOf(thrown);
      log.warn({ ...names, ...why }, 'GPIO line cannot be watched');
      link.down(why);
      await pause(clock, setup.next(), signal).catch(() => {});
    }
  }
}

/** Resolves when the line was lost after it was watched; rejects when it never was. */
async function watchOnce(watch: State): Promise<{ detail: string; livedMs: number }> {
  const { io, exports, onoff, clock, spec, signal } = watch;
  const open = await onoff();
  if (spec.bias) throw linkError('refused', noBias(spec.bias));
  const missing = notOffered(io);
  if (missing) throw linkError(missing.reason, missing.detail);
  const exported = await exports.take(findLine(io, spec), { as: 'input', activeLow: spec.activeLow }, signal);
  try {
    const from = clock.now().mono;
    const detail = await listen(watch, open, exported);
    return { detail, livedMs: clock.now().mono - from };
  } finally {
    exported.release();
  }
}

/** Resolves with why the line is watched no more. */
async function listen(watch: State, open: OpenOnoff, exported: Exported): Promise<string> {
  const { clock, spec, events, link, signal, setup, missed } = watch;
  const lost = Promise.withResolvers<string>();
  const giveUp = () => lost.resolve('closed');
  let level: boolean | undefined;
  const report = (active: boolean, why: LineEvent['why']) => {
    level = active;
    if (!signal.aborted) events.line({ active, at: clock.now(), why });
  };
  const line = opened(
    open,
    { number: exported.number, activeLow: spec.activeLow },
    {
      edge(active) {
        // An event before the first level is reported belongs to that level.
        if (level === undefined) return;
        if (active === level) missed.one();
        else report(active, 'edge');
      },
      broken: (thrown) => lost.resolve(sysfsFailure(exported.folder, thrown).message),
    },
  );
  let cancel: Cancel = () => {};
  const look = () => {
    const wrong = exported.disturbed();
    if (wrong !== undefined) return lost.resolve(wrong);
    const active = line.read();
    if (active !== level) {
      missed.one();
      report(active, 'found');
    }
    cancel = clock.at(later(clock.now().mono, LOOK_EVERY), 'gpio line is looked at', look);
  };
  try {
    const found = line.read();
    setup.reset();
    link.up();
    report(found, 'found');
    cancel = clock.at(later(clock.now().mono, LOOK_EVERY), 'gpio line is looked at', look);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    return await lost.promise;
  } finally {
    signal.removeEventListener('abort', giveUp);
    cancel();
    line.close();
  }
}

export const noBias = (bias: NonNullable<LineSpec['bias']>): string =>
  `sysfs cannot set a bias (${bias}): wire a resistor, or set it in the device tree, and say \`bias: as-is\``;

/** What onoff throws while it opens a line, in the words of a link. */
export function opened(open: OpenOnoff, ...args: Parameters<OpenOnoff>): ReturnType<OpenOnoff> {
  try {
    return open(...args);
  } catch (thrown) {
    throw sysfsFailure(`gpio${args[0].number}`, thrown);
  }
}

function missedEdges(clock: Clock, tell: (count: number) => void): { one(): void; cancel: Cancel } {
  let count = 0;
  let resting = false;
  let cancel: Cancel = () => {};
  const one = () => {
    count += 1;
    if (resting) return;
    resting = true;
    tell(count);
    count = 0;
    cancel = clock.at(later(clock.now().mono, TELL_MISSED_EVERY), 'gpio missed edges are reported', () => {
      resting = false;
      if (count === 0) return;
      count -= 1;
      one();
    });
  };
  return { one, cancel: () => cancel() };
}
