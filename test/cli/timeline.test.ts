import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '#contract/fault.ts';
import type { HistoryRecord } from '#contract/store.ts';
import type { Moment } from '#contract/time.ts';
import { inOrder, type Line, linesOf } from '#src/cli/timeline.ts';

const at = (mono: number, bootId = 'one', wall = 1_000_000 + mono) =>
  ({ mono, wall, wallTrusted: true, bootId }) as Moment;
const reading = (mono: number, deviceId = 'd', bootId = 'one'): HistoryRecord => ({
  kind: 'reading',
  reading: { deviceId, quantity: 'button', value: 'press', quality: 'good', at: at(mono, bootId), seq: 1 },
});
const told = (mono: number): HistoryRecord => ({
  kind: 'command',
  at: at(mono),
  command: { id: 'c', act: 'hush', by: { name: 'Li', role: 'operator' } },
});
const lines = (...records: HistoryRecord[]) => [
  ...inOrder(
    linesOf(
      records.map((record) => ({ record })),
      [],
    ),
  ),
];

describe('the lines of a replay', () => {
  it('put an edge, which is handled after its bounce, at its own instant before what came meanwhile', () => {
    expect(lines(reading(1_010, 'gas'), reading(1_000, 'button')).map(({ t, device }) => [t, device])).toEqual([
      [1_001_000, 'button'],
      [1_001_010, 'gas'],
    ]);
  });

  it('leave out what only a later version knows', () => {
    const picture = { kind: 'picture', taken: 5 } as unknown as HistoryRecord;
    expect(lines(reading(1_000), picture, reading(1_010)).map(({ t }) => t)).toEqual([1_001_000, 1_001_010]);
  });

  it('leave what people said where it was handled', () => {
    expect(lines(told(1_010), reading(1_000)).map(({ t, say }) => [t, say])).toEqual([
      [1_001_010, 'hush'],
      [1_001_010, undefined],
    ]);
  });

  it('put the acceleration around a fall back to its own instants, among links and words too', () => {
    const batch = (mono: number): HistoryRecord => ({
      kind: 'reading',
      reading: {
        deviceId: 'band',
        quantity: 'acceleration',
        value: { rateHz: 50, xyz: [[0, 0, 1]] },
        quality: 'good',
        at: at(mono),
        seq: 1,
      },
    });
    const decided = [batch(1_000), batch(2_000), batch(9_000)];
    const out = lines(reading(500), told(1_500), reading(8_000), ...decided, told(9_500), batch(9_200));
    expect(out.map(({ t, device, say }) => [t - 1_000_000, device ?? say])).toEqual([
      [500, 'd'],
      [1_000, 'band'],
      [1_500, 'hush'],
      [2_000, 'band'],
      [8_000, 'd'],
      [9_000, 'band'],
      [9_200, 'band'],
      [9_500, 'hush'],
    ]);
  });

  it('tell a device down with the first fault that keeps it from being heard, and up with the end of the last', () => {
    const fault = (mono: number, code: FaultCode, active: boolean): HistoryRecord => ({
      kind: 'fault',
      at: at(mono),
      fault: { code, subject: 'device:d', since: at(mono), dependsOn: [], context: {} },
      active,
    });
    const links = (...records: HistoryRecord[]) =>
      lines(...records).flatMap(({ t, link }) => (link ? [[t - 1_000_000, link]] : []));
    expect(
      links(
        fault(1_000, 'serial-port-lost', true),
        fault(2_000, 'device-silent', true),
        fault(2_500, 'battery-low', true),
        fault(3_000, 'serial-port-lost', false),
        fault(4_000, 'device-silent', false),
        fault(5_000, 'driver-failed', true),
        fault(6_000, 'driver-failed', false),
      ),
    ).toEqual([
      [1_000, 'down'],
      [4_000, 'up'],
      [5_000, 'down'],
      [6_000, 'up'],
    ]);
    // After a start it is found anew, and told anew.
    const boot: HistoryRecord = { kind: 'boot', at: at(1_500) };
    expect(links(fault(1_000, 'device-lost', true), boot, fault(2_000, 'device-lost', true))).toHaveLength(2);
  });

  it('tell a step of the wall clock and keep time running', () => {
    const stepped: HistoryRecord = { kind: 'clock', at: at(2_000, 'one', 500), stepMs: -1_001_500 };
    expect(lines(reading(1_000), stepped, reading(3_000)).map(({ t }) => t)).toEqual([1_001_000, 1_002_000, 1_003_000]);
  });

  it('tell a restart, and take the time without power from the wall clock', () => {
    const boot: HistoryRecord = { kind: 'boot', at: at(5, 'two', 1_060_000) };
    expect(lines(reading(1_000), boot, reading(9, 'd', 'two')).map(({ t, gateway }) => [t, gateway])).toEqual([
      [1_001_000, undefined],
      [1_001_000, 'off'],
      [1_060_000, 'on'],
      [1_060_004, undefined],
    ]);
  });

  it('never go back in time, lose none, and keep the order of each device', () => {
    const line = fc.record({ t: fc.nat(20_000), device: fc.constantFrom('a', 'b'), said: fc.boolean() });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 3_000, size: 'max' }), (drawn) => {
        const given: Line[] = drawn.map(({ t, device, said }, n) => ({
          t,
          n,
          device,
          ...(!said && (t % 5 === 0 ? { quantity: 'acceleration', samples: [] } : { quantity: 'gas' })),
        }));
        const out = [...inOrder(given)];
        expect(out.every(({ t }, n) => n === 0 || t >= (out[n - 1]?.t ?? 0))).toBe(true);
        expect(out.map(({ n }) => n).toSorted((a, b) => Number(a) - Number(b))).toEqual(given.map(({ n }) => n));
        const said = (all: Line[]) => all.filter((entry) => !('quantity' in entry)).map(({ n }) => n);
        expect(said(out)).toEqual(said(given));
      }),
      { numRuns: 20 },
    );
  });
});
