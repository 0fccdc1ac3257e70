// One rule for every detector of a level: a reading in doubt of its origin may raise, and ends or withholds nothing.
// And names that people give (a device may be called `constructor`) are names like any other.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyDetector, HomeView } from '#contract/detector.ts';
import { type Device, deviceKinds } from '#contract/device.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import { play, someHome } from '#fakes/play.ts';
import { detectors } from '#src/detectors/index.ts';

/** Those that judge a level, and not the silence of a person: there every sign of life counts. */
const ofLevels = {
  smoke: { kind: 'smoke', quantity: 'smoke', values: [true, false] },
  'gas-alarm': { kind: 'gas', quantity: 'gasAlarm', values: [true, false] },
  'co-alarm': { kind: 'co', quantity: 'coAlarm', values: [true, false] },
  'water-leak': { kind: 'water-leak', quantity: 'waterLeak', values: [true, false] },
  gas: { kind: 'gas', quantity: 'gas', values: [0, 6, 12, 30, 90] },
  co: { kind: 'co', quantity: 'co', values: [0, 25, 60, 300, 900] },
  heat: { kind: 'temperature', quantity: 'temperature', values: [10, 45, 60, 70, 95] },
  'door-open': { kind: 'door', quantity: 'contact', values: ['open', 'closed'] },
  'water-running': { kind: 'water', quantity: 'waterFlow', values: [true, false] },
  'room-cold': { kind: 'temperature', quantity: 'temperature', values: [10, 20] },
  'room-hot': { kind: 'temperature', quantity: 'temperature', values: [20, 35] },
  breathing: { kind: 'radar', quantity: 'respirationRate', values: [5, 14, 35] },
  'bed-exit': { kind: 'bed', quantity: 'occupancy', values: [true, false] },
  'appliance-on': { kind: 'switch', quantity: 'on', values: [true, false] },
} as const satisfies Record<string, { kind: Device['kind']; quantity: Quantity; values: readonly Value[] }>;

const known = (name: string): AnyDetector => {
  const ids: Record<string, string> = { smoke: 'smoke-alarm' };
  const found = detectors.find(({ id }) => id === (ids[name] ?? name));
  if (!found) throw new Error(`no detector ${name}`);
  return found;
};
const switchedOn = (detector: AnyDetector): object => ('enabled' in detector.options.shape ? { enabled: true } : {});

describe.each(Object.entries(ofLevels))('doubt about %s', (name, { kind, quantity, values }) => {
  const detector = known(name);
  const device: Device = { id: 'constructor', kind, room: 'kitchen', role: 'exit' };
  const event = fc.record({
    ms: fc.constantFrom(SECOND, 30 * SECOND, 2 * MINUTE, 20 * MINUTE, 2 * HOUR),
    value: fc.constantFrom<Value>(...values),
    doubt: fc.boolean(),
  });
  /** Whether the condition is told as present at the end, and how grave the gravest word was. */
  const played = (events: readonly { ms: number; value: Value; doubt: boolean }[], heard: 'all' | 'sure') => {
    const home = play(detector, { ...switchedOn(detector) });
    let at = 0;
    for (const { ms, value, doubt } of events) {
      at += ms;
      if (!doubt) home.reading(at, device, quantity, value);
      else if (heard === 'all') home.reading(at, device, quantity, value, 'uncertain');
    }
    home.quiet(at + 1);
    return {
      present: home.findings.at(-1)?.active ?? false,
      grave: home.findings.map(({ severity }) => ['early', 'alarm', 'critical'].indexOf(severity)),
      ended: home.findings.filter(({ active }) => !active).length,
    };
  };

  it('never withholds: with doubtful readings among them the sure ones find as much', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const [all, sure] = [played(events, 'all'), played(events, 'sure')];
        if (sure.present) expect(all.present).toBe(true);
        expect(Math.max(-1, ...all.grave)).toBeGreaterThanOrEqual(Math.max(-1, ...sure.grave));
      }),
    );
  });

  it('raises by itself, and ends nothing', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const doubtful = played(
          events.map((one) => ({ ...one, doubt: true })),
          'all',
        );
        const sure = played(
          events.map((one) => ({ ...one, doubt: false })),
          'all',
        );
        expect(doubtful.ended).toBe(0);
        expect(Math.max(-1, ...doubtful.grave)).toBeGreaterThanOrEqual(Math.max(-1, ...sure.grave));
      }),
    );
  });
});

describe('a device called `constructor`', () => {
  const value = (quantity: Quantity): fc.Arbitrary<Value> => {
    const row = quantities[quantity];
    if (row.type === 'boolean') return fc.boolean();
    if (row.type === 'code') return fc.constantFrom(...row.codes);
    if (row.type === 'samples')
      return fc.constant({ rateHz: 25, xyz: Array.from({ length: 50 }, () => [0, 0, 1] as [number, number, number]) });
    return fc.double({ min: row.range[0], max: row.range[1], noNaN: true });
  };

  it.each(detectors.map((detector) => [detector.id, detector] as const))('makes %s fail on nothing', (_, detector) => {
    const reading = fc
      .constantFrom(...detector.consumes)
      .chain((quantity) => fc.record({ quantity: fc.constant(quantity), value: value(quantity) }));
    const quality = fc.constantFrom('good', 'uncertain', 'bad');
    const event = fc.record({
      reading,
      quality,
      ms: fc.constantFrom(SECOND, MINUTE, 3 * HOUR),
      id: fc.constantFrom('constructor', '__proto__', 'toString', 'valueOf'),
      kind: fc.constantFrom(...deviceKinds),
      lost: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const devices = events.map(({ id, kind }): Device => ({ id, kind, room: id, wearer: id }));
        const view: HomeView = { ...someHome, devices, people: [{ id: 'constructor', name: '__proto__' }] };
        const home = play(detector, { ...switchedOn(detector) }, view);
        const others = Object.getOwnPropertyNames(Object).length;
        let at = 0;
        for (const { reading, quality, ms, id, kind, lost } of events) {
          at += ms;
          home.reading(at, { id, kind, room: id, wearer: id }, reading.quantity, reading.value, quality as 'good');
          const fault = { code: 'device-lost', subject: `device:${id}`, dependsOn: [], context: {} } as const;
          home.input(at, (since) => ({
            kind: 'fault',
            at: since,
            fault: { ...fault, dependsOn: [], since },
            active: lost,
          }));
        }
        expect(Object.getOwnPropertyNames(Object).length).toBe(others);
      }),
      { numRuns: 30 },
    );
  });
});
