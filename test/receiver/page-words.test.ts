// The page is no TypeScript and imports nothing of ours: that it has words for all that a gateway can say is held here.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { effects } from '#contract/fault-row.ts';
import { hazardNames } from '#contract/hazard.ts';

const page = readFileSync(join(import.meta.dirname, '../../src/receiver/page/words.js'), 'utf8');
const known = new Set([...page.matchAll(/^ {2}'?([\w-]+)'?: \[/gm)].map(([, key]) => key));

it('names every hazard and every effect of a fault in both languages', () => {
  expect(known.size).toBeGreaterThan(100);
  const wanted = [...hazardNames, ...effects.map((effect) => `effect-${effect}`)];
  expect(wanted.filter((key) => !known.has(key))).toEqual([]);
});
