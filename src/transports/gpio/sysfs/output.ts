// Holds one output line through sysfs: exported at its level in one step, then switched without letting go of it.

import { type Cancel, type Clock, later } from '#contract/time.ts';
import type { LineOutput, LineSpec, LinkEvents } from '#contract/transport.ts';
import { linkError } from '../errors.ts';
import { type Held, type Holding, keepOutput } from '../keep-output.ts';
import { findLine, notOffered, type SysfsPlace, sysfsFailure } from './chips.ts';
import type { Exported } from './exports.ts';
import { type Guard, outputGuard } from './guard.ts';
import type { SysfsIo } from './io.ts';
import type { OpenLine } from './onoff.ts';
import { opened, type SysfsDeps } from './watch.ts';

const LOOK_EVERY = 1_000;

interface HeldExport extends Held {
  active: boolean;
  readonly exported: Exported;
  readonly line: OpenLine;
}

export function outputSysfs(deps: SysfsDeps, spec: LineSpec, events: LinkEvents): LineOutput {
  const { io, exports, clock, log } = deps;
  const holding: Holding<HeldExport> = {
    /** It also frees what an earlier run left on. */
    async look() {
      await deps.onoff();
      exports.look(placeOf(io, spec));
    },
    take: (active, signal) => take(deps, spec, active, signal),
    async change(held, active) {
      try {
        write(held, active);
      } catch (thrown) {
        held.letGo();
        throw thrown;
      }
      held.active = active;
      return held;
    },
    lost: 'GPIO output was taken from under its holder; it is taken again',
  };
  return keepOutput({ clock, log, spec, holding }, events);
}

function placeOf(io: SysfsIo, spec: LineSpec): SysfsPlace {
  const missing = notOffered(io);
  if (missing) throw linkError(missing.reason, missing.detail);
  return findLine(io, spec);
}

/** Resolves when the kernel drives the line. */
async function take(deps: SysfsDeps, spec: LineSpec, active: boolean, signal: AbortSignal): Promise<HeldExport> {
  const { io, exports, clock, log } = deps;
  const open = await deps.onoff();
  const { activeLow } = spec;
  const high = active !== activeLow;
  const exported = await exports.take(placeOf(io, spec), { as: 'output', activeLow, high }, signal);
  const guard = outputGuard({ root: io.root, ...exported }, log);
  try {
    const line = opened(open, { number: exported.number, activeLow }, undefined);
    const { lost, cancel } = lookAfter(exported, guard, clock);
    const letGo = () => {
      cancel();
      line.close();
      exported.release();
      // Last: until then it would do the same if we were killed here.
      guard.end();
    };
    return { active, exported, line, lost, letGo };
  } catch (thrown) {
    exported.release();
    guard.end();
    throw thrown;
  }
}

/** @throws a link's error where the line is not as it was set up, or does not take the level. */
function write({ exported, line }: HeldExport, active: boolean): void {
  const wrong = exported.disturbed();
  if (wrong !== undefined) throw linkError('lost', wrong);
  try {
    line.write(active);
  } catch (thrown) {
    throw sysfsFailure(exported.folder, thrown);
  }
}

/** Looks at the line and its guard, again and again. */
function lookAfter(exported: Exported, guard: Guard, clock: Clock): { lost: Promise<string>; cancel: Cancel } {
  const lost = Promise.withResolvers<string>();
  const lookLater = () => clock.at(later(clock.now().mono, LOOK_EVERY), 'gpio output is looked at', look);
  let cancel = lookLater();
  function look(): void {
    const wrong = exported.disturbed();
    if (wrong !== undefined) return lost.resolve(wrong);
    guard.look();
    cancel = lookLater();
  }
  return { lost: lost.promise, cancel: () => cancel() };
}
