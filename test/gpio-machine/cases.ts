// The cases of `npm run test:gpio`: the contract of GPIO lines, on the tools of libgpiod 1.6 and 2 and a real kernel,
// what only a real kernel can show, and a whole gateway on such lines.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LinkDown } from '#contract/transport.ts';
import { childrenOf, processOf } from '#fakes/gpio-tools/index.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { gpioTransport } from '#src/transports/gpio/index.ts';
import { lineContract } from '../contract/gpio-lines.ts';
import { silentLog } from '../transports/silent-log.ts';
import { contractRig } from './contract-rig.ts';
import { hearsAndSounds, startGateway } from './gateway.ts';
import { type SimulatedChip, simulatedChip } from './gpio-sim.ts';

const clock = systemClock();
const gatewayProcess = join(import.meta.dirname, '../transports/gpio-gateway.ts');

for (const { name, toolsDir, version, hold } of [
  { name: 'libgpiod 1.6', toolsDir: '/usr/bin', version: /\(libgpiod\) v1\.6\./, hold: ['--mode=signal'] },
  { name: 'libgpiod 2', toolsDir: '/opt/v2/bin', version: /\(libgpiod\) v2\./, hold: ['--chip'] },
] as const) {
  lineContract(`${name} on gpio-sim`, async () => contractRig(toolsDir), { tools: true, bias: true });

  describe(`the kernel's side: ${name} on gpio-sim`, () => {
    const transport = gpioTransport({ clock, log: silentLog, toolsDir });
    const cleanUp: (() => unknown)[] = [];
    let chip: SimulatedChip;
    beforeEach(() => {
      chip = simulatedChip('test-chip', ['HELP', 'SIREN', 'SMOKE', { name: 'LED', hog: 'front-panel' }]);
      cleanUp.push(chip.remove);
    });
    afterEach(async () => {
      for (const undo of cleanUp.splice(0).toReversed()) await undo();
    });
    function start(command: string, ...args: string[]) {
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      const kill = async () => {
        child.kill('SIGKILL');
        await exited;
      };
      cleanUp.push(kill);
      return { pid: child.pid ?? 0, stdout: child.stdout, kill };
    }
    function watch(line: string): string[] {
      const told: string[] = [];
      const events = { up: () => void told.push('up'), down: ({ reason }: LinkDown) => void told.push(reason) };
      const spec = { chip: 'test-chip', line, activeLow: false };
      cleanUp.push(transport.watch(spec, { ...events, line() {}, trouble() {} }).close);
      return told;
    }

    it('is tested with the tools that the name says', () => {
      expect(execFileSync(`${toolsDir}/gpiomon`, ['--version'], { encoding: 'utf8' })).toMatch(version);
    });

    it('says busy of an output that another program holds, and takes it when that one is gone', async () => {
      const stranger = start(`${toolsDir}/gpioset`, ...hold, chip.device, '1=1');
      await until(() => expect(chip.level('SIREN')).toBe('high'));
      const spec = { chip: 'test-chip', line: 'SIREN', activeLow: false };
      const output = transport.output(spec, { up() {}, down() {} });
      cleanUp.push(output.close);
      await expect(output.set(true)).rejects.toMatchObject({ context: { reason: 'busy' } });
      await stranger.kill();
      expect(chip.level('SIREN')).toBe('low');
      await output.set(true);
      expect(chip.level('SIREN')).toBe('high');
    });

    it('notices a chip that is unplugged, and reads its line when it is back', async () => {
      const told = watch('HELP');
      await until(() => expect(told).toEqual(['up']));
      chip.remove();
      await until(() => expect(told).toEqual(['up', 'missing']));
      chip = simulatedChip('test-chip', ['HELP', 'SIREN', 'SMOKE']);
      cleanUp[0] = chip.remove;
      await until(() => expect(told).toEqual(['up', 'missing', 'up']));
    });

    it('says busy of a line that the kernel itself holds', async () => {
      const told = watch('LED');
      await until(() => expect(told).toEqual(['busy']));
    });

    it('leaves no tool and no held line behind when its process is killed, not even a stopped one', async () => {
      const holder = start(process.execPath, gatewayProcess, toolsDir);
      await once(holder.stdout, 'data');
      const tools = childrenOf(holder.pid).toSorted((a, b) => a.name.localeCompare(b.name));
      expect(tools.map(({ name }) => name)).toEqual(['gpiomon', 'gpioset']);
      expect(chip.level('SIREN')).toBe('high');
      process.kill(tools[0]?.pid ?? 0, 'SIGSTOP');
      await holder.kill();
      await until(() => expect(tools.map(({ pid }) => processOf(pid))).toEqual([undefined, undefined]));
      expect(chip.level('SIREN')).toBe('low');
      const told = watch('HELP');
      await until(() => expect(told).toEqual(['up']));
    });

    it('carries a press and a smoke alarm through a whole gateway, to its log, its siren and a clean end', async () => {
      // The button pulls to ground. Bias as it is: gpio-sim takes any other for a pull on the wire, and undoes a press.
      chip.pull('HELP', 'high');
      const gateway = startGateway(toolsDir, [
        '{ id: help, driver: gpio-input, kind: help-button, chip: test-chip, line: HELP, bias: as-is }',
        '{ id: smoke, driver: gpio-input, kind: smoke, chip: test-chip, line: SMOKE, activeLow: false, bias: as-is }',
        '{ id: siren, driver: gpio-output, kind: siren, chip: test-chip, line: SIREN }',
      ]);
      cleanUp.push(() => gateway.end('SIGKILL'));
      await hearsAndSounds(gateway, chip);

      const tools = childrenOf(gateway.pid).filter(({ name }) => /^gpio(mon|set)$/.test(name));
      expect(tools).toHaveLength(3);
      expect(await gateway.end('SIGTERM')).toBe(0);
      expect(tools.map(({ pid }) => processOf(pid))).toEqual([undefined, undefined, undefined]);
      expect(chip.level('SIREN')).toBe('low');
    });
  });
}
