// scripts/new-driver: what it makes works as it is, and what it cannot make it says in plain words.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const here = join(import.meta.dirname, '../..');

/** A copy of what a driver touches; the packages are this checkout's. */
function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), 'hearthward-new-driver-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const path of [
    'src',
    'drivers',
    'config/presets',
    'test/fakes',
    'test/contract',
    'test/fuzz',
    'test/crash/defect.ts',
    'test/architecture',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
    'test/seed.ts',
    'test/bundled.ts',
    'scripts/bundle.ts',
    'biome.json',
  ])
    cpSync(join(here, path), join(root, path), { recursive: true });
  symlinkSync(join(here, 'node_modules'), join(root, 'node_modules'));
  return root;
}

const newDriver = (...args: string[]) =>
  spawnSync(join(here, 'scripts/new-driver'), args, { encoding: 'utf8', cwd: tmpdir() });

/** A command of the project, in `root`. */
function run(root: string, command: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(join(here, 'node_modules/.bin', command), args, {
    encoding: 'utf8',
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, said: stdout + stderr };
}

const checkConfig = (root: string, devices: object[]) => {
  const file = join(root, 'gateway.yaml');
  writeFileSync(file, JSON.stringify({ home: { timezone: 'Asia/Shanghai', language: 'en' }, devices }));
  return spawnSync(process.execPath, [join(root, 'src/main.ts'), 'check-config', '--json', file], { encoding: 'utf8' });
};

/** Of each template, a device that the config can have. */
const devices = {
  serial: { kind: 'temperature', port: '/dev/serial/by-id/acme' },
  modbus: { kind: 'temperature', port: '/dev/serial/by-id/acme-bus', unit: 1 },
  gpio: { kind: 'contact', chip: 'pinctrl-rp1', line: 'GPIO17' },
  ble: { kind: 'temperature', address: 'a4:c1:38:00:11:22' },
  'ble-gatt': { kind: 'temperature', address: 'a4:c1:38:00:11:23' },
};
const templates = Object.keys(devices) as (keyof typeof devices)[];

describe('scripts/new-driver', () => {
  it('has each template that its usage names, and no other', () => {
    expect(newDriver('--help').stdout).toContain(`--transport ${templates.join('|')}`);
    expect(readdirSync(join(here, 'scripts/driver-templates')).toSorted()).toEqual(templates.toSorted());
  });

  it('makes drivers that pass their own tests, the contract, the fuzzer, types, format and a config', () => {
    const root = checkout();
    for (const template of templates) {
      const id = `acme-${template}`;
      expect(newDriver(id, '--transport', template, '--root', root)).toMatchObject({ status: 0, stderr: '' });
      const files = readdirSync(join(root, 'drivers', id));
      expect(files).toEqual(['README.md', 'bench.ts', 'codec.ts', 'driver.test.ts', 'driver.ts']);
      for (const file of files)
        expect(readFileSync(join(root, 'drivers', id, file), 'utf8')).not.toMatch(/sample-?(serial|modbus|gpio|ble)/i);
    }

    const tests = run(root, 'vitest', ['run', 'drivers/acme-']);
    expect(tests).toMatchObject({
      status: 0,
      said: expect.stringContaining(`${templates.length} passed (${templates.length})`),
    });
    const kept = run(root, 'vitest', [
      'run',
      'test/contract/driver.test.ts',
      'test/fuzz',
      '-t',
      'acme-',
      '--reporter=verbose',
    ]);
    expect(kept.status).toBe(0);
    for (const template of templates) {
      expect(kept.said).toContain(`acme-${template} > emits each quantity that it provides`);
      expect(kept.said).toContain(`never make acme-${template} give`);
    }

    const only = { extends: './tsconfig.json', include: ['drivers/acme-*', 'drivers/index.ts'] };
    writeFileSync(join(root, 'tsconfig.driver.json'), JSON.stringify(only));
    expect(run(root, 'tsc', ['--noEmit', '-p', 'tsconfig.driver.json'])).toEqual({ status: 0, said: '' });
    const biome = run(root, 'biome', ['check', '--error-on-warnings', '--vcs-enabled=false', 'drivers']);
    expect(biome).toMatchObject({ status: 0 });

    const all = templates.map((template) => ({ id: template, driver: `acme-${template}`, ...devices[template] }));
    const good = checkConfig(root, all);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, faults: [] });
    const bad = checkConfig(
      root,
      all.map((device) => ({ ...device, colour: 'red' })),
    );
    expect(bad.status).toBe(1);
    expect(bad.stdout.match(/colour/g)?.length).toBeGreaterThanOrEqual(templates.length);
  });

  it('adds its line in its place and leaves the others as they were', () => {
    const root = checkout();
    const index = join(root, 'drivers/index.ts');
    const before = readFileSync(index, 'utf8').split('\n');
    expect(newDriver('n-probe', '--root', root).status).toBe(0);
    const after = readFileSync(index, 'utf8').split('\n');
    const line = "export { nProbe } from './n-probe/driver.ts';";
    expect(after.filter((text) => text !== line)).toEqual(before);
    expect(after.indexOf(line)).toBe(before.findIndex((text) => text.includes('./polar/')));
  });

  it.each([
    [[], 'the driver needs an id'],
    [['Acme-Probe'], '"Acme-Probe" cannot be an id: expected two words or more of small letters'],
    [['../../etc-x'], 'cannot be an id'],
    [['probe'], 'cannot be an id'],
    [[`a-${'b'.repeat(39)}`], 'at most 40 characters'],
    [['acme-probe', 'two'], 'what is "two" for?'],
    [['acme-probe', '--transport', 'pigeon'], '"pigeon" is none; expected serial, modbus, gpio, ble, ble-gatt'],
    [['acme-probe', '--colour'], "Unknown option '--colour'"],
  ])('%j is wrong usage: exit 2, said in words', (args, words) => {
    const { status, stdout, stderr } = newDriver(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr).toContain('Usage: scripts/new-driver ID');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('does not write over what is there', () => {
    const root = checkout();
    const index = readFileSync(join(root, 'drivers/index.ts'), 'utf8');
    expect(newDriver('winsen-gas', '--root', root)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: 'new-driver: drivers/winsen-gas is there already; choose another id\n',
    });
    expect(newDriver('winsen-Gas', '--root', root).status).toBe(2);
    expect(newDriver('acme-probe', '--root', tmpdir())).toMatchObject({ status: 1 });
    expect(readFileSync(join(root, 'drivers/index.ts'), 'utf8')).toBe(index);
  });

  it('has help with an example', () => {
    const { status, stdout } = newDriver('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('Example: scripts/new-driver acme-thermometer');
  });
});
