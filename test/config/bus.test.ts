// Several devices on one Modbus port, and on one Bluetooth address: what may be, and what is told.

import { describe, expect, it } from 'vitest';
import { textOf } from '#src/config/faults.ts';
import { readConfig } from '#src/config/load.ts';
import { configSchema } from '#src/config/schema.ts';
import * as drivers from '../../drivers/index.ts';

const schema = configSchema({ drivers: Object.values(drivers), detectors: [] });

const faults = (...devices: string[]): string[] => {
  const text = `home: { timezone: UTC, language: en }\ndevices:\n${devices.map((device) => `  - { ${device} }\n`).join('')}`;
  const read = readConfig(text, 'gateway.yaml', schema);
  return read.ok ? [] : read.faults.map((fault) => textOf(fault, 'en'));
};
const gas = (id: string, unit: number, more = '', port = '/dev/serial/by-id/rs485') =>
  `id: ${id}, driver: modbus-gas, kind: gas, port: "${port}", unit: ${unit}, model: two-register${more}`;

it('one Bluetooth device is not two of the home', () => {
  const button = (id: string, driver: string, address: string) =>
    `id: ${id}, driver: ${driver}, kind: help-button, address: "${address}"`;
  expect(
    faults(
      button('a', 'bthome', 'a4:c1:38:00:11:01'),
      button('b', 'mibeacon', 'A4:C1:38:00:11:01'),
      button('c', 'bthome', 'a4:c1:38:00:11:02'),
    ),
  ).toEqual([
    expect.stringMatching(
      /^devices\[1\]\.address: "A4:C1:38:00:11:01" is a Bluetooth address that devices\[0\] uses already/,
    ),
  ]);
});

describe('a Modbus bus in the config', () => {
  it('is shared by devices with numbers of their own', () => {
    expect(faults(gas('a', 1), gas('b', 2, ', baudRate: 9600'), gas('c', 1, '', '/dev/serial/by-id/other'))).toEqual(
      [],
    );
    expect(
      faults(gas('a', 1, '', 'tcp://10.0.0.9:502'), gas('b', 2, ', baudRate: 19200', 'tcp://10.0.0.9:502')),
    ).toEqual([]);
  });

  it.each([
    [
      'one number for two',
      [gas('a', 1), gas('b', 1)],
      /^devices\[1\]\.unit: 1 is the slave number of devices\[0\] on the same bus/,
    ],
    [
      'two speeds',
      [gas('a', 1), gas('b', 2, ', baudRate: 19200')],
      /^devices\[1\]\.baudRate: 19200 does not agree with devices\[0\] on the same bus \(baudRate 9600\)/,
    ],
    [
      'a parity that one leaves out',
      [gas('a', 1, ', parity: even'), gas('b', 2)],
      /^devices\[1\]: does not agree with devices\[0\] on the same bus \(parity even\)/,
    ],
    [
      'two framings',
      [gas('a', 1, '', 'tcp://h:1'), gas('b', 2, ', framing: rtu', 'tcp://h:1')],
      /^devices\[1\]\.framing: "rtu" does not agree with devices\[0\] on the same bus \(framing tcp\)/,
    ],
    [
      'a serial device beside them',
      [gas('a', 1), 'id: w, driver: winsen-gas, kind: gas, port: /dev/serial/by-id/rs485, model: zc-lel'],
      /^devices\[1\]\.port: .* is a serial port that devices\[0\] uses already/,
    ],
  ])('is refused with %s', (_, devices, wanted) => {
    const found = faults(...devices);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(wanted);
  });

  it('insists on number and model', () => {
    expect(faults('id: a, driver: modbus-gas, kind: co, port: /dev/x').map((text) => text.split(':')[0])).toEqual([
      'devices[0].unit',
      'devices[0].model',
    ]);
  });
});
