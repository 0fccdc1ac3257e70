// Falls, on movements made by hand: what the detector promises whatever the model's weights are.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '#contract/device.ts';
import { SECOND } from '#contract/time.ts';
import type { Samples } from '#contract/value.ts';
import { clapping, falling, type Movement, sittingDown, standing, told, turningOver, walking } from '#fakes/motion.ts';
import { type Played, play } from '#fakes/play.ts';
import { fall } from '#src/detectors/fall.ts';

const wrist: Device = { id: 'watch-1', kind: 'wearable', placement: 'wrist' };
const waist: Device = { id: 'belt-1', kind: 'wearable', placement: 'waist' };
const hip: Device = { id: 'phone-1', kind: 'wearable', placement: 'hip' };

/** Gives samples from `fromMs` on in batches of `batch`. */
function stream(home: Played, device: Device, { rateHz, xyz }: Samples, { fromMs = 0, batch = 25 } = {}): Played {
  for (let i = 0; i < xyz.length; i += batch)
    home.reading(fromMs + Math.round((i * 1_000) / rateHz), device, 'acceleration', {
      rateHz,
      xyz: xyz.slice(i, i + batch),
    });
  return home;
}

const hear = (movement: Movement, device: Device = wrist, how: Parameters<typeof told>[1] = {}) =>
  stream(play(fall), device, told(movement, how));

const found = (home: Played) => home.findings.filter(({ worsens }) => !worsens);

describe.each([
  ['wrist', wrist, falling(8, { impactG: 5, flail: 0.7 })],
  ['waist', waist, falling(8)],
  ['hip', hip, falling(8)],
] as const)('at the %s', (_, device, aFall) => {
  it.each([20, 25, 32, 50, 62.5, 100, 200])('a fall is found at %i Hz, within 2.5 s of the impact', (rateHz) => {
    const [finding, ...more] = found(hear(aFall, device, { rateHz }));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ hazard: 'fall', active: true, severity: 'alarm', cancelMs: 20_000 });
    expect(finding?.at.mono).toBeGreaterThan(8_000);
    expect(finding?.at.mono).toBeLessThanOrEqual(10_500);
  });

  it('a fall is found by a sensor that ends at 4 g', () => {
    expect(found(hear(falling(8, { impactG: 7 }), device, { rangeG: 4 }))).toHaveLength(1);
  });

  it.each([
    ['walking', walking],
    ['standing', standing],
    ['sitting down', sittingDown(8)],
    ['turning over in bed', turningOver(8)],
  ] as const)('%s is no fall', (_, movement) => {
    expect(hear(movement, device).findings).toEqual([]);
  });
});

describe('bytes that were never a movement', () => {
  /** Numbers from -1 to 1, the same each time. */
  const bytes = (seed: number) => {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 31 - 1;
    };
  };
  const garbled = (seed: number, sizeG: number, fromS: number, seconds: number): Movement => {
    const next = bytes(seed);
    return (t) => (t < fromS || t >= fromS + seconds ? standing(t) : [next() * sizeG, next() * sizeG, next() * sizeG]);
  };
  const cases = [wrist, waist, hip].flatMap((device) =>
    [0.02, 0.1, 0.5, 1, 20].flatMap((seconds) =>
      [2, 4, 8, 16].map((sizeG) => ({ device, seconds, sizeG, at: device.placement })),
    ),
  );

  it.each(cases)('$seconds s of them, up to $sizeG g, are no fall at the $at', ({ device, seconds, sizeG }) => {
    const found = [1, 2, 3, 4].map((seed) => hear(garbled(seed, sizeG, 6, seconds), device).findings.length);
    expect(found).toEqual([0, 0, 0, 0]);
  });
});

it('clapping is no fall', () => {
  expect(hear(clapping(5)).findings).toEqual([]);
});

it('explains itself: how hard, how far turned, how still', () => {
  const because = found(hear(falling(8), waist))[0]?.because ?? [];
  expect(because.map(({ fact }) => fact)).toEqual(['impact', 'posture-turned', 'still-after']);
  expect(because[0]?.g).toBeGreaterThan(2.5);
  expect(because[1]?.degrees).toBeGreaterThan(60);
  expect(because[2]?.percent).toBeGreaterThan(50);
});

