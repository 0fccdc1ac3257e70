// What libgpiod's tools say and how they fail: command lines and output of both versions, and tools, chips and rights
// that are missing and come.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LineEvent, LinkDown } from '#contract/transport.ts';
import { CHIP_ENV, childrenOf, gpioTools, processOf } from '#fakes/gpio-tools/index.ts';
import { patienceMs, until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { type SimulatedLines, simulatedLines } from '#src/sim/lines.ts';
import { dialectOf, parseChips, parseLines } from '#src/transports/gpio/dialect.ts';
import { gpioTransport } from '#src/transports/gpio/index.ts';
import { silentLog } from './silent-log.ts';

const clock = systemClock();

describe('what the tools print', () => {
  it('knows the versions by their word', () => {
    expect(dialectOf('gpiodetect (libgpiod) v1.6.3\nCopyright (C) 2017-2018')?.major).toBe(1);
    expect(dialectOf('gpiodetect (libgpiod) v2.2.1\nCopyright (C) 2017-2023')?.major).toBe(2);
    expect(dialectOf('gpiodetect (libgpiod) v3.0')).toBeUndefined();
    expect(dialectOf('')).toBeUndefined();
  });

  it('reads chips with any label', () => {
    expect(parseChips('gpiochip0 [pinctrl-bcm2711] (58 lines)\ngpiochip10 [a [b] c] (1 lines)\n')).toEqual([
      { name: 'gpiochip0', label: 'pinctrl-bcm2711' },
      { name: 'gpiochip10', label: 'a [b] c' },
    ]);
  });

  it('reads lines as 1.6.3 lists them', () => {
    const text = [
      'gpiochip0 - 5 lines:',
      '\tline   0:     "ID_SD"       unused   input  active-high ',
      '\tline   1:      unnamed   "gpiomon"   input   active-low [used pull-up]',
      '\tline   2: "A VERY LONG NAME" "spi0 CS0"  output   active-low [used]',
      '\tline   3:      unnamed       kernel   input  active-high [used]',
      '\tline 104: "LAST" unused output active-high',
    ].join('\n');
    expect(parseLines(text)).toEqual([
      { offset: 0, name: 'ID_SD', consumer: undefined },
      { offset: 1, name: undefined, consumer: 'gpiomon' },
      { offset: 2, name: 'A VERY LONG NAME', consumer: 'spi0 CS0' },
      { offset: 3, name: undefined, consumer: 'kernel' },
      { offset: 104, name: 'LAST', consumer: undefined },
    ]);
  });

  it('reads lines as 2.2.1 lists them', () => {
    const text = [
      'gpiochip0 - 4 lines:',
      '\tline   0:\t"ID_SD"         \tinput',
      '\tline   1:\tunnamed         \tinput active-low bias=pull-up edges=both consumer="gpiomon"',
      '\tline   2:\t"A VERY LONG NAME"\toutput active-low consumer="spi0 CS0"',
      '\tline   3:\tunnamed         \tinput consumer="kernel"',
    ].join('\n');
    expect(parseLines(text)).toEqual([
      { offset: 0, name: 'ID_SD', consumer: undefined },
      { offset: 1, name: undefined, consumer: 'gpiomon' },
      { offset: 2, name: 'A VERY LONG NAME', consumer: 'spi0 CS0' },
      { offset: 3, name: undefined, consumer: 'kernel' },
    ]);
  });

  it('reads an edge with its time, and takes nothing else for one', () => {
    const v1 = dialectOf('(libgpiod) v1.6.3');
    const v2 = dialectOf('(libgpiod) v2.2.1');
    expect(v1?.edge('1 12 5000000')).toEqual({ active: true, mono: 12_005 });
    expect(v1?.edge('0 12 999999999')).toEqual({ active: false, mono: 12_999 });
    expect(v2?.edge('rising 12.005000000')).toEqual({ active: true, mono: 12_005 });
    expect(v2?.edge('falling 12.999999999')).toEqual({ active: false, mono: 12_999 });
    fc.assert(
      fc.property(fc.string(), (noise) => {
        fc.pre(!/^[01] \d+ \d+$|^(rising|falling) \d+\.\d{9}$/.test(noise));
        expect(v1?.edge(noise)).toBeUndefined();
        expect(v2?.edge(noise)).toBeUndefined();
        parseLines(noise);
        parseChips(noise);
      }),
    );
  });
});

for (const major of [1, 2] as const) {
  describe(`libgpiod ${major}`, () => {
    let built: ReturnType<typeof gpioTools>;
    let folder: string;
    let socketPath: string;
    let chip: SimulatedLines | undefined;
    const open: { close(): Promise<void> }[] = [];
    const children: ChildProcess[] = [];
    const plug = async () => {
      chip = await simulatedLines({ socketPath, lines: ['HELP', 'SIREN', 'TWIN', 'TWIN'], clock, label: 'test-chip' });
    };

    beforeAll(() => {
      built = gpioTools(major);
    });
    afterAll(() => built.remove());
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'gpio-'));
      socketPath = join(folder, 'chip');
      process.env[CHIP_ENV] = socketPath;
    });
    afterEach(async () => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
      await Promise.all(open.splice(0).map((line) => line.close()));
      await chip?.close();
      chip = undefined;
      rmSync(folder, { recursive: true, force: true });
    });

    function watch(dir = built.dir, line = 'HELP') {
      const events: LineEvent[] = [];
      const downs: LinkDown[] = [];
      const up = vi.fn();
      const watched = gpioTransport({ clock, log: silentLog, toolsDir: dir }).watch(
        { chip: 'test-chip', line, activeLow: false },
        { up, down: (why) => void downs.push(why), line: (event) => void events.push(event), trouble() {} },
      );
      open.push(watched);
      return { events, downs, up };
    }

    it('says that the tools are missing, and starts when they are installed', async () => {
      await plug();
      const dir = join(folder, 'tools');
      const line = watch(dir);
      await until(() => expect(line.downs).toMatchObject([{ reason: 'tool-missing' }]));
      cpSync(built.dir, dir, { recursive: true });
      await until(() => expect(line.up).toHaveBeenCalled());
    });

    it('says that the device may not be opened, and starts when it may', async () => {
      await plug();
      writeFileSync(`${socketPath}.denied`, '');
      const line = watch();
      await until(() => expect(line.downs).toMatchObject([{ reason: 'denied' }]));
      rmSync(`${socketPath}.denied`);
      await until(() => expect(line.up).toHaveBeenCalled());
    });

    it('goes down when the chip is unplugged, and up with the level found when it comes back', async () => {
      await plug();
      const line = watch();
      await until(() => expect(line.events).toHaveLength(1));
      await chip?.close();
      await until(() => expect(line.downs).toMatchObject([{ reason: 'missing' }]));
      await plug();
      chip?.set('HELP', true);
      await until(() => expect(line.events[1]).toMatchObject({ active: true, why: 'found' }));
      expect(line.up).toHaveBeenCalledTimes(2);
    });

    it('refuses a name that two lines carry', async () => {
      await plug();
      const line = watch(built.dir, 'TWIN');
      await until(() => expect(line.downs).toMatchObject([{ reason: 'refused' }]));
    });

    it('works without setpriv, and says what that means', async () => {
      await plug();
      const path = process.env.PATH;
      process.env.PATH = folder;
      try {
        const warn = vi.fn();
        const up = vi.fn();
        const transport = gpioTransport({ clock, log: { ...silentLog, warn }, toolsDir: built.dir });
        const spec = { chip: 'test-chip', line: 'HELP', activeLow: false };
        open.push(transport.watch(spec, { up, down() {}, line() {}, trouble() {} }));
        await until(() => expect(up).toHaveBeenCalled());
        expect(warn).toHaveBeenCalledWith(expect.anything(), expect.stringContaining('may outlive'));
      } finally {
        process.env.PATH = path;
      }
    });

    it('leaves no tool behind when the gateway is killed, stopped tools neither', async () => {
      await plug();
      const gateway = spawn(process.execPath, [join(import.meta.dirname, 'gpio-gateway.ts'), built.dir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(gateway);
      await new Promise((resolve) => gateway.stdout.once('data', resolve));
      const pid = gateway.pid ?? 0;
      const tools = childrenOf(pid).map((child) => child.pid);
      expect(tools).toHaveLength(2);
      process.kill(tools[0] ?? 0, 'SIGSTOP');
      gateway.kill('SIGKILL');
      await until(() => expect(tools.map(alive)).toEqual([false, false]));
      await until(() => expect(chip?.consumer('HELP')).toBeNull());
    });

    it('waits for the monitor of an earlier run to let go of the line', async () => {
      await plug();
      const args = major === 1 ? ['gpiochip0', '0'] : ['-c', 'gpiochip0', '0'];
      children.push(spawn(join(built.dir, 'gpiomon'), args, { stdio: 'ignore' }));
      await until(() => expect(chip?.consumer('HELP')).toBe('gpiomon'));
      const line = watch();
      await until(() => expect(line.downs).toMatchObject([{ reason: 'busy' }]));
      for (const child of children) child.kill('SIGKILL');
      await until(() => expect(line.up).toHaveBeenCalled());
    });

    it('is a strict stand-in: the words of the other version are refused', async () => {
      await plug();
      const run = (tool: string, ...args: string[]) =>
        new Promise((resolve) =>
          execFile(join(built.dir, tool), args, { timeout: patienceMs() }, (error, stdout, stderr) =>
            resolve({ status: error ? error.code : 0, stdout, stderr }),
          ),
        );
      if (major === 1) {
        expect(await run('gpioget', '--numeric', 'gpiochip0', '0')).toMatchObject({ status: 1, stdout: '' });
        expect(await run('gpiomon', '-c', 'gpiochip0', '0')).toMatchObject({ status: 1 });
        expect(await run('gpiofind', 'SIREN')).toMatchObject({ status: 0, stdout: 'gpiochip0 1\n' });
        expect(await run('gpioget', 'gpiochip0', '0')).toMatchObject({ status: 0, stdout: '0\n' });
      } else {
        expect(await run('gpiomon', '--line-buffered', 'gpiochip0', '0')).toMatchObject({ status: 1 });
        const old = await run('gpiomon', 'gpiochip0', '0');
        expect(old).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('cannot find line') });
        expect(await run('gpioset', '--mode=signal', 'gpiochip0', '1=1')).toMatchObject({ status: 1 });
        expect(await run('gpioget', '-c', 'gpiochip0', '0')).toMatchObject({ status: 0, stdout: '"0"=inactive\n' });
      }
      const spec = major === 1 ? ['gpiochip0', '0'] : ['-c', 'gpiochip0', '0'];
      children.push(spawn(join(built.dir, 'gpiomon'), spec, { stdio: 'ignore' }));
      await until(() => expect(chip?.consumer('HELP')).toBe('gpiomon'));
      expect(await run('gpioget', ...spec)).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/Device or resource busy$/m),
      });
    });
  });
}

/** A dead process whose new parent has not collected it yet is dead all the same. */
const alive = (pid: number): boolean => (processOf(pid)?.state ?? 'Z') !== 'Z';
