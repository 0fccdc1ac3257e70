// Drivers of no product, for tests of the configuration alone, and a file that uses them.

import { z } from 'zod';
import { type AnyDriver, defineDriver } from '#contract/driver.ts';
import { serialPort } from '#contract/serial-port.ts';
import { configSchema } from '#src/config/schema.ts';
import { detectors } from '#src/detectors/index.ts';

const idle = () => ({ stop: async () => {} });

const button = defineDriver({
  id: 'sample-input',
  summary: 'A contact on a GPIO line.',
  transport: 'gpio',
  kinds: ['help-button', 'gas', 'co', 'smoke'],
  options: z.object({
    chip: z.string().min(1).meta({ description: 'Chip label.', zh: '芯片标签。' }),
    line: z.string().min(1).meta({ description: 'Line name.', zh: '线路名称。' }),
    debounceMs: z.int().min(0).max(1_000).default(30).describe('Shorter changes are ignored, ms.'),
  }),
  provides: ['button'],
  accepts: [],
  checkIn: () => null,
  run: idle,
});

const output = defineDriver({
  id: 'sample-output',
  summary: 'Something switched by a GPIO line.',
  transport: 'gpio',
  kinds: ['light', 'siren', 'buzzer', 'relay', 'valve', 'fan'],
  options: z.object({
    chip: z.string().min(1).meta({ description: 'Chip label.' }),
    line: z.string().min(1).meta({ description: 'Line name.' }),
    explosionProof: z.boolean().default(false).describe('A fan: may run in gas.'),
    feedback: z
      .object({
        chip: z.string().meta({ description: 'Chip label.' }),
        line: z.string().meta({ description: 'Line name.' }),
      })
      .optional()
      .describe('A contact that tells whether it moved.'),
  }),
  provides: [],
  accepts: ['on', 'off', 'close'],
  checkIn: () => null,
  run: idle,
});

const gas = defineDriver({
  id: 'sample-gas',
  summary: 'A gas sensor on a serial line.',
  transport: 'serial',
  kinds: ['gas'],
  options: z
    .object({
      port: serialPort,
      mode: z.enum(['query', 'active']).default('query').describe('How it is read.'),
      everySeconds: z.number().positive().max(60).default(1).describe('Between queries.'),
    })
    .refine(({ mode, everySeconds }) => mode === 'query' || everySeconds === 1, {
      path: ['everySeconds'],
      message: 'expected it only with mode: query',
    }),
  provides: ['gas'],
  accepts: [],
  checkIn: () => 10_000,
  run: idle,
});

export const sampleDrivers: AnyDriver[] = [button, output, gas];
export const sampleSchema = configSchema({ drivers: sampleDrivers, detectors });

/** A whole home with no warning. */
export const goodText = `home: { timezone: Asia/Shanghai, language: en }
gateway: { tenant: district-1, id: home-0001 }
uplinks:
  - { channel: district, url: mqtts://platform.example:8883, username: home-0001 }
devices:
  - { id: help-1, driver: sample-input, kind: help-button, room: 卧室, chip: pinctrl-bcm2711, line: GPIO17 }
  - { id: gas-1, driver: sample-gas, kind: gas, room: 厨房, port: /dev/serial/by-id/usb-1 }
  - id: valve-1
    driver: sample-output
    kind: valve
    chip: pinctrl-bcm2711
    line: GPIO22
    feedback: { chip: pinctrl-bcm2711, line: GPIO23 }
  - { id: siren-1, driver: sample-output, kind: siren, chip: pinctrl-bcm2711, line: GPIO24 }
  - { id: light-1, driver: sample-output, kind: light, chip: pinctrl-bcm2711, line: GPIO25 }
detectors: { gas: { earlyAt: 12 } }
`;
