// Whatever is killed, whenever: an alert that the resident was told is registered reaches the platform, once, and none is
// invented; and of hundreds of readings a second the ring holds what the detectors said, but for the last moments before a
// kill, and the platform what the ring holds. Ten rounds here; `npm run test:crash` does 100, or HEARTHWARD_CRASH_ROUNDS. The
// test itself is proved on builds with a defect each, which it must find.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { copyWithDefect, type Defect } from './defect.ts';
import { crashRounds, type Kind, kinds } from './rounds.ts';

const ROUNDS = Number(process.env.HEARTHWARD_CRASH_ROUNDS ?? 10);
const SEED = Number(process.env.HEARTHWARD_CRASH_SEED ?? 1);

const made: string[] = [];
const directory = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-crash-'));
  made.push(dir);
  return dir;
};
afterAll(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

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

const withDefect = (...defects: Defect[]): string => join(copyWithDefect(directory(), defects), 'src/main.ts');

// Side by side: they mostly wait, and what they find is no matter of time.
describe.concurrent('the rounds find', () => {
  it('a build that says "registered" before the commit', async ({ expect }) => {
    const program = withDefect([
      'src/core/commit.ts',
      '  const batch = takeBatch(home, changes, entries);\n',
      '  const batch = takeBatch(home, changes, entries);\n  for (const alert of batch.alerts) registered(home, alert);\n',
    ]);
    const verdict = await crashRounds({
      dir: directory(),
      rounds: ['at-registered', 'at-registered', 'at-registered'],
      seed: SEED,
      program,
      settleSeconds: 8,
    });
    expect(verdict.problems).toContainEqual(expect.stringContaining('told as registered and not at the platform'));
  });

  it('a build that forgets an alert on PUBACK', async ({ expect }) => {
    const program = withDefect(
      ['src/channels/mqtt/outbox.ts', "if (item?.entry.kind === 'alert') {", 'if (false) {'],
      ['src/core/deliveries.ts', "  if (kind !== 'alert' || confirms !== 'receipt') finish(", '  finish('],
    );
    const verdict = await crashRounds({
      dir: directory(),
      rounds: ['swallowed'],
      seed: SEED,
      program,
      settleSeconds: 12,
    });
    expect(verdict.problems).toContainEqual(expect.stringContaining('told as registered and not at the platform'));
  });

  it('a build that forgets which readings it has sent', async ({ expect }) => {
    const program = withDefect([
      'src/service/open-channel.ts',
      'journal.commit({ facts: { [fact]: position } }).catch(() => undefined);',
      '',
    ]);
    const verdict = await crashRounds({
      dir: directory(),
      // Every second kill is a late one, when what came at the start is long past being in flight.
      rounds: ['while-reading', 'while-reading', 'while-reading', 'while-reading'],
      seed: SEED,
      program,
    });
    expect(verdict.problems).toContainEqual(expect.stringContaining('came again'));
  });

  it('a build that stores a reading twice', async ({ expect }) => {
    const text = "if (expected === undefined && !isStream) home.ports.history.append({ kind: 'reading', reading });";
    const program = withDefect(['src/core/pipeline.ts', text, `${text} ${text}`]);
    const verdict = await crashRounds({ dir: directory(), rounds: ['while-reading'], seed: SEED, program });
    expect(verdict.problems).toContainEqual(expect.stringContaining('the detector said'));
  });
});
