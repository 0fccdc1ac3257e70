// Holds one output line through sysfs: exported at its level in one step, then switched without letting go of it.

import { backOff } from '#base/back-off.ts';
import { type Cancel, later } from '#contract/time.ts';
import type { LineOutput, LineSpec, LinkEvents } from '#contract/transport.ts';
import { inBackground } from '../background.ts';
import { linkDownOf, linkError } from '../errors.ts';
import { linkState } from '../link.ts';
import { pause } from '../tools.ts';
import { findLine, notOffered, sysfsFailure } from './chips.ts';
import type { Exported } from './exports.ts';
import { type Guard, outputGuard } from './guard.ts';
import type { OpenLine } from './onoff.ts';
import { opened, type SysfsDeps } from './watch.ts';

const LOOK_EVERY = 1_000;

interface Holder {
  exported: Exported;
  line: OpenLine;
  guard: Guard;
  active: boolean;
  cancel: Cancel;
}

export function outputSysfs(deps: SysfsDeps, spec: LineSpec, events: LinkEvents): LineOutput {
  const { io, exports, clock, log } = deps;
  const closing = new AbortController();
  const link = linkState(events);
  let holder: Holder | undefined;
  /** What goes on by itself until the next `set`: the first look, or taking a lost line again. */
  let background = inBackground(closing.signal, firstLook);
  let turn: Promise<unknown> = Promise.resolve();

  async function trying(signal: AbortSignal, first: number, cap: number, attempt: () => Promise<void>): Promise<void> {
    for (const wait = backOff({ firstMs: first, longestMs: cap }); ; await pause(clock, wait.next(), signal)) {
      try {
        return await attempt();
      } catch (thrown) {
        signal.throwIfAborted();
        tellDown(thrown);
      }
    }
  }

  /** Says whether the line is there, holding nothing, until it is; frees what an earlier run left on. */
  function firstLook(signal: AbortSignal): Promise<void> {
    return trying(signal, 1_000, 10_000, async () => {
      await deps.onoff();
      exports.look(place());
      link.up();
    });
  }

  function tellDown(thrown: unknown): void {
    const why = linkDownOf(thrown);
    log.warn({ chip: spec.chip, line: spec.line, ...why }, 'GPIO output cannot be held');
    link.down(why);
  }

  function place() {
    const missing = notOffered(io);
    if (missing) throw linkError(missing.reason, missing.detail);
    return findLine(io, spec);
  }

  async function change(active: boolean): Promise<void> {
    if (closing.signal.aborted) throw linkError('failed', 'the output is closed');
    await background.end();
    try {
      if (holder) write(holder, active);
      else await take(active, closing.signal);
    } catch (thrown) {
      if (closing.signal.aborted) throw linkError('failed', 'the output was closed');
      letGo();
      tellDown(thrown);
      background = inBackground(closing.signal, firstLook);
      throw thrown;
    }
  }

  function write(held: Holder, active: boolean): void {
    const wrong = held.exported.disturbed();
    if (wrong !== undefined) throw linkError('lost', wrong);
    try {
      held.line.write(active);
    } catch (thrown) {
      throw sysfsFailure(held.exported.folder, thrown);
    }
    held.active = active;
  }

  /** Resolves when the kernel drives the line. */
  async function take(active: boolean, signal: AbortSignal): Promise<void> {
    const open = await deps.onoff();
    const { activeLow } = spec;
    const high = active !== activeLow;
    const exported = await exports.take(place(), { as: 'output', activeLow, high }, signal);
    const guard = outputGuard({ root: io.root, ...exported }, log);
    try {
      const line = opened(open, { number: exported.number, activeLow }, undefined);
      holder = { exported, line, guard, active, cancel: () => {} };
    } catch (thrown) {
      exported.release();
      guard.end();
      throw thrown;
    }
    lookIn(holder);
    link.up();
  }

  function lookIn(held: Holder): void {
    held.cancel = clock.at(later(clock.now().mono, LOOK_EVERY), 'gpio output is looked at', () => {
      const wrong = held.exported.disturbed();
      if (wrong !== undefined) return lost(held, wrong);
      held.guard.look();
      lookIn(held);
    });
  }

  function lost(gone: Holder, detail: string): void {
    if (holder !== gone || closing.signal.aborted) return;
    letGo();
    log.warn(
      { chip: spec.chip, line: spec.line, detail },
      'GPIO output was taken from under its holder; it is taken again',
    );
    link.down({ reason: 'lost', detail });
    background = inBackground(closing.signal, (signal) => trying(signal, 125, 2_000, () => take(gone.active, signal)));
  }

  function letGo(): void {
    const old = holder;
    holder = undefined;
    if (!old) return;
    old.cancel();
    old.line.close();
    old.exported.release();
    // Last: until then it would do the same if we were killed here.
    old.guard.end();
  }

  return {
    set(active) {
      const result = turn.then(() => change(active));
      turn = result.catch(() => {});
      return result;
    },
    async close() {
      link.mute();
      closing.abort();
      await turn;
      await background.end();
      letGo();
    },
  };
}
