import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import { each, type Played, play, someHome } from '#fakes/play.ts';
import { sensorHealth } from '#src/detectors/sensor-health.ts';

const gas = { id: 'gas-1', kind: 'gas', room: 'kitchen' } as const;

const said = (
  home: Played,
  from: number,
  to: number,
  everyMs: number,
  level: number | ((at: number) => number),
): Played => each(home, gas, 'gas', typeof level === 'number' ? level : (_, at) => level(at), { from, to, everyMs });
const told = (home: Played) =>
  home.faults.map(({ code, subject, active, context }) => [code, subject, active, context]);

describe('a sensor that says the same value for a day', () => {
  it('is a fault after 24 hours and within two more, whatever the sampling interval, and finds nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 7_000 }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (seconds, value) => {
          const before = said(play(sensorHealth), 0, 24 * HOUR - 1, seconds * SECOND, value);
          expect(before.faults).toEqual([]);
          const home = said(play(sensorHealth), 0, 28 * HOUR, seconds * SECOND, value);
          expect(told(home)).toEqual([['sensor-stuck', 'device:gas-1', true, { quantity: 'gas', value }]]);
          expect(home.findings).toEqual([]);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('is none when the value moved once in between, by however little and however shortly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 23 * 60 }), (minute) => {
        const home = said(play(sensorHealth), 0, 24 * HOUR, MINUTE, (at) => (at === minute * MINUTE ? 3.3 : 3.2));
        expect(home.faults).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('is none while it moves every now and then, for a month', () => {
    expect(
      said(play(sensorHealth), 0, 720 * HOUR, MINUTE, (at) => (at % (20 * HOUR) === 0 ? 3.3 : 3.2)).faults,
    ).toEqual([]);
  });

  it('is well again as soon as it moves', () => {
    const home = said(play(sensorHealth), 0, 30 * HOUR, 5 * MINUTE, 3.2).reading(31 * HOUR, gas, 'gas', 3.3);
    expect(told(home)).toEqual([
      ['sensor-stuck', 'device:gas-1', true, { quantity: 'gas', value: 3.2 }],
      ['sensor-stuck', 'device:gas-1', false, {}],
    ]);
    expect(said(home, 31 * HOUR, 54 * HOUR, 5 * MINUTE, 3.3).faults).toHaveLength(2);
  });

  it('is not judged by clean air, unless the config says so', () => {
    expect(said(play(sensorHealth), 0, 2_000 * HOUR, HOUR, 0).faults).toEqual([]);
    const judged = said(play(sensorHealth, { stuckAtZeroHours: 200 }), 0, 203 * HOUR, HOUR, 0);
    expect(told(judged)).toEqual([['sensor-stuck', 'device:gas-1', true, { quantity: 'gas', value: 0 }]]);
    expect(said(play(sensorHealth, { stuckAtZeroHours: 200 }), 0, 199 * HOUR, HOUR, 0).faults).toEqual([]);
  });

  it('is not judged by what was not heard: a gap, a warm-up, a bad value', () => {
    const gap = said(said(play(sensorHealth), 0, 20 * HOUR, MINUTE, 3.2), 23 * HOUR, 46 * HOUR, MINUTE, 3.2);
    expect(gap.faults).toEqual([]);
    const home = play(sensorHealth);
    for (let at = 0; at < 60 * HOUR; at += MINUTE) home.reading(at, gas, 'gas', 100, at % 2 ? 'bad' : 'uncertain');
    expect(home.faults).toEqual([]);
  });

  it('is said again after a restart, from the first reading on; a count that was under way begins anew with the clock', () => {
    const stuck = said(play(sensorHealth), 0, 30 * HOUR, MINUTE, 3.2);
    expect(stuck.reboot().reading(5, gas, 'gas', 3.2).faults).toMatchObject([{ active: true }, { active: true }]);
    const other = said(play(sensorHealth), 0, 30 * HOUR, MINUTE, 3.2)
      .reboot()
      .reading(5, gas, 'gas', 3.1);
    expect(other.faults.at(-1)).toMatchObject({ active: true });
    const halfway = said(said(play(sensorHealth), 0, 20 * HOUR, MINUTE, 3.2).reboot(), 0, 23 * HOUR, MINUTE, 3.2);
    expect(halfway.faults).toEqual([]);
  });

  it('is watched for anew after an update from a release that kept what it knew in another form', () => {
    const older = { 'gas-1/gas': { value: 3.2, stillMs: 20 * HOUR, moved: false, stuck: false } } as never;
    const at = { mono: 0, wall: 0, wallTrusted: true, bootId: 'b' } as never;
    const reading = { deviceId: 'gas-1', quantity: 'gas', value: 3.2, quality: 'good', at, seq: 1 } as const;
    const input = { kind: 'reading', at, reading, device: gas } as const;
    const { state, faults } = sensorHealth.step(older, input, sensorHealth.options.parse({}), someHome);
    expect(faults).toBeUndefined();
    expect(state).toMatchObject([{ deviceId: 'gas-1', quantity: 'gas', value: 3.2, stillMs: 0 }]);
  });

  it('touches its state a few times an hour at most, so that a reading costs next to nothing', () => {
    const options = sensorHealth.options.parse({});
    let state = sensorHealth.start();
    let writes = 0;
    for (let second = 0; second < 3_600; second++) {
      const at = { mono: second * 1_000, wall: second * 1_000, wallTrusted: true, bootId: 'b' } as never;
      const reading = {
        deviceId: 'gas-1',
        quantity: 'gas',
        value: 3 + (second % 7) / 10,
        quality: 'good',
        at,
        seq: 1,
      } as const;
      const { state: next } = sensorHealth.step(
        state,
        { kind: 'reading', at, reading, device: gas },
        options,
        someHome,
      );
      if (next !== state) writes += 1;
      state = next;
    }
    expect(writes).toBeLessThanOrEqual(3);
  });
});
