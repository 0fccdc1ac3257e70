// Serial ports and GPIO lines as doctor sees them: real ptys and the processes that have them open, stand-in GPIO tools.

import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConfiguredDevice } from '#contract/config.ts';
import { CHIP_ENV, gpioTools } from '#fakes/gpio-tools/index.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { type SimulatedLines, simulatedLines } from '#src/sim/lines.ts';
import { gpioLines } from '#src/transports/gpio/diagnosis/index.ts';
import { serialPorts } from '#src/transports/serial/diagnosis.ts';
import { box, config, find, findings, verdicts } from './doctor.ts';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-devices-'));
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(end));
  rmSync(folder, { recursive: true, force: true });
});

const start = (command: string, ...args: string[]): ChildProcess => {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  return child;
};
const end = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });

/** The far end is socat's, which waits for somebody to open the device, `path`, and does not have it open itself. */
async function pty(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  start('socat', `pty,raw,echo=0,wait-slave,link=${path}`, '-');
  await until(() => existsSync(path));
}

const gas = (port: string, id = 'gas-1'): ConfiguredDevice => ({
  id,
  kind: 'gas',
  driver: 'winsen-gas',
  options: { port },
});

describe('a serial port', () => {
  const look = (path: string, parts: Parameters<typeof box>[0] = {}) => {
    const on = box({ config: config({ devices: [gas(path)] }), ...parts });
    return findings([serialPorts], on);
  };

  it('that is there and free is good; one device node twice is one port', async () => {
    const path = join(folder, 'usb-A');
    await pty(path);
    const on = box({ config: config({ devices: [gas(path), gas(path, 'gas-2')] }) });
    const all = await findings([serialPorts], on);
    expect(verdicts(all)).toEqual({ [`serial:${path}`]: 'good' });
    expect(all[0]?.what.en).toBe(`${path} of gas-1, gas-2 is there, free`);
  });

  it('that another process has open is bad, and that one is named', async () => {
    const path = join(folder, 'usb-A');
    await pty(path);
    const thief = start('sh', '-c', `exec 3<>${path}; echo open; read _`);
    await new Promise((resolve) => thief.stdout?.once('data', resolve));
    const [found] = await look(path, { dataDir: folder });
    expect(found).toMatchObject({ ok: 'bad', facts: { holders: [{ pid: thief.pid, name: 'sh' }] } });
    expect(found?.what.en).toContain(`is in use by sh (${thief.pid})`);
    await end(thief);
    expect((await look(path, { dataDir: folder }))[0]?.ok).toBe('good');
  });

  it('that is missing: what is there instead, and the one that was probably meant', async () => {
    const byId = join(folder, 'dev/serial/by-id');
    mkdirSync(byId, { recursive: true });
    for (const name of ['usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0', 'usb-1a86_USB_Serial-if00-port0'])
      symlinkSync('/dev/null', join(byId, name));
    const path = '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_B00000XX-if00-port0';
    const [found] = await look(path, { root: folder });
    expect(found).toMatchObject({
      ok: 'bad',
      facts: { near: '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0' },
    });
    expect(found?.what.en).toContain('usb-1a86_USB_Serial-if00-port0');
    const [none] = await look('/dev/serial/by-id/usb-Nobody', { root: folder });
    expect(none?.facts.near).toBeNull();
    const [bare] = await look(path, { root: join(folder, 'nothing') });
    expect(bare?.what.en).toContain('no serial adapter is seen at all');
  });

  it('that is a plain file', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    expect((await look(path))[0]).toMatchObject({ ok: 'bad', what: { en: expect.stringContaining('is no device') } });
  });

  it('is none of this box’s behind a serial server', async () => {
    expect(await look('tcp://127.0.0.1:7000')).toEqual([]);
  });
});

/** Of Debian. */
const DIALOUT = 20;

describe('rights', () => {
  it.each([
    ['a group that it got since its start does not count', '--clear-groups', 'bad'],
    ['a group that it was started with does', `--groups=${DIALOUT}`, 'good'],
  ])('are those of the gateway as it runs: %s', async (_, groups, ok) => {
    const path = join(folder, 'usb-A');
    await pty(path);
    chownSync(realpathSync(path), 0, DIALOUT);
    chmodSync(realpathSync(path), 0o660);
    const dataDir = join(folder, 'data');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'lock.db'), '');
    // A lock holder that is not root: as the kernel lists it.
    const holder = start(
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      groups,
      process.execPath,
      '-e',
      'console.log(process.pid); setInterval(() => {}, 1e9)',
    );
    const pid = Number(
      await new Promise<string>((resolve) => holder.stdout?.once('data', (text: Buffer) => resolve(`${text}`))),
    );
    const { dev, ino } = statSync(join(dataDir, 'lock.db'));
    const hex = (number: number) => number.toString(16).padStart(2, '0');
    const root = join(folder, 'root');
    mkdirSync(join(root, 'proc'), { recursive: true });
    writeFileSync(
      join(root, 'proc/locks'),
      `1: POSIX  ADVISORY  WRITE ${pid} ${hex((dev >> 8) & 0xfff)}:${hex(dev & 0xff)}:${ino} 1073741824 1073742335\n`,
    );
    symlinkSync(`/proc/${pid}`, join(root, `proc/${pid}`));
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/passwd'), 'nobody:x:65534:65534::/:/bin/false\n');
    writeFileSync(join(root, 'etc/group'), 'tty:x:5:\ndialout:x:20:nobody\nnogroup:x:65534:\n');
    // Device paths go through the root as well.
    mkdirSync(join(root, dirname(path)), { recursive: true });
    symlinkSync(path, join(root, path));
    const on = box({ root, dataDir, config: config({ devices: [gas(path)] }) });
    const [found] = await findings([serialPorts], on);
    expect(found?.ok).toBe(ok);
    if (ok === 'good') return;
    expect(found?.what.en).toBe(`nobody may not use ${path} of gas-1`);
    expect(found?.todo?.en).toMatch(/^sudo usermod -aG dialout nobody, then restart the gateway/);
  });
});

