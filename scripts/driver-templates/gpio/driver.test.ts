// sample-gpio on a fake line and a virtual clock.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driverBench } from '#fakes/driver-bench.ts';
import { read, type State } from './codec.ts';
import { sampleGpio } from './driver.ts';

describe('sample-gpio levels', () => {
  it('never says the same twice in a row, and ends with the level that the line has', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1 }), (levels) => {
        let known: State = null;
        const said: unknown[] = [];
        for (const active of levels) {
          const step = read(known, { active });
          known = step.known;
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
    const { clock, line, levels } = bench();
    line.found('L', false);
    clock.advance(500);
    const edge = clock.now();
    clock.advance(70);
    line.edge('L', true, edge);
    expect(levels()).toEqual([
      ['open', 1_000_000],
      ['closed', 1_000_500],
    ]);
  });

  it('says again how it stands when the line is back after a loss', () => {
    const { line, levels } = bench();
    line.found('L', true);
    line.lose('L');
    line.found('L', true);
    expect(levels().map(([value]) => value)).toEqual(['closed', 'closed']);
  });

  it('passes on what is wrong with the watching tool', () => {
    const { line, faultCodes } = bench();
    line.trouble('L', { trouble: 'monitor-stopped', active: true });
    expect(faultCodes()).toEqual(['gpio-monitor-stopped']);
    line.trouble('L', { trouble: 'monitor-stopped', active: false });
    expect(faultCodes()).toEqual([]);
  });

  it('asks for the line as the config names it', () => {
    const { line } = bench();
    expect(line.watched.get('L')).toEqual({ chip: 'pinctrl', line: 'L', activeLow: true, bias: 'pull-up' });
  });
});

/** The driver at work. */
function bench() {
  const home = driverBench(sampleGpio);
  return { ...home, line: home.wire, levels: () => home.samples.map(({ value, at }) => [value, at.mono]) };
}
