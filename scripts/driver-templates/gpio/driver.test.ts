// sample-gpio on a fake line and a virtual clock.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '#contract/fault.ts';
import type { Moment } from '#contract/time.ts';
import { fakeGpio } from '#fakes/gpio.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { read, type State } from './codec.ts';
import { sampleGpio } from './driver.ts';

describe('sample-gpio levels', () => {
  it('never says the same twice in a row, and ends with the level that the line has', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1 }), (levels) => {
        let told: State = null;
        const said: unknown[] = [];
        for (const active of levels) {
          const step = read(told, { active });
          told = step.told;
          if (step.sample) said.push(step.sample.value);
        }
        expect(said.some((value, at) => at > 0 && value === said[at - 1])).toBe(false);
        expect(said.at(-1)).toBe(levels.at(-1) ? 'closed' : 'open');
      }),
    );
  });
});

describe('sample-gpio', () => {
  it('tells the level found at the start, and each change at the instant of its edge', () => {
    const { clock, line, said } = bench();
    line.found('LINE', false);
    clock.advance(500);
    const edge = clock.now();
    clock.advance(70);
    line.edge('LINE', true, edge);
    expect(said).toEqual([
      ['open', 1_000_000],
      ['closed', 1_000_500],
    ]);
  });

  it('says again how it stands when the line is back after a loss', () => {
    const { line, said } = bench();
    line.found('LINE', true);
    line.lose('LINE');
    line.found('LINE', true);
    expect(said.map(([value]) => value)).toEqual(['closed', 'closed']);
  });

  it('passes on what is wrong with the watching tool', () => {
    const { line, faults } = bench();
    line.trouble('LINE', { trouble: 'monitor-stopped', active: true });
    expect([...faults]).toEqual(['gpio-monitor-stopped']);
    line.trouble('LINE', { trouble: 'monitor-stopped', active: false });
    expect([...faults]).toEqual([]);
  });

  it('asks for the line as the config names it', () => {
    const { line } = bench();
    expect(line.watched.get('LINE')).toEqual({ chip: 'chip', line: 'LINE', activeLow: true, bias: 'pull-up' });
  });
});

/** The driver at work. */
function bench() {
  const clock = virtualClock({ mono: 1_000_000 });
  const line = fakeGpio(clock);
  const said: [value: unknown, at: number][] = [];
  const faults = new Set<FaultCode>();
  const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
  sampleGpio.run({
    device: { id: 'device-1', kind: 'contact' },
    options: sampleGpio.options.parse({ chip: 'chip', line: 'LINE' }),
    clock,
    transport: line.transport,
    emit: ({ value }, at: Moment = clock.now()) => said.push([value, at.mono]),
    fault: (code, active) => void (active ? faults.add(code) : faults.delete(code)),
    log: silent,
  });
  return { clock, line, said, faults };
}