for (const major of [1, 2] as const) {
  describe(`GPIO lines with libgpiod ${major}`, () => {
    let built: ReturnType<typeof gpioTools>;
    let chip: SimulatedLines;
    const path = process.env.PATH;
    beforeAll(() => {
      built = gpioTools(major);
    });
    afterAll(() => built.remove());
    beforeEach(async () => {
      process.env.PATH = `${built.dir}:${path}`;
      process.env[CHIP_ENV] = join(folder, 'chip');
      chip = await simulatedLines({
        socketPath: join(folder, 'chip'),
        lines: ['GPIO17', 'GPIO27', null],
        clock: systemClock(),
        label: 'pinctrl-rp1',
      });
    });
    afterEach(async () => {
      process.env.PATH = path;
      await chip.close();
    });

    const button = (chip: string, line: string): ConfiguredDevice => ({
      id: 'help-1',
      kind: 'help-button',
      driver: 'gpio-input',
      options: { chip, line },
    });
    const look = (device: ConfiguredDevice) =>
      findings([gpioLines], box({ dataDir: folder, config: config({ devices: [device] }) }));

    it('are there and free, by name and by offset', async () => {
      const all = await look(button('pinctrl-rp1', 'GPIO17'));
      expect(verdicts(all)).toEqual({ 'gpio:tools': 'good', 'gpio:help-1:GPIO17': 'good' });
      expect(find(all, 'gpio:tools').facts).toMatchObject({ major, setpriv: true });
      expect((await look(button('pinctrl-rp1', '2'))).at(-1)).toMatchObject({ ok: 'good', facts: { offset: 2 } });
    });

    it('of the feedback of an output are looked at too', async () => {
      const all = await look({
        ...button('pinctrl-rp1', 'GPIO17'),
        options: { chip: 'pinctrl-rp1', line: 'GPIO17', feedback: { chip: 'pinctrl-rp1', line: 'GPIO99' } },
      });
      expect(verdicts(all)).toMatchObject({ 'gpio:help-1:GPIO17': 'good', 'gpio:help-1:GPIO99': 'bad' });
    });

    it('that are not there: the near name', async () => {
      expect((await look(button('pinctrl-rp1', 'GPIO 72'))).at(-1)).toMatchObject({
        ok: 'bad',
        facts: { near: 'GPIO27' },
      });
      expect((await look(button('pinctrl-rp', 'GPIO17'))).at(-1)).toMatchObject({
        ok: 'bad',
        facts: { chips: ['pinctrl-rp1'], near: 'pinctrl-rp1' },
      });
    });

    it('that somebody holds: who', async () => {
      const holder = start(
        join(built.dir, 'gpiomon'),
        ...(major === 1 ? ['gpiochip0', '0'] : ['--chip', 'gpiochip0', '0']),
      );
      await until(() => expect(chip.consumer('GPIO17')).toBe('gpiomon'));
      const found = (await look(button('pinctrl-rp1', 'GPIO17'))).at(-1);
      expect(found).toMatchObject({ ok: 'bad', facts: { consumer: 'gpiomon' } });
      expect(found?.todo?.en).toContain('pgrep -a gpiomon');
      await end(holder);
    });
  });
}

describe('GPIO tools', () => {
  const path = process.env.PATH;
  afterEach(() => {
    process.env.PATH = path;
  });
  it('that are not installed', async () => {
    process.env.PATH = folder;
    const device: ConfiguredDevice = {
      id: 'a',
      kind: 'siren',
      driver: 'gpio-output',
      options: { chip: 'c', line: 'l' },
    };
    const all = await findings([gpioLines], box({ config: config({ devices: [device] }) }));
    expect(verdicts(all)).toEqual({ 'gpio:tools': 'bad' });
    expect(all[0]?.todo?.en).toBe('sudo apt install gpiod');
    // What could stand in for them is named too.
    const there = box({ root: folder, config: config({ devices: [device] }) });
    expect((await findings([gpioLines], there))[0]?.what.en).toContain('CONFIG_GPIO_SYSFS');
  });
  it('are no matter where no line is configured', async () => {
    process.env.PATH = folder;
    expect(await findings([gpioLines], box({ config: config() }))).toEqual([]);
  });
});
