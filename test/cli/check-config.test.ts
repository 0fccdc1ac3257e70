// `hearthward check-config` from outside.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { changeRegistry } from '#src/store/registry.ts';
import { KEY, paired, registryOf } from '../store/registry-rig.ts';
import { hearthward, inFolder } from './cli.ts';

const example = join(import.meta.dirname, '../../config/gateway.example.yaml');

/** Faults on these lines. */
const FAULTY = [2, 5, 11, 13, 16];
const broken = `home:
  timezone: Mars/Base
  language: en
devices:
  - id: Help 1
    driver: gpio-input
    kind: help-button
    chip: pinctrl-rp1
    line: GPIO17
  - id: gas-1
    driver: winsen-gass
  - id: gas-2
    colour: red
    driver: winsen-gas
    kind: gas
    port: /dev/ttyUSB0
    model: zc-lel
`;

describe.concurrent('check-config', () => {
  it('takes the example', async ({ expect }) => {
    expect(await hearthward(['check-config', example])).toEqual({
      code: 0,
      stdout: `${example} is good: 9 devices.\n`,
      stderr: '',
    });
  });

  it('says every fault at once, each with path, value, line and what was expected', async ({ expect }) => {
    await inFolder(async (folder) => {
      const file = join(folder, 'gateway.yaml');
      writeFileSync(file, broken);
      const { code, stdout, stderr } = await hearthward(['check-config', file]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: `${file}: ${FAULTY.length} to mend\n` });
      const lines = stdout.trimEnd().split('\n');
      expect(lines).toHaveLength(FAULTY.length);
      expect(lines[0]).toContain('home.timezone: "Mars/Base"');
      for (const [at, line] of FAULTY.entries()) expect(lines[at]).toContain(`(line ${line})`);
      expect(lines[2]).toMatch(
        /^devices\[1\]\.driver: "winsen-gass" is unknown; did you mean winsen-gas\? \(line 11\); expected [a-z-]+(, [a-z-]+)* or [a-z-]+$/,
      );
    });
  });

  it('says the same as data with --json', async ({ expect }) => {
    await inFolder(async (folder) => {
      const file = join(folder, 'gateway.yaml');
      writeFileSync(file, broken);
      const { code, stdout, stderr } = await hearthward(['check-config', '--json', file]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout.trimEnd().split('\n')).toHaveLength(1);
      const { ok, faults, warnings } = JSON.parse(stdout);
      expect({ ok, warnings }).toEqual({ ok: false, warnings: [] });
      expect(faults.map(({ line }: { line: number }) => line)).toEqual(FAULTY);
      expect(faults[0]).toMatchObject({ path: 'home.timezone', value: '"Mars/Base"', column: expect.any(Number) });
      const good = await hearthward(['check-config', '--json', example]);
      expect(good.code).toBe(0);
      expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, faults: [], warnings: [] });
    });
  });

  it('speaks Chinese where the terminal does', async ({ expect }) => {
    await inFolder(async (folder) => {
      const file = join(folder, 'gateway.yaml');
      writeFileSync(file, broken);
      const { stdout, stderr } = await hearthward(['check-config', file], { env: { LC_ALL: 'zh_CN.UTF-8' } });
      expect(stderr).toBe(`${file}：${FAULTY.length} 处需要修改\n`);
      expect(stdout).toContain('（第2行）；应为');
    });
  });

  it('points at the place where the YAML itself breaks', async ({ expect }) => {
    await inFolder(async (folder) => {
      const file = join(folder, 'gateway.yaml');
      writeFileSync(file, 'home:\n  timezone: "Asia/Shanghai\n');
      const { code, stdout } = await hearthward(['check-config', file]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/line [123]/);
    });
  });

  it('says of each value where it comes from, with what was paired and what an installer said', async ({ expect }) => {
    await inFolder(async (folder) => {
      const file = join(folder, 'gateway.yaml');
      const door = { id: 'door', driver: 'gpio-input', kind: 'contact', chip: 'c', line: '1' };
      const config = { home: { timezone: 'UTC', preset: 'dementia' }, uplinks: [], devices: [door] };
      writeFileSync(file, JSON.stringify(config));
      await changeRegistry(folder, () => ({ ...registryOf(paired(1)), wired: [{ id: 'door', role: 'exit' }] }));
      const list = await hearthward(['check-config', file, '--values', '--data', folder]);
      expect(list).toMatchObject({ code: 0, stderr: '' });
      const lines = list.stdout.split('\n');
      for (const line of [
        'file      home.timezone = "UTC"',
        'default   home.language = "zh-CN"',
        'registry  devices[0].role = "exit"',
        'file      devices[0].options.chip = "c"',
        'paired    devices[1].room = "hall"',
        'registry  people[0].name = "Otto"',
      ])
        expect(lines).toContain(line);
      expect(lines.some((line) => line.startsWith('preset    detectors.'))).toBe(true);
      expect(list.stdout).not.toContain(KEY);
      const { values } = JSON.parse((await hearthward(['check-config', file, '--json'])).stdout);
      expect(values).toContainEqual({ path: 'devices[0].kind', value: 'contact', from: 'file' });
      expect(values.map(({ from }: { from: string }) => from)).not.toContain('paired');
    });
  });
});
