// The simulated GPIO chip's protocol: newline-delimited JSON over a Unix socket, spoken by the chip (sim room), by the
// GPIO transport for `sim:<socket>` and by the stand-ins for libgpiod's tools.
//
// A connection is to the chip what an open file of the character device is to the kernel: the lines requested over it
// are held until it closes, a line that is held is refused to others, and edges that nobody takes up are queued to a limit.
// Levels are electrical (true is high); which level means active is the reader's business.

import { z } from 'zod';

/** Edges that may wait for `took`; after that the newest are dropped, as the kernel's first interface does. */
export const SIM_QUEUE = 16;

const id = z.number().int();
const offset = z.number().int().nonnegative();

/** What a client asks. Each is answered once, with the same `id`, except `took`, which says how many edges were read. */
export const simRequest = z.discriminatedUnion('op', [
  z.object({ op: z.literal('info'), id }),
  z.object({
    op: z.literal('input'),
    id,
    offset,
    consumer: z.string(),
    edges: z.boolean(),
    bias: z.enum(['pull-up', 'pull-down', 'disabled']).optional(),
  }),
  z.object({ op: z.literal('output'), id, offset, consumer: z.string(), level: z.boolean() }),
  z.object({ op: z.literal('took'), offset, edges: z.number().int().positive() }),
]);
export type SimRequest = z.infer<typeof simRequest>;

const simLine = z.object({
  offset,
  name: z.string().nullable(),
  /** Who holds it; null while it is free. */
  consumer: z.string().nullable(),
  output: z.boolean(),
});
export type SimLine = z.infer<typeof simLine>;

/** What the chip says. `mono` is CLOCK_MONOTONIC in ms, as the kernel stamps edges. */
export const simMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('info'), id, label: z.string(), lines: z.array(simLine) }),
  /** An input is held and stands at `level`; or an output is held and was set to it. */
  z.object({ kind: z.literal('held'), id, offset, level: z.boolean(), mono: z.number() }),
  z.object({ kind: z.literal('refused'), id, why: z.enum(['busy', 'missing']) }),
  z.object({ kind: z.literal('edge'), offset, level: z.boolean(), mono: z.number() }),
]);
export type SimMessage = z.infer<typeof simMessage>;

/** Cuts a stream into its JSON lines. Gives `undefined` for a line that is not JSON, so that it can be counted. */
export function jsonLines(take: (message: unknown) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(parse(line));
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
