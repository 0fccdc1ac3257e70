// Meters in the config: a register map of the installer's own, and what does not go together.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { textOf } from '#src/config/faults.ts';
import { readConfig } from '#src/config/load.ts';
import { configSchema } from '#src/config/schema.ts';
import * as drivers from '../../drivers/index.ts';

const schema = configSchema({ drivers: Object.values(drivers), detectors: [] });
const read = (device: string) =>
  readConfig(
    `home: { timezone: UTC, language: en }\ndevices:\n  - { id: m, driver: modbus-meter, port: /dev/serial/by-id/rs485, unit: 3, ${device} }\n`,
    'gateway.yaml',
    schema,
  );
const faults = (device: string, language: 'en' | 'zh-CN' = 'en'): string[] => {
  const file = read(device);
  return file.ok ? [] : file.faults.map((fault) => textOf(fault, language));
};

describe('a meter in the config', () => {
  it('is accepted as the driver’s page shows it', () => {
    const page = readFileSync(new URL('../../drivers/modbus-meter/README.md', import.meta.url), 'utf8');
    const [, devices = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const file = readConfig(`home: { timezone: UTC, language: en }\ndevices:\n${devices}`, 'gateway.yaml', schema);
    expect(file.ok ? [] : file.faults.map((fault) => textOf(fault, 'en'))).toEqual([]);
    expect(file.ok && file.config.devices.map(({ options }) => options.model)).toEqual([
      'tuf-2000',
      'eastron-sdm120',
      'custom',
    ]);
  });

  it('is a row, or described register by register with its defaults', () => {
    expect(faults('kind: water, model: tuf-2000')).toEqual([]);
    expect(faults('kind: switch, model: eastron-sdm120')).toEqual([]);
    const file = read(
      'kind: water, model: custom, table: input, total: { address: 8, type: u32, scale: 0.001, unit: m3 }',
    );
    expect(file.ok && file.config.devices[0]?.options).toMatchObject({
      table: 'input',
      total: { address: 8, type: 'u32', words: 'high-first', bytes: 'high-first', scale: 0.001, unit: 'm3' },
      pollSeconds: 5,
      pipeMm: 20,
    });
  });

  it.each([
    [
      'kind: water, model: eastron-sdm120',
      /^devices\[0\]\.model: "?eastron-sdm120"? is of another kind of meter \(line 3\); expected it with `kind: switch`/,
    ],
    ['kind: switch, model: tuf-2000', /^devices\[0\]\.model: .* expected it with `kind: water`/],
    [
      'kind: water, model: custom',
      /^devices\[0\]\.model: .* says nothing of where .* expected `total` or `flow` beside it/,
    ],
    ['kind: switch, model: custom', /expected `power` beside it/],
    [
      'kind: water, model: custom, flow: { address: 0, type: u16, unit: l/h }, power: { address: 1, type: u16 }',
      /^devices\[0\]\.power: .*is of another kind of meter .*expected it with `kind: switch`/,
    ],
    ['kind: water, model: tuf-2000, table: input', /^devices\[0\]\.table: "?input"? is of `model: custom` only/],
    [
      'kind: water, model: custom, total: { address: 8, type: u32, unit: cup }',
      /^devices\[0\]\.total\.unit: .*expected m3, l, ml, gal or ft3/,
    ],
    [
      'kind: water, model: custom, total: { address: 8, typ: u32, unit: l }',
      /typ: is an unknown key; did you mean type\?/,
    ],
  ])('is refused as %s', (device, wanted) => {
    expect(
      faults(device).some((text) => wanted.test(text)),
      faults(device).join('\n'),
    ).toBe(true);
    expect(faults(device, 'zh-CN').some((text) => /[一-鿿]/.test(text))).toBe(true);
  });
});
