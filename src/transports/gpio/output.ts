// Holds one output line through one gpioset: the level lasts as long as the process, so a dead one is replaced at once.

import { backOff } from '#base/back-off.ts';
import { type Cancel, later } from '#contract/time.ts';
import type { LineOutput, LineSpec, LinkEvents } from '#contract/transport.ts';
import { inBackground } from './background.ts';
import { linkDownOf, linkError } from './errors.ts';
import { linkState } from './link.ts';
import { type Located, locate, untilHeld } from './locate.ts';
import { nurse } from './nurse.ts';
import { failure, pause, type Running } from './tools.ts';
import type { Deps } from './watch.ts';

/** From starting gpioset to its holding the line. */
const HELD_WITHIN = 2_000;

interface Holder {
  tool: Running;
  active: boolean;
  line: Located;
  unnurse: Cancel;
}

export function lineOutput({ tools, clock, log }: Deps, spec: LineSpec, events: LinkEvents): LineOutput {
  const closing = new AbortController();
  const link = linkState(events);
  let holder: Holder | undefined;
  /** What goes on by itself until the next `set`: the first look, or the replacement of a dead holder. */
  let background = inBackground(closing.signal, firstLook);
  let turn: Promise<unknown> = Promise.resolve();

  /** Says whether the line is there, holding nothing, until it is. */
  async function firstLook(signal: AbortSignal): Promise<void> {
    for (const wait = backOff({ firstMs: 1_000, longestMs: 10_000 }); ; await pause(clock, wait.next(), signal)) {
      try {
        refuseHeld(await locate(tools, spec, signal));
        return link.up();
      } catch (thrown) {
        signal.throwIfAborted();
        tellDown(thrown);
      }
    }
  }

  async function heal(active: boolean, signal: AbortSignal): Promise<void> {
    for (const wait = backOff({ firstMs: 125, longestMs: 2_000 }); ; await pause(clock, wait.next(), signal)) {
      try {
        return await take(active, undefined, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        tellDown(thrown);
      }
    }
  }

  function tellDown(thrown: unknown): void {
    const why = linkDownOf(thrown);
    log.warn({ chip: spec.chip, line: spec.line, ...why }, 'GPIO output cannot be held');
    link.down(why);
  }

  async function change(active: boolean): Promise<void> {
    if (closing.signal.aborted) throw linkError('failed', 'the output is closed');
    await background.end();
    if (holder?.active === active) return;
    const known = holder?.line;
    await letGo();
    try {
      await take(active, known, closing.signal);
    } catch (thrown) {
      if (closing.signal.aborted) throw linkError('failed', 'the output was closed');
      tellDown(thrown);
      background = inBackground(closing.signal, firstLook);
      throw thrown;
    }
  }

  async function letGo(): Promise<void> {
    const old = holder;
    holder = undefined;
    old?.unnurse();
    await old?.tool.kill();
  }

  /** Resolves when a new gpioset holds the line. */
  async function take(active: boolean, known: Located | undefined, signal: AbortSignal): Promise<void> {
    if (known) {
      try {
        return await hold(active, known, signal);
      } catch {
        // The place may be another by now: it is looked for below, and what is wrong is found again.
        signal.throwIfAborted();
      }
    }
    const line = await locate(tools, spec, signal);
    refuseHeld(line);
    await hold(active, line, signal);
  }

  async function hold(active: boolean, line: Located, signal: AbortSignal): Promise<void> {
    const { dialect, place } = line;
    const held = Promise.withResolvers<void>();
    const tool = tools.start('gpioset', dialect.hold(place, spec, active), (text) => {
      if (dialect.banner?.test(text)) held.resolve();
    });
    const kill = () => void tool.kill();
    signal.addEventListener('abort', kill);
    const over = new AbortController();
    const cancelDeadline = clock.at(later(clock.now().mono, HELD_WITHIN), 'gpioset holds', kill);
    if (!dialect.banner)
      void untilHeld(tools, clock, line, 'gpioset', AbortSignal.any([signal, over.signal])).then(
        held.resolve,
        () => {},
      );
    const ended = tool.ended.then(({ detail }) => {
      throw failure('gpioset', detail);
    });
    try {
      await Promise.race([held.promise, ended]);
    } finally {
      over.abort();
      cancelDeadline();
      signal.removeEventListener('abort', kill);
    }
    ended.catch((thrown: unknown) => lost(mine, thrown));
    const mine: Holder = {
      tool,
      active,
      line,
      // A stopped gpioset holds its level all the same; it is continued so that nobody finds a stopped child.
      unnurse: nurse(tool, line.place.chip, clock, {
        stopped: () => log.warn({ chip: spec.chip, line: spec.line }, 'gpioset was stopped; it is continued'),
        continued: () => {},
      }),
    };
    holder = mine;
    link.up();
  }

  function lost(gone: Holder, why: unknown): void {
    gone.unnurse();
    if (holder !== gone || closing.signal.aborted) return;
    holder = undefined;
    const { detail } = linkDownOf(why);
    log.warn({ chip: spec.chip, line: spec.line, detail }, 'gpioset died; it is replaced');
    link.down({ reason: 'lost', detail });
    background = inBackground(closing.signal, (signal) => heal(gone.active, signal));
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
      await letGo();
    },
  };
}

function refuseHeld({ consumer, place }: Located): void {
  if (consumer !== undefined) throw linkError('busy', `line ${place.offset} of ${place.chip} is held by "${consumer}"`);
}
