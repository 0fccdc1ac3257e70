// Ids are what people write, and what every JavaScript object inherits are words too.

import { describe, expect, it } from 'vitest';
import type { HomeView } from '#contract/detector.ts';
import { own, without } from '#contract/own.ts';
import { play } from '#fakes/play.ts';
import { vitals } from '#src/detectors/vitals.ts';
import { home, homeOf, MINUTE, order, tell } from './home.ts';

describe.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('a device and a person called %s', (id) => {
  const watch = { id, kind: 'wearable', wearer: id } as const;
  const cuff = { id, kind: 'blood-pressure', wearer: id } as const;
  const view: HomeView = { ...homeOf(), people: [{ id, name: 'Li', healthRecord: 'platform' }] };

  it('are watched like any other', () => {
    const worn = play(vitals, {}, { ...view, devices: [watch] });
    worn.reading(0, watch, 'acceleration', { rateHz: 1, xyz: [[0, 0, 1]] }).reading(0, watch, 'worn', true);
    tell(worn, watch, 'heartRate', 36, 30_000, 10 * MINUTE);
    expect(worn.findings).toMatchObject([{ subject: `person:${id}`, severity: 'alarm' }]);
    worn.reading(11 * MINUTE, watch, 'worn', false).reboot();
    expect(() => worn.input(0, (at) => ({ kind: 'start', at }))).not.toThrow();

    const measured = play(vitals, {}, { ...view, devices: [cuff] });
    measured.reading(0, cuff, 'systolic', 230).quiet(2_000);
    expect(measured.findings).toMatchObject([{ subject: `person:${id}`, severity: 'alarm' }]);
    order(measured, MINUTE, 'c1', { act: 'limits', person: id, version: 1, values: { systolic: { high: 140 } } });
    expect(measured.answers).toEqual([{ done: true }]);
  });

  it('have no property that nobody gave them', () => {
    expect(own({}, id)).toBeUndefined();
    const record: Record<string, number> = { [id]: 1, a: 2 };
    expect([own(record, id), own(without(record, 'a'), id), own(without(record, id), 'a')]).toEqual([1, 1, 2]);
    expect(own(without(record, id), id)).toBeUndefined();
  });
});

it('a state that an earlier version wrote is taken up', () => {
  const played = home();
  const { clocks: _, dealt: _none, ...old } = played.state() as Record<string, unknown>;
  const at = { mono: 1, wall: 1, wallTrusted: true, bootId: 'b' } as never;
  const stored = { ...old, active: { 'person:li/alarm/watch/spo2': true } } as never;
  const step = vitals.step(stored, { kind: 'start', at }, vitals.options.parse({}), homeOf());
  expect(step.state).toMatchObject({ active: {}, clocks: {}, dealt: {} });
});
