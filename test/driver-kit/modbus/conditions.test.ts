// What a device on Modbus admits of itself, and the faults that come of it.

import { describe, expect, it } from 'vitest';
import type { FaultCode } from '#contract/fault.ts';
import { admitted, reportConditions, worstOf } from '#driver-kit/modbus/conditions.ts';

const held = (words: Record<number, number>) =>
  new Map(Object.entries(words).map(([address, word]) => [Number(address), word]));

describe('what a device admits', () => {
  const row = {
    states: [{ in: { address: 1, mask: 0xff }, codes: { 0: 'ok', 3: 'broken' } }],
    bits: [{ address: 2, bit: 4, means: 'empty' }],
  } as const;

  it('is its code, `unknown` for one that the row does not list, and each bit that is set', () => {
    expect(admitted(held({ 1: 0xab03, 2: 0x10 }), row)).toEqual(['broken', 'empty']);
    expect(admitted(held({ 1: 0, 2: 0xef }), row)).toEqual(['ok']);
    expect(admitted(held({ 1: 9, 2: 0 }), row)).toEqual(['unknown']);
    expect(admitted(held({}), row)).toEqual(['unknown']);
  });

  it('becomes its faults, those that are over too', () => {
    const effects = {
      broken: { fault: 'sensor-fault' },
      empty: { fault: 'sensor-fault' },
      low: { fault: 'battery-low' },
      over: { fault: 'sensor-fault', reason: 'off-scale' },
    } as const;
    const reported: [FaultCode, boolean, object | undefined][] = [];
    reportConditions((...said) => void reported.push(said as never), ['empty', 'broken'], effects);
    expect(reported).toEqual([
      ['sensor-fault', true, { condition: 'empty broken' }],
      ['battery-low', false, {}],
    ]);
    reported.length = 0;
    reportConditions((...said) => void reported.push(said as never), ['over', 'broken'], effects);
    expect(reported[0]).toEqual(['sensor-fault', true, { condition: 'over broken', reason: 'off-scale' }]);
  });

  it('makes what it says as good as the worst of it', () => {
    expect([worstOf([]), worstOf(['good', 'uncertain']), worstOf(['uncertain', 'bad', 'good'])]).toEqual([
      'good',
      'uncertain',
      'bad',
    ]);
  });
});
