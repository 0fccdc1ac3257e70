// The cases of `npm run test:gpio` on the kernel's older interface, /sys/class/gpio, through onoff: the same contract,
// what only a real kernel can show, and a whole gateway.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConfiguredDevice } from '#contract/config.ts';
import type { Log } from '#contract/log.ts';
import type { LineEvent, LinkDown } from '#contract/transport.ts';
import { childrenOf } from '#fakes/gpio-tools/index.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { gpioLines } from '#src/transports/gpio/diagnosis/index.ts';
import { type GpioOptions, gpioTransport } from '#src/transports/gpio/index.ts';
import { box, config, findings, verdicts } from '../cli/doctor.ts';
import { lineContract } from '../contract/gpio-lines.ts';
import { silentLog } from '../transports/silent-log.ts';
import { contractRig } from './contract-rig.ts';
import { hearsAndSounds, startGateway } from './gateway.ts';
import { type SimulatedChip, simulatedChip } from './gpio-sim.ts';

const clock = systemClock();
const gatewayProcess = join(import.meta.dirname, '../transports/gpio-gateway.ts');
/** No tools there: what makes the gateway choose sysfs. */
const nowhere = '/nowhere';
const root = '/sys/class/gpio';

lineContract('sysfs on gpio-sim', async () => contractRig(nowhere, 'offset'), { tools: false, bias: false });

