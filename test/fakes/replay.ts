// The production replay with every detector and reaction as they are by default.

import { defaultReactions } from '#contract/reaction.ts';
import type { Rules } from '#src/core/home.ts';
import { detectors } from '#src/detectors/index.ts';
import { readLine } from '#src/replay/lines.ts';
import { createReplay, type OutputLine } from '#src/replay/replay.ts';

export const defaultRules = (
  zone = 'UTC',
  detectorOptions: Readonly<Record<string, Record<string, unknown>>> = {},
): Rules => ({
  zone,
  reactions: defaultReactions,
  detectors,
  detectorOptions: Object.fromEntries(
    detectors.map(({ id, options }) => [id, options.parse(detectorOptions[id] ?? {}) as Record<string, unknown>]),
  ),
  channels: {},
});

/** Plays lines; one that is refused is in the answer as `{refused}`. */
export const replay = (...lines: object[]): Promise<OutputLine[]> => replayBy(defaultRules(), lines);

async function replayBy(rules: Rules, lines: readonly object[]): Promise<OutputLine[]> {
  const out: OutputLine[] = [];
  const player = createReplay({ rules, devices: [], seed: 1, write: (line) => out.push(line) });
  for (const line of lines) {
    const read = readLine(JSON.stringify(line));
    const refused = read.ok ? await player.take(read.line) : read.why;
    if (refused !== undefined) out.push({ refused });
  }
  await player.end();
  return out;
}

/** The same, of lines of which none may be refused. */
export const replayAll = (...lines: object[]): Promise<OutputLine[]> => replayAllBy(defaultRules(), lines);

export async function replayAllBy(rules: Rules, lines: readonly object[]): Promise<OutputLine[]> {
  const out = await replayBy(rules, lines);
  const refused = out.find((line) => line.refused !== undefined);
  if (refused) throw new Error(String(refused.refused));
  return out;
}
