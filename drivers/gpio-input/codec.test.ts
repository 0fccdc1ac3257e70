// The debouncer and the button by themselves: bounce, glitches, late edges, levels found, holding.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Moment, MonoMs, WallMs } from '#contract/time.ts';
import { type ButtonEvent, button, buttonAtStart, type Level } from './codec.ts';

const times = { debounceMs: 20, holdMs: 3_000, stuckMs: 60_000 };
const START = 1_000_000;

const moment = (ms: number): Moment => ({
  mono: (START + ms) as MonoMs,
  wall: (5_000_000 + ms) as WallMs,
  wallTrusted: true,
  bootId: 'boot',
});
const found = (ms: number, active: boolean): Level => ({ active, at: moment(ms), why: 'found' });
const edge = (ms: number, active: boolean): Level => ({ active, at: moment(ms), why: 'edge' });

/** Plays levels, waking the button whenever it asks to be, until `until`; late delivers all of them at the end. */
function play(levels: Level[], until: number, late = false): [kind: ButtonEvent['kind'], ms: number][] {
  let state = buttonAtStart;
  let wakeAt: MonoMs | undefined;
  const events: ButtonEvent[] = [];
  const step = (input: Level | { at: Moment }) => {
    // State is plain data: it survives being written down.
    const result = button(JSON.parse(JSON.stringify(state)), input, times);
    state = result.button;
    wakeAt = result.wakeAt;
    events.push(...result.events);
  };
  const wakeUntil = (mono: number) => {
    for (let wakes = 0; wakeAt !== undefined && wakeAt < mono; wakes += 1) {
      if (wakes > 10) throw new Error('the button asks to be woken for ever');
      step({ at: moment(wakeAt - START) });
    }
  };
  for (const level of levels) {
    if (!late) wakeUntil(level.at.mono);
    step(level);
  }
  wakeUntil(START + until + 1);
  return events.map(({ kind, at }) => [kind, at.mono - START]);
}