describe('the answer does not depend on', () => {
  const part = fc.double({ min: -1, max: 1, noNaN: true });
  const quaternion = fc.tuple(part, part, part, part);

  it('how the device sits: axes turned or mirrored', () => {
    const plain = found(hear(falling(8), waist));
    fc.assert(
      fc.property(quaternion, fc.boolean(), (q, mirrored) => {
        const size = Math.hypot(...q);
        fc.pre(size > 0.1);
        const [w, x, y, z] = q.map((part) => part / size) as [number, number, number, number];
        const sign = mirrored ? -1 : 1;
        const axes: [[number, number, number], [number, number, number], [number, number, number]] = [
          [sign * (1 - 2 * (y * y + z * z)), sign * 2 * (x * y - w * z), sign * 2 * (x * z + w * y)],
          [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
          [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ];
        expect(found(hear(falling(8), waist, { axes }))).toEqual(plain);
      }),
      { numRuns: 15 },
    );
  });

  it('how the samples are cut into batches, or that some come twice', () => {
    const samples = told(falling(8), { seconds: 12 });
    const plain = found(stream(play(fall), waist, samples, { batch: 1 }));
    expect(plain).toHaveLength(1);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.boolean(), (batch, twice) => {
        const home = play(fall);
        for (let i = 0; i < samples.xyz.length; i += batch)
          for (let time = 0; time < (twice ? 2 : 1); time += 1)
            home.reading(i * 20, waist, 'acceleration', { rateHz: 50, xyz: samples.xyz.slice(i, i + batch) });
        // Whatever a batch holds was heard at its own instants.
        expect(found(home)).toEqual(plain);
      }),
      { numRuns: 10 },
    );
  });
});

describe('a stream that stops', () => {
  it.each([0.3, 0.8, 1.5, 2.2])('%f s after the impact is decided by the clock, on what there is', (seconds) => {
    const home = stream(play(fall), waist, told(falling(8), { seconds: 8 + seconds }));
    expect(found(home)).toEqual([]);
    home.quiet(10_449);
    expect(found(home)).toEqual([]);
    home.quiet(10_600);
    expect(found(home)).toMatchObject([{ at: { mono: expect.any(Number) } }]);
    expect(found(home)[0]?.because.at(-1)).toEqual({ fact: 'stream-stopped' });
  });

  it('and goes on later is judged once', () => {
    const home = stream(play(fall), waist, told(falling(8), { seconds: 8.8 }));
    stream(home.quiet(12_000), waist, told(standing, { seconds: 5 }), { fromMs: 12_000 });
    expect(found(home)).toHaveLength(1);
  });

  it('whose samples were only late is judged again with them', () => {
    const samples = told(falling(8), { seconds: 12 });
    const late = 410;
    const home = stream(play(fall), waist, { ...samples, xyz: samples.xyz.slice(0, late) }).quiet(11_000);
    const rest = { ...samples, xyz: samples.xyz.slice(late) };
    home.reading(late * 20, waist, 'acceleration', rest);
    expect(found(home)).toHaveLength(1);
  });

  it('forgets a peak across a boot', () => {
    const home = stream(play(fall), waist, told(falling(8), { seconds: 8.5 }))
      .reboot()
      .quiet(60_000);
    expect(home.findings).toEqual([]);
  });
});

it('finds a second fall while the first is fresh, and takes a bounce for the same fall', () => {
  const twice: Movement = (t) => (t < 20 ? falling(8)(t) : falling(32)(t));
  expect(found(hear(twice, waist, { seconds: 40 })).map(({ at }) => Math.round(at.mono / SECOND))).toEqual([10, 34]);
});

it('takes a second blow within seconds for the same fall', () => {
  const apart =
    (seconds: number): Movement =>
    (t) =>
      t < 10.5 ? falling(8)(t) : falling(8 + seconds)(t);
  expect(found(hear(apart(7), waist, { seconds: 24 }))).toHaveLength(1);
  expect(found(hear(apart(9), waist, { seconds: 24 }))).toHaveLength(2);
});

it('goes on after a device whose clock leapt ahead and back', () => {
  const home = play(fall);
  home.reading(0, waist, 'acceleration', told(standing, { seconds: 1 }));
  home.reading(900_000, waist, 'acceleration', told(standing, { seconds: 1 }));
  stream(home, waist, told(falling(8)), { fromMs: 20_000 });
  expect(found(home)).toHaveLength(1);
});

it('hears no one but wearables, and nothing a sensor calls bad', () => {
  const door: Device = { id: 'door-1', kind: 'door' };
  const samples = told(falling(8));
  expect(stream(play(fall), door, samples).findings).toEqual([]);
  expect(play(fall).reading(0, waist, 'acceleration', samples, 'bad').quiet(60_000).findings).toEqual([]);
});

it('takes whatever a stream can hold, and never wakes without end', () => {
  const axis = fc.double({ min: -64, max: 64, noNaN: true });
  const vector = fc.tuple(axis, axis, axis);
  const batch = fc.record({
    at: fc.nat(60_000),
    rateHz: fc.double({ min: 0.1, max: 400, noNaN: true }),
    xyz: fc.array(vector, { maxLength: 30 }),
  });
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 20 }), (batches) => {
      const home = play(fall);
      for (const { at, rateHz, xyz } of batches.toSorted((a, b) => a.at - b.at))
        home.reading(at, wrist, 'acceleration', { rateHz, xyz });
      home.quiet(10_000_000);
      expect(home.wakesAt()).toBeUndefined();
    }),
  );
});
