// The scripted days, each after thirty days of four homes, with and without a preset: what they take at most today.

import { describe, expect, it } from 'vitest';
import { homes } from './homes.ts';
import { type Learned, learned, played } from './play-days.ts';
import { rows, ways } from './scripted-days.ts';

const known = new Map<string, Promise<Learned>>();
const cases = homes.flatMap((home) => ways.map((way) => ({ home, way, name: home.name })));

describe.each(cases)('somebody who lives $name, preset $way', ({ home, way }) => {
  const learns = () => {
    const key = `${home.name} ${way}`;
    const learning = known.get(key) ?? learned(home, way);
    known.set(key, learning);
    return learning;
  };

  it('is never called about in thirty days of their life', async () => {
    expect((await learns()).falseAlarms).toEqual([]);
  });

  it.each(rows)('$day', async (row) => {
    const { hours, early } = await played(await learns(), row);
    expect(early).toEqual([]);
    const atMost = row.atMost[way];
    if (atMost !== null) expect(hours ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(atMost);
  });
});

describe('the table', () => {
  it('holds no row below its goal', () => {
    const bounds = rows.flatMap(({ goal, atMost }) => ways.map((way) => [goal, atMost[way] ?? goal] as const));
    expect(bounds.filter(([goal, atMost]) => atMost < goal)).toEqual([]);
  });
});
