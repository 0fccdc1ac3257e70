// Clocks of meters fall back with their battery, and ours is set while we look. The order in which records come in beats a clock
// that is provably wrong; durations are never of the wall clock.

import { describe, expect, it } from 'vitest';
import type { Moment } from '#contract/time.ts';
import type { Played } from '#fakes/play.ts';
import { cuff, HOUR, home, MINUTE } from './home.ts';

const YEAR = 365 * 24 * HOUR;
const BOOTED = 3 * 24 * HOUR;

/** A record of the cuff that came in at `heard`; `ago` is what its clock made of it, `clock` what it said, s. */
function record(
  played: Played,
  heard: number,
  key: string,
  systolic: number,
  { ago = 0, clock, undated, step = 0 }: { ago?: number; clock?: number; undated?: true; step?: number } = {},
) {
  return played
    .input(heard, (now) => {
      const at = { ...now, mono: Math.max(0, now.mono - ago), wall: now.wall - ago } as Moment;
      const reading = { deviceId: 'cuff', quantity: 'systolic', value: systolic, quality: 'good', at, seq: 1 } as const;
      const meter = { key, ...(clock !== undefined && { clock }), ...(undated && { undated }) };
      const heardAt = { ...now, wall: now.wall + step } as Moment;
      return { kind: 'reading', at, heardAt, device: cuff, reading: { ...reading, record: meter } };
    })
    .quiet(heard + 2_000);
}

describe('a cuff whose clock fell back', () => {
  it('is heard: its newest record is five years old by its clock, and new by the order it came in', () => {
    const played = record(home(), BOOTED, 'a', 130, { clock: 5 * YEAR });
    // After a restart of the driver it sends all that it has; the newest by its clock is the old one.
    record(played, BOOTED + HOUR, 'b', 230, { clock: 60, ago: 5 * YEAR });
    record(played, BOOTED + HOUR + 5_000, 'a', 130, { clock: 5 * YEAR });
    expect(played.findings).toMatchObject([
      { severity: 'alarm', because: [{ value: 230 }, { fact: 'vital-in-doubt' }] },
    ]);
    expect(played.measurements).toMatchObject([
      {},
      { at: { mono: BOOTED + HOUR }, values: [{ value: 230, quality: 'uncertain' }] },
    ]);
  });

  it('counts on from there, and a good value of the right order clears', () => {
    const played = record(home(), BOOTED, 'a', 130, { clock: 5 * YEAR });
    record(played, BOOTED + HOUR, 'b', 230, { clock: 60, ago: 5 * YEAR });
    // The first good one of such a clock would clear in doubt, and does not.
    const fallen = record(home(), BOOTED, 'x', 230, { clock: 5 * YEAR });
    record(fallen, BOOTED + HOUR, 'y', 130, { clock: 60, ago: 5 * YEAR });
    expect(fallen.findings).toHaveLength(1);
    record(played, BOOTED + 2 * HOUR, 'c', 130, { clock: 3_660 });
    expect(played.findings.at(-1)).toMatchObject({ active: false });
  });

  it('says itself that it has no date: in doubt, and now', () => {
    const played = record(home(), BOOTED, 'a', 230, { undated: true, ago: YEAR });
    expect(played.findings).toMatchObject([{ severity: 'alarm', because: [{}, { fact: 'vital-in-doubt' }] }]);
  });

  it('still keeps to itself what it measured days ago', () => {
    const played = record(home(), BOOTED, 'a', 130, { clock: 1_000, ago: 2 * HOUR });
    record(played, BOOTED + 5_000, 'b', 230, { clock: 5_000, ago: HOUR });
    expect([played.findings.length, played.measurements.length]).toEqual([0, 2]);
  });
});

describe('our own clock', () => {
  it.each([YEAR, -YEAR])('set by %d ms while a record comes in, neither hides it nor makes it one of now', (step) => {
    expect(record(home(), BOOTED, 'a', 230, { step }).findings).toMatchObject([{ severity: 'alarm' }]);
    expect(record(home(), BOOTED, 'a', 230, { step, ago: HOUR }).findings).toEqual([]);
  });

  it('is asked only for what is older than the boot', () => {
    expect(record(home(), 10 * MINUTE, 'a', 230, { ago: HOUR }).findings).toEqual([]);
  });
});