describe("the kernel's side: sysfs on gpio-sim", () => {
  const [HELP, SIREN, LED] = ['0', '1', '3'];
  const cleanUp: (() => unknown)[] = [];
  let chip: SimulatedChip;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sysfs-'));
    cleanUp.push(() => rmSync(folder, { recursive: true }));
    plug();
    cleanUp.push(() => chip.remove());
  });
  afterEach(async () => {
    for (const undo of cleanUp.splice(0).toReversed()) await undo();
    expect(exported()).toEqual([]);
  });

  function plug(): void {
    chip = simulatedChip('test-chip', ['HELP', 'SIREN', 'SMOKE', { name: 'LED', hog: 'front-panel' }]);
  }
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
  function watch(
    line: string,
    { warn = () => {}, info = () => {}, ...options }: Partial<GpioOptions & Pick<Log, 'warn' | 'info'>> = {},
  ) {
    const told: string[] = [];
    const events: LineEvent[] = [];
    const log = { ...silentLog, warn, info };
    const watched = gpioTransport({ clock, log, toolsDir: nowhere, stateDir: folder, ...options }).watch(
      { chip: 'test-chip', line, activeLow: false },
      {
        up: () => void told.push('up'),
        down: ({ reason }: LinkDown) => void told.push(reason),
        line: (event) => void events.push(event),
        trouble() {},
      },
    );
    cleanUp.push(watched.close);
    return { told, events, close: watched.close };
  }
  function output(line: string, activeLow = false) {
    const told: string[] = [];
    const out = gpioTransport({ clock, log: silentLog, toolsDir: nowhere, stateDir: folder }).output(
      { chip: 'test-chip', line, activeLow },
      { up: () => void told.push('up'), down: ({ reason }) => void told.push(reason) },
    );
    cleanUp.push(out.close);
    return { ...out, told };
  }
  const isUp = ({ told }: { told: string[] }) => until(() => expect(told).toEqual(['up']));

  it('is chosen since there are no tools, and says so', async () => {
    const warn = vi.fn();
    await isUp(watch(HELP, { warn }));
    expect(warn).toHaveBeenCalledWith(
      { device: expect.objectContaining({ reason: 'tool-missing' }) },
      expect.stringContaining('GPIO goes through sysfs'),
    );
    expect(childrenOf(process.pid).filter(({ name }) => name.startsWith('gpio'))).toEqual([]);
  });

  it('is chosen where there are tools, but no device', async () => {
    for (const node of globSync('/dev/gpiochip*')) rmSync(node);
    const line = watch(HELP, { toolsDir: '/usr/bin' });
    await isUp(line);
    chip.pull('HELP', 'high');
    await until(() => expect(line.events.at(-1)).toMatchObject({ active: true, why: 'edge' }));
  });

  it('is not chosen where the character device can be used', async () => {
    await isUp(watch('HELP', { toolsDir: '/usr/bin' }));
    expect(childrenOf(process.pid).map(({ name }) => name)).toContain('gpiomon');
    expect(exported()).toEqual([]);
  });

  it('is left for the character device when its tools have come', async () => {
    const toolsDir = join(folder, 'tools');
    const other = simulatedChip('other', ['A']);
    cleanUp.push(other.remove);
    const info = vi.fn();
    const line = watch(HELP, { toolsDir, info });
    await isUp(line);
    for (const tool of ['gpiodetect', 'gpioinfo', 'gpioget', 'gpiomon'])
      cpSync(`/usr/bin/${tool}`, join(toolsDir, tool));
    chip.remove();
    await until(() => expect(info.mock.calls.flat()).toContain('GPIO goes through the character device again'));
    expect(line.told).toEqual(['up', 'missing']);
    plug();
    await until(() => expect(line.told).toEqual(['up', 'missing', 'up']));
    expect(childrenOf(process.pid).map(({ name }) => name)).toContain('gpiomon');
    expect(exported()).toEqual([]);
  });

  it('says busy of a line that somebody has exported, leaves it to them, and takes it when it is free', async () => {
    writeFileSync(`${root}/export`, numberOf(HELP));
    const line = watch(HELP);
    await until(() => expect(line.told).toEqual(['busy']));
    const out = output(HELP);
    await expect(out.set(true)).rejects.toMatchObject({ context: { reason: 'busy' } });
    await out.close();
    expect(exported()).toEqual([`gpio${numberOf(HELP)}`]);
    expect(readFileSync(`${root}/gpio${numberOf(HELP)}/edge`, 'utf8').trim()).toBe('none');
    writeFileSync(`${root}/unexport`, numberOf(HELP));
    await until(() => expect(line.told).toEqual(['busy', 'up']));
  });

  it('says busy of a line that another program holds through the character device', async () => {
    start('/usr/bin/gpioset', '--mode=signal', chip.device, '1=1');
    await until(() => expect(chip.level('SIREN')).toBe('high'));
    await expect(output(SIREN).set(false)).rejects.toMatchObject({ context: { reason: 'busy' } });
    expect(chip.level('SIREN')).toBe('high');
  });

  it('says busy of a line that the kernel itself holds', async () => {
    const line = watch(LED);
    await until(() => expect(line.told).toEqual(['busy']));
  });

  it('notices a chip that is unplugged, and finds its line under another number', async () => {
    const line = watch(HELP);
    await isUp(line);
    const before = numberOf(HELP);
    chip.remove();
    await until(() => expect(line.told).toEqual(['up', 'missing']));
    const other = simulatedChip('stranger', ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']);
    cleanUp.push(other.remove);
    plug();
    chip.pull('HELP', 'high');
    await until(() => expect(line.told).toEqual(['up', 'missing', 'up']));
    expect(line.events.at(-1)).toMatchObject({ active: true, why: 'found' });
    expect(numberOf(HELP)).not.toBe(before);
    chip.pull('HELP', 'low');
    await until(() => expect(line.events.at(-1)).toMatchObject({ active: false, why: 'edge' }));
  });

  it.each([
    ['unexports it', () => writeFileSync(`${root}/unexport`, numberOf('0'))],
    ['switches its edges off', () => writeFileSync(`${root}/gpio${numberOf('0')}/edge`, 'none')],
    ['turns it over', () => writeFileSync(`${root}/gpio${numberOf('0')}/active_low`, '1')],
  ])('watches on when somebody %s', async (_, disturb) => {
    const line = watch(HELP);
    await isUp(line);
    disturb();
    await until(() => expect(line.events.length).toBeGreaterThan(1));
    expect(line.events.at(-1)).toMatchObject({ active: false, why: 'found' });
    chip.pull('HELP', 'high');
    await until(() => expect(line.events.at(-1)).toMatchObject({ active: true, why: 'edge' }));
    expect(line.told).toEqual(['up']);
  });

  it.each([
    ['unexports it', () => writeFileSync(`${root}/unexport`, numberOf('1'))],
    ['makes it an input', () => writeFileSync(`${root}/gpio${numberOf('1')}/direction`, 'in')],
  ])('holds its output again when somebody %s', async (_, disturb) => {
    const out = output(SIREN);
    await out.set(true);
    disturb();
    await until(() => expect(out.told).toEqual(['up', 'lost', 'up']));
    expect(chip.level('SIREN')).toBe('high');
  });

  it('lets go of a siren when its process is killed, and of its button when it comes again', async () => {
    const holder = start(process.execPath, gatewayProcess, nowhere, HELP, SIREN, folder);
    await once(holder.stdout, 'data');
    expect(chip.level('SIREN')).toBe('high');
    await holder.kill();
    await until(() => expect(chip.level('SIREN')).toBe('low'));
    await until(() => expect(exported()).toEqual([`gpio${numberOf(HELP)}`]));
    // Only who has the notes of the earlier run may take it.
    const stranger = watch(HELP, { stateDir: join(folder, 'another') });
    await until(() => expect(stranger.told).toEqual(['busy']));
    await stranger.close();
    await isUp(watch(HELP));
  });

  it('switches off what an earlier run left on, when its guard was killed too', async () => {
    const holder = start(process.execPath, gatewayProcess, nowhere, HELP, SIREN, folder);
    await once(holder.stdout, 'data');
    for (const { pid, args } of childrenOf(holder.pid))
      if (args.includes('hearthward-gpio-guard')) process.kill(pid, 'SIGKILL');
    await holder.kill();
    expect(chip.level('SIREN')).toBe('high');
    await isUp(output(SIREN));
    expect(chip.level('SIREN')).toBe('low');
    await isUp(watch(HELP));
  });

  it('is what doctor says, with its reason and each line', async () => {
    const path = process.env.PATH;
    process.env.PATH = nowhere;
    cleanUp.push(() => {
      process.env.PATH = path;
    });
    writeFileSync(`${root}/export`, numberOf(SIREN));
    cleanUp.push(() => writeFileSync(`${root}/unexport`, numberOf(SIREN)));
    const wired = (id: string, driver: string, options: object) =>
      ({ id, driver, kind: 'relay', options: { chip: 'test-chip', ...options } }) as unknown as ConfiguredDevice;
    const devices = [
      wired('help', 'gpio-input', { line: HELP, bias: 'as-is' }),
      wired('pulled', 'gpio-input', { line: HELP }),
      wired('siren', 'gpio-output', { line: SIREN }),
    ];
    const all = await findings([gpioLines], box({ config: config({ devices }), dataDir: folder }));
    expect(verdicts(all)).toEqual({
      'gpio:sysfs': 'warn',
      [`gpio:help:${HELP}`]: 'good',
      [`gpio:pulled:${HELP}`]: 'bad',
      [`gpio:siren:${SIREN}`]: 'bad',
    });
  });

  it('leaves no guard behind', async () => {
    const out = output(SIREN);
    await out.set(true);
    expect(guards()).toHaveLength(1);
    await out.close();
    await until(() => expect(guards()).toEqual([]));
  });

  it('carries a press and a smoke alarm through a whole gateway, to its log, its siren and a clean end', async () => {
    chip.pull('HELP', 'high');
    const gateway = startGateway(
      nowhere,
      [
        '{ id: help, driver: gpio-input, kind: help-button, chip: test-chip, line: "0", bias: as-is }',
        '{ id: smoke, driver: gpio-input, kind: smoke, chip: test-chip, line: "2", activeLow: false, bias: as-is }',
        '{ id: siren, driver: gpio-output, kind: siren, chip: test-chip, line: "1" }',
      ],
      { alone: true },
    );
    cleanUp.push(() => gateway.end('SIGKILL'));
    await hearsAndSounds(gateway, chip);
    expect(await gateway.end('SIGTERM')).toBe(0);
    expect(chip.level('SIREN')).toBe('low');
  });

  const guards = () => childrenOf(process.pid).filter(({ args }) => args.includes('hearthward-gpio-guard'));
});

const exported = (): string[] => globSync('gpio*', { cwd: root }).filter((name) => /^gpio\d+$/.test(name));

/** The kernel's number of a line of the chip `test-chip`. */
function numberOf(offset: string): string {
  const chip = globSync(`${root}/gpiochip*`).find(
    (path) => readFileSync(`${path}/label`, 'utf8').trim() === 'test-chip',
  );
  if (chip === undefined || !existsSync(chip)) throw new Error('test-chip is not in sysfs');
  return `${Number(readFileSync(`${chip}/base`, 'utf8')) + Number(offset)}`;
}
