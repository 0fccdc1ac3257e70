// Whatever is killed, whenever: an alert that the resident was told is registered reaches the platform, once, and none is
// invented; and of hundreds of readings a second the ring holds what the detectors said, but for the last moments before a
// kill, and the platform what the ring holds. Ten rounds here; `npm run test:crash` does 100, or HEARTHWARD_CRASH_ROUNDS.
// crash.proof.ts proves the test itself.

import { describe, expect, it } from 'vitest';
import { foldersOf } from '#fakes/folders.ts';
import { crashRounds, type Kind, kinds } from './rounds.ts';

const ROUNDS = Number(process.env.HEARTHWARD_CRASH_ROUNDS ?? 10);
const SEED = Number(process.env.HEARTHWARD_CRASH_SEED ?? 1);

const directory = foldersOf('crash');

const rounds = (count: number): Kind[] =>
  Array.from({ length: count }, (_, number) => kinds[number % kinds.length] ?? 'at-random');

describe('with the gateway, the broker and the platform killed at will', () => {
  it(`every alert told as registered is at the platform once, none is invented, and no reading either (${ROUNDS} rounds, seed ${SEED})`, async () => {
    const over = (done: number) => void (done % 25 === 0 && process.stderr.write(`${done} rounds\n`));
    const verdict = await crashRounds({ dir: directory(), rounds: rounds(ROUNDS), seed: SEED, over });
    process.stderr.write(`crash rounds: ${JSON.stringify(verdict)}\n`);
    expect(verdict.problems).toEqual([]);
    expect(verdict.registered).toBeGreaterThan(ROUNDS / 3);
    const { served, kept, forwarded } = verdict.readings;
    expect(kept).toBeGreaterThan(served / 2);
    expect(forwarded).toBeGreaterThan(kept / 2);
  });
});
