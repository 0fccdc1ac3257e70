// The short soaks find what they look for. What a short run can say is rough: code is still getting hot, so only leaks of
// kilobytes a second show in the real one; half an hour finds a few bytes per reading.

import { expect, it } from 'vitest';
import { foldersOf } from '#fakes/folders.ts';
import { copyWithDefect, type Defect } from '../crash/defect.ts';
import { hours, named, seconds, soak } from './command.ts';

const directory = foldersOf('soak');

const HEARS = "if (expected === undefined && !isStream) home.ports.history.append({ kind: 'reading', reading });";
const keeping = (what: string): Defect => [
  'src/core/pipeline.ts',
  HEARS,
  `${HEARS} ((globalThis as unknown as { kept: unknown[] }).kept ??= []).push(${what});`,
];
const copied = (...defects: Defect[]) => copyWithDefect(directory(), defects, ['src', 'drivers', 'test']);

it('a build that keeps each reading is found in simulated hours', async () => {
  const { checks } = await soak(hours, directory(), copied(keeping('{ ...reading, at: { ...reading.at } }')));
  expect(named(checks, 'heap after collection')).toMatchObject({ met: false });
});

it('a build that keeps each reading and now and then a descriptor is found in real seconds', async () => {
  const leak = `[Array(1_000).fill(reading), reading.seq % 50 === 0 && process.getBuiltinModule('node:fs').openSync('/dev/null', 'r')]`;
  const { checks } = await soak(seconds, directory(), copied(keeping(leak)));
  expect(named(checks, 'heaps after collection')).toMatchObject({ met: false });
  expect(named(checks, 'descriptors')).toMatchObject({ met: false });
});
