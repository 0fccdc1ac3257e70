// The cases of `npm run test:gpio`, on the tools of libgpiod 1.6 and 2 and the lines of a real kernel.

import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { type SimulatedChip, simulatedChip } from './gpio-sim.ts';

const generations = [
  { name: 'libgpiod 1.6', dir: '/usr/bin', version: /\(libgpiod\) v1\.6\./ },
  { name: 'libgpiod 2', dir: '/opt/v2/bin', version: /\(libgpiod\) v2\./ },
] as const;

describe('the emulated machine', () => {
  let chip: SimulatedChip | undefined;
  afterEach(() => chip?.remove());

  for (const { name, dir, version } of generations) {
    it(`has the tools of ${name}, and they see the simulated chip`, () => {
      chip = simulatedChip('rig', ['A', 'B', 'HELP']);
      expect(execFileSync(`${dir}/gpiomon`, ['--version'], { encoding: 'utf8' })).toMatch(version);
      expect(execFileSync(`${dir}/gpiodetect`, { encoding: 'utf8' })).toMatch(/\[rig\] \(3 lines\)/);
    });
  }

  it('pulls a line up and down', () => {
    chip = simulatedChip('rig', ['A']);
    expect(chip.level('A')).toBe('low');
    chip.pull('A', 'high');
    expect(chip.level('A')).toBe('high');
  });
});
