// The life of an output line, whatever holds it: orders are carried out one after the other; a line that was lost is taken
// again at its level; and as long as none was held, it is looked whether the line is there.

import { backOff } from '#base/back-off.ts';
import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import type { LineOutput, LineSpec, LinkEvents } from '#contract/transport.ts';
import { type Background, inBackground } from './background.ts';
import { linkDownOf, linkError } from './errors.ts';
import { type LinkState, linkState } from './link.ts';
import { pause } from './tools.ts';

/** A line in our hands. */
export interface Held {
  readonly active: boolean;
  /** Resolves, with what happened, when it is ours no more though nobody let it go; never for one that was let go. */
  readonly lost: Promise<string>;
  letGo(): Promise<void> | void;
}

/** How an interface of the kernel holds a line. All reject with what a link tells. */
export interface Holding<Mine extends Held> {
  /** Whether the line could be held; takes no hold. */
  look(signal: AbortSignal): Promise<void>;
  /** Resolves when the line is driven. */
  take(active: boolean, signal: AbortSignal): Promise<Mine>;
  /** The same for a line that is held. Where it rejects, nothing is. */
  change(held: Mine, active: boolean, signal: AbortSignal): Promise<Mine>;
  /** What is logged when a line was lost. */
  lost: string;
}

export interface OutputOf<Mine extends Held> {
  clock: Clock;
  log: Log;
  spec: LineSpec;
  holding: Holding<Mine>;
}

const LOOKS = { firstMs: 1_000, longestMs: 10_000 };
const RETAKES = { firstMs: 125, longestMs: 2_000 };

interface State<Mine extends Held> extends OutputOf<Mine> {
  readonly link: LinkState;
  readonly closing: AbortController;
  held: Mine | undefined;
  /** What goes on by itself until the next order: the look, or taking a lost line again. */
  background: Background;
  /** Ends with the last order. */
  turn: Promise<unknown>;
}

export function keepOutput<Mine extends Held>(of: OutputOf<Mine>, events: LinkEvents): LineOutput {
  const closing = new AbortController();
  const output: State<Mine> = {
    ...of,
    link: linkState(events),
    closing,
    held: undefined,
    background: nothing,
    turn: Promise.resolve(),
  };
  goOn(output, (over) => look(output, over));
  return {
    set(active) {
      const result = output.turn.then(() => order(output, active));
      output.turn = result.catch(() => {});
      return result;
    },
    close: () => close(output),
  };
}

const nothing: Background = { end: async () => {} };

function goOn<Mine extends Held>(output: State<Mine>, work: (over: AbortSignal) => Promise<void>): void {
  output.background = inBackground(output.closing.signal, work);
}

/** Says whether the line is there, holding nothing, until it is. */
function look<Mine extends Held>(output: State<Mine>, over: AbortSignal): Promise<void> {
  return trying(output, LOOKS, over, async () => {
    await output.holding.look(over);
    output.link.up();
  });
}

async function order<Mine extends Held>(output: State<Mine>, active: boolean): Promise<void> {
  const { holding, background, closing } = output;
  const { signal } = closing;
  if (signal.aborted) throw linkError('failed', 'the output is closed');
  await background.end();
  const { held } = output;
  try {
    hold(output, await (held ? holding.change(held, active, signal) : holding.take(active, signal)));
  } catch (thrown) {
    output.held = undefined;
    if (signal.aborted) throw linkError('failed', 'the output was closed');
    reportDown(output, thrown);
    goOn(output, (over) => look(output, over));
    throw thrown;
  }
}

function hold<Mine extends Held>(output: State<Mine>, held: Mine): void {
  if (output.held !== held) void held.lost.then((detail) => lost(output, held, detail));
  output.held = held;
  output.link.up();
}

function lost<Mine extends Held>(output: State<Mine>, gone: Mine, detail: string): void {
  const { spec, log, link, holding, closing } = output;
  if (output.held !== gone || closing.signal.aborted) return;
  output.held = undefined;
  void gone.letGo();
  log.warn({ chip: spec.chip, line: spec.line, detail }, holding.lost);
  link.down({ reason: 'lost', detail });
  goOn(output, (over) =>
    trying(output, RETAKES, over, async () => hold(output, await holding.take(gone.active, over))),
  );
}

/** Attempts until one succeeds, ever more rarely. */
async function trying<Mine extends Held>(
  output: State<Mine>,
  waits: typeof LOOKS,
  over: AbortSignal,
  attempt: () => Promise<void>,
): Promise<void> {
  for (const wait = backOff(waits); ; await pause(output.clock, wait.next(), over)) {
    try {
      return await attempt();
    } catch (thrown) {
      over.throwIfAborted();
      reportDown(output, thrown);
    }
  }
}

function reportDown<Mine extends Held>({ spec, log, link }: State<Mine>, thrown: unknown): void {
  const why = linkDownOf(thrown);
  log.warn({ chip: spec.chip, line: spec.line, ...why }, 'GPIO output cannot be held');
  link.down(why);
}

async function close<Mine extends Held>(output: State<Mine>): Promise<void> {
  output.link.mute();
  output.closing.abort();
  await output.turn;
  await output.background.end();
  const { held } = output;
  output.held = undefined;
  await held?.letGo();
}
