// The cases of `npm run test:gpio`: the contract of GPIO lines, on the tools of libgpiod 1.6 and 2 and a real kernel,
// and what only a real kernel can show.

import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LinkDown } from '#contract/transport.ts';
import { childrenOf, processOf } from '#fakes/gpio-tools/index.ts';
import { systemClock } from '#src/clock/system.ts';
import { gpioTransport } from '#src/transports/gpio/index.ts';
import { type LineRig, lineContract } from '../contract/gpio-lines.ts';
import { silentLog } from '../transports/silent-log.ts';
import { type SimulatedChip, simulatedChip } from './gpio-sim.ts';

const clock = systemClock();
const soon = { timeout: 20_000, interval: 20 };

for (const { name, toolsDir, version, hold } of [
  { name: 'libgpiod 1.6', toolsDir: '/usr/bin', version: /\(libgpiod\) v1\.6\./, hold: ['--mode=signal'] },
  { name: 'libgpiod 2', toolsDir: '/opt/v2/bin', version: /\(libgpiod\) v2\./, hold: ['--chip'] },
] as const) {
  lineContract(`${name} on gpio-sim`, async () => contractRig(toolsDir), { tools: true });

  describe(`the kernel's side: ${name} on gpio-sim`, () => {
    const chips: SimulatedChip[] = [];
    const children: ChildProcessByStdio<null, Readable, null>[] = [];
    const transport = gpioTransport({ clock, log: silentLog, toolsDir });
    beforeEach(() => {
      chips.push(simulatedChip('rig', ['IN', 'OUT', { name: 'LED', hog: 'front-panel' }]));
    });
    afterEach(async () => {
      for (const child of children.splice(0)) {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
      for (const chip of chips.splice(0)) chip.remove();
    });
    function start(command: string, ...args: string[]) {
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      return child;
    }

    it('is tested with the tools that the name says', () => {
      expect(execFileSync(`${toolsDir}/gpiomon`, ['--version'], { encoding: 'utf8' })).toMatch(version);
    });

    it('says busy of an output that another program holds, and takes it when that one is gone', async () => {
      const stranger = start(`${toolsDir}/gpioset`, ...hold, chips[0]?.device ?? '', '1=1');
      await vi.waitFor(() => expect(chips[0]?.level('OUT')).toBe('high'), soon);
      const output = transport.output({ chip: 'rig', line: 'OUT', activeLow: false }, { up() {}, down() {} });
      await expect(output.set(true)).rejects.toMatchObject({ context: { reason: 'busy' } });
      stranger.kill('SIGKILL');
      await once(stranger, 'exit');
      await output.set(true);
      expect(chips[0]?.level('OUT')).toBe('high');
      await output.close();
    });

    it('says busy of a line that the kernel itself holds', async () => {
      const downs: LinkDown[] = [];
      const events = { up() {}, down: (why: LinkDown) => void downs.push(why), line() {}, trouble() {} };
      const line = transport.watch({ chip: 'rig', line: 'LED', activeLow: false }, events);
      await vi.waitFor(() => expect(downs).toMatchObject([{ reason: 'busy' }]), soon);
      await line.close();
    });

    it('leaves no tool and no held line behind when its process is killed', async () => {
      const holder = start(process.execPath, `${import.meta.dirname}/holder.ts`, toolsDir);
      await once(holder.stdout, 'data');
      const tools = childrenOf(holder.pid ?? 0).filter(({ name }) => /^gpio(mon|set)$/.test(name));
      expect(tools.map(({ name }) => name).toSorted()).toEqual(['gpiomon', 'gpioset']);
      expect(chips[0]?.level('OUT')).toBe('high');
      holder.kill('SIGKILL');
      await vi.waitFor(() => expect(tools.map(({ pid }) => processOf(pid))).toEqual([undefined, undefined]), soon);
      expect(chips[0]?.level('OUT')).toBe('low');
      const told: string[] = [];
      const events = { up: () => void told.push('up'), down: () => void told.push('down'), line() {}, trouble() {} };
      const line = transport.watch({ chip: 'rig', line: 'IN', activeLow: false }, events);
      await vi.waitFor(() => expect(told).toEqual(['up']), soon);
      await line.close();
    });
  });
}

/** The rig's chip is never the first one, and its lines' names are on the other chip too: only the label tells. */
function contractRig(toolsDir: string): LineRig {
  const other = simulatedChip('other', ['OUT', 'IN']);
  const chip = simulatedChip('rig', ['SPARE', 'IN', 'OUT']);
  return {
    transport: gpioTransport({ clock, log: silentLog, toolsDir }),
    chip: 'rig',
    input: 'IN',
    inputOffset: '1',
    output: 'OUT',
    drive: (high) => chip.pull('IN', high ? 'high' : 'low'),
    read: () => chip.level('OUT') === 'high',
    async close() {
      chip.remove();
      other.remove();
    },
  };
}