describe('a button', () => {
  it('gives a press with the instant of its first edge, and its release', () => {
    expect(play([found(0, false), edge(100, true), edge(300, false)], 1_000)).toEqual([
      ['press', 100],
      ['release', 300],
    ]);
  });

  it('gives the press as soon as it has lasted, not when it is over', () => {
    expect(play([found(0, false), edge(100, true)], 119)).toEqual([]);
    expect(play([found(0, false), edge(100, true)], 120)).toEqual([['press', 100]]);
  });

  it('hears a short real press, of exactly the debounce time', () => {
    expect(play([found(0, false), edge(100, true), edge(120, false)], 1_000)).toEqual([
      ['press', 100],
      ['release', 120],
    ]);
  });

  it('takes a shorter one for a glitch', () => {
    expect(play([found(0, false), edge(100, true), edge(119, false)], 1_000)).toEqual([]);
  });

  it('rides out bounce at both ends: one press, from the edge that lasted', () => {
    const bounce = [edge(100, true), edge(102, false), edge(105, true), edge(106, false), edge(108, true)];
    const release = [edge(500, false), edge(503, true), edge(504, false)];
    expect(play([found(0, false), ...bounce, ...release], 1_000)).toEqual([
      ['press', 108],
      ['release', 504],
    ]);
  });

  it('ignores a dip in a held press', () => {
    expect(play([found(0, false), edge(100, true), edge(400, false), edge(410, true)], 1_000)).toEqual([
      ['press', 100],
    ]);
  });

  it('judges edges that arrive together by their own time', () => {
    const pressed = [found(0, false), edge(100, true), edge(200, false)];
    expect(play(pressed, 10_000, true)).toEqual([
      ['press', 100],
      ['release', 200],
    ]);
    expect(play([found(0, false), edge(100, true), edge(110, false)], 10_000, true)).toEqual([]);
  });

  it('takes a line found active for a press, at once', () => {
    expect(play([found(0, true)], 0)).toEqual([['press', 0]]);
    expect(play([found(0, true), edge(3, false)], 1_000)).toEqual([
      ['press', 0],
      ['release', 3],
    ]);
  });

  it('does not press again when a replaced watch finds it still pressed', () => {
    expect(play([found(0, true), found(500, true), edge(700, false)], 1_000)).toEqual([
      ['press', 0],
      ['release', 700],
    ]);
  });

  it('takes the level found after a replacement: pressed meanwhile, released meanwhile', () => {
    expect(play([found(0, false), found(500, true)], 600)).toEqual([['press', 500]]);
    expect(play([found(0, true), found(500, false)], 600)).toEqual([
      ['press', 0],
      ['release', 500],
    ]);
  });

  it('gives a press that had begun when its watch died the instant of its edge', () => {
    expect(play([found(0, false), edge(100, true), found(110, true)], 600)).toEqual([['press', 100]]);
  });

  it('hears a press that fell into the gap before the watch began, from its release', () => {
    expect(play([found(0, false), edge(400, false)], 1_000)).toEqual([
      ['press', 400],
      ['release', 400],
    ]);
    const bouncing = [edge(400, false), edge(402, true), edge(404, false)];
    expect(play([found(0, false), ...bouncing], 1_000)).toEqual([
      ['press', 404],
      ['release', 404],
    ]);
  });

  it('hears the second press when the release of the first fell into the gap', () => {
    expect(play([found(0, true), edge(500, true), edge(700, false)], 1_000)).toEqual([
      ['press', 0],
      ['release', 500],
      ['press', 500],
      ['release', 700],
    ]);
  });

  it('takes a lone edge to the level already there for interference, where nothing can have been missed', () => {
    const pressed = [found(0, false), edge(100, true), edge(300, false)];
    expect(play([...pressed, edge(5_000, false)], 9_000)).toHaveLength(2);
    expect(play([found(0, false), edge(100_000, false)], 200_000)).toEqual([]);
  });

  it('tells of holding once, and of being stuck until it is released', () => {
    expect(play([found(0, false), edge(100, true), edge(70_000, false)], 80_000)).toEqual([
      ['press', 100],
      ['hold', 3_100],
      ['stuck', 60_100],
      ['release', 70_000],
      ['freed', 70_000],
    ]);
  });

  it('tells of no holding when the release came at that very time', () => {
    expect(play([found(0, false), edge(100, true), edge(3_090, false)], 4_000)).toEqual([
      ['press', 100],
      ['release', 3_090],
    ]);
  });

  describe('whatever the edges', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 60 });
    const levelsOf = (gaps: number[]): Level[] => {
      let ms = 0;
      return [
        found(0, false),
        ...gaps.map((gap, index) => {
          ms += gap;
          return edge(ms, index % 2 === 0);
        }),
      ];
    };

    it('gives exactly the runs that lasted, merged over glitches, delivered in time or late', () => {
      fc.assert(
        fc.property(gaps, fc.boolean(), (gaps, late) => {
          const expected: [string, number][] = [];
          let at = 0;
          let settled = false;
          gaps.forEach((gap, index) => {
            at += gap;
            const lasted = (gaps[index + 1] ?? Number.POSITIVE_INFINITY) >= times.debounceMs;
            const active = index % 2 === 0;
            if (!lasted || active === settled) return;
            settled = active;
            expected.push([active ? 'press' : 'release', at]);
          });
          const reported = play(levelsOf(gaps), at + 100, late);
          expect(reported.filter(([kind]) => kind === 'press' || kind === 'release')).toEqual(expected);
        }),
      );
    });

    it('never gives two presses without a release between, and goes forward in time', () => {
      const level = fc.record({
        gap: fc.integer({ min: 0, max: 5_000 }),
        active: fc.boolean(),
        why: fc.constantFrom('edge', 'found'),
      });
      fc.assert(
        fc.property(fc.array(level, { maxLength: 60 }), fc.boolean(), (levels, late) => {
          let ms = 0;
          const played = levels.map(({ gap, active, why }): Level => {
            ms += gap;
            return { active, why: why as Level['why'], at: moment(ms) };
          });
          const reported = play(played, ms + 100_000, late);
          const turns = reported.map(([kind]) => kind).filter((kind) => kind === 'press' || kind === 'release');
          for (const [index, kind] of turns.entries()) expect(kind).toBe(index % 2 === 0 ? 'press' : 'release');
          const instants = reported.map(([, at]) => at);
          expect(instants).toEqual(instants.toSorted((a, b) => a - b));
        }),
      );
    });

    it('never loses a press that lasts, in whatever interference before it', () => {
      fc.assert(
        fc.property(gaps, fc.integer({ min: 20, max: 2_000 }), (gaps, lasts) => {
          const noise = levelsOf(gaps.slice(0, gaps.length - (gaps.length % 2)));
          const last = (noise.at(-1)?.at.mono ?? START) - START;
          const press = last + 200;
          const reported = play([...noise, edge(press, true), edge(press + lasts, false)], press + lasts + 100);
          expect(reported).toContainEqual(['press', press]);
          // Held, it is reported as that too, and its release may never come.
          const held = play([...noise, edge(press, true)], press + times.holdMs);
          expect(held).toContainEqual(['hold', press + times.holdMs]);
        }),
      );
    });
  });
});
