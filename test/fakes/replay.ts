// The production replay with every detector and reaction as they are by default.

import { defaultReactions } from '#contract/reaction.ts';
import { detectors } from '#src/detectors/index.ts';
import type { Rules } from '#src/runtime/home.ts';
import { createReplay, type OutputLine } from '#src/runtime/replay.ts';
import { readLine } from '#src/runtime/replay-lines.ts';

export const defaultRules = (): Rules => ({
  zone: 'UTC',
  reactions: defaultReactions,
  detectors,
  detectorOptions: Object.fromEntries(
    detectors.map(({ id, options }) => [id, options.parse({}) as Record<string, unknown>]),
  ),
  channels: {},
});

/** Plays lines; one that is refused is in the answer as `{refused}`. */
export async function replay(...lines: object[]): Promise<OutputLine[]> {
  const out: OutputLine[] = [];
  const player = createReplay({ rules: defaultRules(), devices: [], seed: 1, write: (line) => out.push(line) });
  for (const line of lines) {
    const read = readLine(JSON.stringify(line));
    const refused = read.ok ? await player.take(read.line) : read.why;
    if (refused !== undefined) out.push({ refused });
  }
  await player.end();
  return out;
}

/** The same, of lines of which none may be refused. */
export async function replayAll(...lines: object[]): Promise<OutputLine[]> {
  const out = await replay(...lines);
  const refused = out.find((line) => line.refused !== undefined);
  if (refused) throw new Error(String(refused.refused));
  return out;
}
