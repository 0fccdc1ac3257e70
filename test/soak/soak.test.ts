// The short forms of `npm run soak`; soak.proof.ts proves that they find what they look for.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldersOf } from '#fakes/folders.ts';
import { hours, named, seconds, soak } from './command.ts';
import { picture } from './picture.ts';
import { judge, slope, type Track } from './verdict.ts';

const directory = foldersOf('soak');

describe('the verdict', () => {
  const noise = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 12, maxLength: 40 });
  const heap = (values: number[]): Track => ({ name: 'heap', unit: 'kB', values, bound: { rise: 500 } });

  it('is that of the second half: what is slow to get warm is flat', () => {
    const values = [...Array(15).keys()].map((n) => n * 1_000).concat(Array(15).fill(15_000));
    expect(judge([heap(values)])).toMatchObject({ met: true, checks: [{ rise: 0, level: 15_000 }] });
  });

  it('finds a rise beyond its bound under any noise below a fifth of it, and lets one below pass', () => {
    fc.assert(
      fc.property(noise, (values) => {
        const rising = (by: number) => heap(values.map((value, n) => 20_000 + value + (n * 2 * by) / values.length));
        expect(judge([rising(1_000)]).met).toBe(false);
        expect(judge([rising(250)]).met).toBe(true);
      }),
    );
  });

  it('is not moved by a few outliers', () => {
    const flat = Array<number>(30).fill(20_000).with(28, 60_000).with(29, 50_000);
    expect(judge([heap(flat)]).met).toBe(true);
    expect(slope(flat.slice(15))).toBe(0);
  });

  it('takes one descriptor that is never given back for a leak', () => {
    const fds = (values: number[]): Track => ({ name: 'fds', unit: '', values, bound: { notAbove: 'first half' } });
    expect(judge([fds([40, 41, 40, 41, 40, 41])]).met).toBe(true);
    expect(judge([fds([40, 41, 40, 41, 40, 42])]).met).toBe(false);
  });

  it('is none without a single bound', () => {
    expect(judge([{ name: 'lines', unit: '', values: [1, 2] }]).met).toBe(false);
  });
});

it('the picture shows each track, its unit and its slope', () => {
  const tracks = [{ name: 'heap <after> gc', unit: 'kB', values: [3, 5, 4, 4], bound: { rise: 1 } }];
  const svg = picture([{ title: '50 devices', step: 'day', steps: 4, tracks }]);
  expect(svg).toContain('heap &lt;after> gc, kB');
  expect(svg.match(/<polyline[^>]*points="([^"]*)"/)?.[1]?.split(' ')).toHaveLength(4);
  expect(svg).toContain('<line ');
});

describe('simulated', () => {
  it('hours of fifty devices leave the heap as it was', async () => {
    const { checks, tracks } = await soak(hours, directory());
    expect(named(checks, 'heap after collection')).toMatchObject({ met: true });
    expect(named(tracks, 'CPU time')?.values).toHaveLength(16);
  });
});

describe('real', () => {
  it('seconds at 500 readings/s leave heap and descriptors as they were, and every press arrives', async () => {
    const { checks, tracks } = await soak(seconds, directory());
    expect(named(checks, 'heaps after collection')).toMatchObject({ met: true });
    expect(named(checks, 'descriptors')).toMatchObject({ met: true });
    for (const name of ['press to siren', 'press to hands', 'resident memory'])
      expect(named(tracks, name)?.values.every((value) => value > 0)).toBe(true);
  });
});
