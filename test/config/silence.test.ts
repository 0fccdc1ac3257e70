// Detectors that advertise, and how long they may be silent.

import { expect, it } from 'vitest';
import { textOf } from '#src/config/faults.ts';
import { readConfig } from '#src/config/load.ts';
import { configSchema } from '#src/config/schema.ts';
import * as drivers from '../../drivers/index.ts';

const schema = configSchema({ drivers: Object.values(drivers), detectors: [] });

it('warns of a detector by advert whose silence nobody would notice, and of no button', () => {
  const devices = [
    'id: help, driver: bthome, kind: help-button, address: a4:c1:38:00:11:01',
    'id: told, driver: bthome, kind: smoke, address: a4:c1:38:00:11:02, checkInMinutes: 60',
    'id: smoke, driver: mibeacon, kind: smoke, address: a4:c1:38:00:11:03',
    'id: leak, driver: bthome, kind: water-leak, address: a4:c1:38:00:11:04',
  ];
  const text = `home: { timezone: UTC, language: en }\nuplinks: []\ndevices:\n${devices.map((one) => `  - { ${one} }\n`).join('')}`;
  const read = readConfig(text, 'gateway.yaml', schema);
  const warnings = read.ok ? read.warnings.map((warning) => textOf(warning, 'en')) : ['refused'];
  expect(warnings.filter((warning) => warning.includes('checkInMinutes'))).toEqual([
    expect.stringMatching(/^devices\[2\]: has no checkInMinutes: nobody notices when its battery is empty \(line 6\)/),
    expect.stringMatching(/^devices\[3\]: /),
  ]);
});
