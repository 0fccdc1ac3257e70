// Scenarios drawn by chance, valid and as people write them, for properties that hold for all.

import fc from 'fast-check';
import { deviceKinds } from '#contract/device.ts';
import { misfit } from '#contract/quantity.ts';
import { hasButton, isOutput, kindsOf, levelsOf, modelsFor, suffers, switchesOf } from '#src/sim/scenario/devices.ts';
import type { SceneDevice } from '#src/sim/scenario/schema.ts';

type Draft = Record<string, unknown>;

const kinds = deviceKinds.filter((kind) => !isOutput({ kind }));
const duration = (most: number) => fc.integer({ min: 1, max: most }).map((seconds) => `${seconds}s`);
const LASTS = 2 * 86_400;

const device = fc
  .record({
    kind: fc.constantFrom(...kinds),
    wire: fc.constantFrom(undefined, 'gpio', 'winsen', 'modbus-rtu', 'modbus-tcp'),
    model: fc.nat(3),
    noise: fc.constantFrom(undefined, 0.5, 3),
    every: fc.constantFrom(undefined, '5min', '47s'),
    warmup: fc.constantFrom(undefined, '2min'),
  })
  .map(({ kind, wire, model, noise, every, warmup }) => {
    const fits = wire !== undefined && kindsOf[wire as 'gpio'].includes(kind) ? wire : undefined;
    return {
      kind,
      ...(fits && { wire: fits }),
      ...(fits?.startsWith('modbus') && { model: modelsFor(kind)[model] ?? modelsFor(kind)[0] }),
      ...(noise && { noise }),
      ...(every && { every }),
      ...(warmup && { warmup }),
    };
  });

const at = fc.oneof(
  duration(LASTS + 3_600),
  fc
    .record({ day: fc.integer({ min: 1, max: 4 }), hour: fc.integer({ min: 0, max: 23 }) })
    .map(({ day, hour }) => `day ${day} ${String(hour).padStart(2, '0')}:15`),
  fc.constantFrom('07:30', '23:59:59'),
);

/** One thing that may befall one of the devices; undefined where the draw fits none. */
function happening(devices: readonly (Draft & { id: string })[]): fc.Arbitrary<Draft | undefined> {
  const named = fc
    .record({
      pick: fc.nat(devices.length - 1),
      what: fc.constantFrom(
        'press',
        'set',
        'pulse',
        'ramp',
        'curve',
        'unplug',
        'plug',
        'silence',
        'garbage',
        'slow',
        'stuck',
        'drift',
        'sensor-fault',
        'end-of-life',
        'mend',
      ),
      for: fc.option(duration(7_200), { nil: undefined }),
      level: fc.integer({ min: 0, max: 60 }),
      on: fc.boolean(),
      half: fc.boolean(),
      by: fc.constantFrom('100ms', '900ms'),
      over: duration(7_200),
      shape: fc.constantFrom(undefined, 'straight', 'leak'),
    })
    .map(({ pick, what, level, on, half, by, over, shape, ...draw }): Draft | undefined => {
      const device = devices[pick] as unknown as SceneDevice;
      if (!suffers(device, what)) return undefined;
      const lasts = draw.for && { for: draw.for };
      const step = { do: what, device: device.id };
      const [first] = levelsOf(device);
      const [state] = switchesOf(device);
      const value = state === 'contact' ? (on ? 'open' : 'closed') : on;
      const fits = first !== undefined && misfit(first, level) === undefined;
      switch (what) {
        case 'press':
          return hasButton(device) ? { ...step, ...(on && { hold: '4s' }) } : undefined;
        case 'set':
          if (state) return { ...step, quantity: state, value };
          return fits ? { ...step, quantity: first, value: level } : undefined;
        case 'pulse':
          return { ...step, for: over };
        case 'ramp':
          return fits ? { ...step, to: level, over, ...(shape && { shape }) } : undefined;
        case 'curve':
          return fits
            ? {
                ...step,
                points: [
                  { after: '1s', value: level },
                  { after: over === '1s' ? '2s' : over, value: 0 },
                ],
              }
            : undefined;
        case 'plug':
        case 'mend':
          return step;
        case 'slow':
          return { ...step, by, half, ...lasts };
        case 'garbage':
          return { ...step, answers: on ? 'whole' : 'broken', ...lasts };
        case 'drift':
          return { ...step, perHour: level - 30, ...lasts };
        default:
          return { ...step, ...lasts };
      }
    });
  const others = fc.constantFrom<Draft>(
    { do: 'say', word: 'acknowledge' },
    { do: 'say', word: 'resolve', hazard: 'gas' },
    { do: 'still', for: '6h' },
    { do: 'clock', step: '-1d' },
    { do: 'clock', step: '+2h' },
    { do: 'gateway-off' },
    { do: 'gateway-off', for: '1h' },
    { do: 'gateway-on' },
  );
  return fc.oneof({ weight: 5, arbitrary: named }, { weight: 1, arbitrary: others });
}

const isThere = <Thing>(thing: Thing | undefined): thing is Thing => thing !== undefined;

/** The scenario as its file would hold it. */
export const drafts: fc.Arbitrary<Draft> = fc
  .array(device, { minLength: 1, maxLength: 5 })
  .map((devices) => devices.map((device, index) => ({ id: `${device.kind}-${index}`, ...device })))
  .chain((devices) =>
    fc.record({
      scenario: fc.constant('drawn'),
      home: fc.record({
        timezone: fc.constantFrom('Asia/Shanghai', 'Europe/Berlin'),
        // A night in which the clocks go forward, and one in which they go back.
        start: fc.constantFrom('2026-03-28 20:00', '2026-10-24 20:00', '2026-06-01 00:00'),
        lasts: duration(LASTS),
      }),
      devices: fc.constant(devices),
      script: fc
        .array(
          fc.record({
            step: happening(devices),
            at,
            jitter: fc.constantFrom(undefined, '10min'),
            repeat: fc.constantFrom(undefined, { every: '3h', times: 4 }),
          }),
          { maxLength: 12 },
        )
        .map((steps) =>
          steps.flatMap(({ step, at, jitter, repeat }) =>
            isThere(step) ? [{ ...step, at, ...(jitter && { jitter }), ...(repeat && { repeat }) }] : [],
          ),
        ),
      routines: fc
        .array(
          fc.record({
            steps: fc.array(happening(devices), { minLength: 1, maxLength: 3 }),
            chance: fc.constantFrom(0.5, 1),
            jitter: fc.constantFrom(undefined, '30min'),
          }),
          { maxLength: 2 },
        )
        .map((routines) =>
          routines.flatMap(({ steps, chance, jitter }, index) => {
            const there = steps.filter(isThere).filter(({ do: what }) => what !== 'still');
            return there.length > 0
              ? [{ name: `routine ${index}`, at: '06:00', chance, steps: there, ...(jitter && { jitter }) }]
              : [];
          }),
        ),
    }),
  );
