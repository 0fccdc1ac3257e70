// The crash rounds find what they look for: each of these builds has a defect.

import { join } from 'node:path';
import { describe, it } from 'vitest';
import { foldersOf } from '#fakes/folders.ts';
import { copyWithDefect, type Defect } from './defect.ts';
import { crashRounds } from './rounds.ts';

const SEED = 1;
const directory = foldersOf('crash');
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
