// Holds one output line through one gpioset: the level lasts as long as the process, so a dead one is replaced at once.

import { later } from '#contract/time.ts';
import type { LineOutput, LineSpec, LinkEvents } from '#contract/transport.ts';
import { linkDownOf, linkError } from './errors.ts';
import { type Held, keepOutput } from './keep-output.ts';
import { type Located, locate, untilHeld } from './locate.ts';
import { nurse } from './nurse.ts';
import { failure, type Running } from './tools.ts';
import type { Deps } from './watch.ts';

/** From starting gpioset to its holding the line. */
const HELD_WITHIN = 2_000;

interface HeldByTool extends Held {
  readonly line: Located;
}

export function lineOutput(deps: Deps, spec: LineSpec, events: LinkEvents): LineOutput {
  const { tools, clock, log } = deps;

  async function freeLine(signal: AbortSignal): Promise<Located> {
    const line = await locate(tools, spec, signal);
    const { consumer, place } = line;
    if (consumer === undefined) return line;
    throw linkError('busy', `line ${place.offset} of ${place.chip} is held by "${consumer}"`);
  }

  async function hold(active: boolean, line: Located, signal: AbortSignal): Promise<HeldByTool> {
    const tool = await startTool(deps, line, line.dialect.hold(line.place, spec, active), signal);
    // A stopped gpioset holds its level all the same; it is continued so that nobody finds a stopped child.
    const unnurse = nurse(tool, line.place.chip, clock, {
      stopped: () => log.warn({ chip: spec.chip, line: spec.line }, 'gpioset was stopped; it is continued'),
      continued: () => {},
    });
    const { lost, end } = endOf(tool);
    return {
      ...{ active, line, lost },
      async letGo() {
        unnurse();
        await end();
      },
    };
  }

  async function change(held: HeldByTool, active: boolean, signal: AbortSignal): Promise<HeldByTool> {
    if (held.active === active) return held;
    await held.letGo();
    try {
      return await hold(active, held.line, signal);
    } catch {
      // The place may be another by now: it is looked for anew, and what is wrong is found again.
      signal.throwIfAborted();
      return hold(active, await freeLine(signal), signal);
    }
  }

  const holding = {
    look: async (signal: AbortSignal) => void (await freeLine(signal)),
    take: async (active: boolean, signal: AbortSignal) => hold(active, await freeLine(signal), signal),
    change,
    lost: 'gpioset died; it is replaced',
  };
  return keepOutput({ clock, log, spec, holding }, events);
}

/** A new gpioset. Resolves when it holds the line; rejects when it ended before that. */
async function startTool({ tools, clock }: Deps, line: Located, args: string[], signal: AbortSignal): Promise<Running> {
  const { banner } = line.dialect;
  const held = Promise.withResolvers<void>();
  const tool = tools.start('gpioset', args, (text) => {
    if (banner?.test(text)) held.resolve();
  });
  const kill = () => void tool.kill();
  signal.addEventListener('abort', kill);
  const over = new AbortController();
  const cancelDeadline = clock.at(later(clock.now().mono, HELD_WITHIN), 'gpioset holds', kill);
  if (!banner)
    void untilHeld(tools, clock, line, 'gpioset', AbortSignal.any([signal, over.signal])).then(held.resolve, () => {});
  const ended = tool.ended.then(({ detail }) => {
    throw failure('gpioset', detail);
  });
  try {
    await Promise.race([held.promise, ended]);
    return tool;
  } finally {
    over.abort();
    cancelDeadline();
    signal.removeEventListener('abort', kill);
  }
}

/** Tells an end that nobody wanted from ours. */
function endOf(tool: Running): { lost: Promise<string>; end(): Promise<unknown> } {
  const lost = Promise.withResolvers<string>();
  let wanted = false;
  void tool.ended.then(({ detail }) => {
    if (!wanted) lost.resolve(linkDownOf(failure('gpioset', detail)).detail);
  });
  return {
    lost: lost.promise,
    end() {
      wanted = true;
      return tool.kill();
    },
  };
}
