// Which door leads outside is for the installer to say: nobody guesses it, and a file that leaves it open is warned of.

import { expect, it } from 'vitest';
import { textOf } from '#src/config/faults.ts';
import { readConfig } from '#src/config/load.ts';
import { configSchema } from '#src/config/schema.ts';
import { detectors } from '#src/detectors/index.ts';
import * as drivers from '../../drivers/index.ts';

const schema = configSchema({ drivers: Object.values(drivers), detectors });

/** The warnings that speak of the door to the outside. */
function warned(devices: readonly string[], more = ''): string[] {
  const list = devices
    .map((one, n) => `  - { id: d-${n}, driver: gpio-input, chip: c, line: L${n}, ${one} }\n`)
    .join('');
  const read = readConfig(`home: { timezone: UTC, language: en }\n${more}devices:\n${list}`, 'gateway.yaml', schema);
  const texts = read.ok ? read.warnings.map((warning) => textOf(warning, 'en')) : ['refused'];
  return texts.filter((text) => text === 'refused' || text.includes('role: exit'));
}
const unmarked = expect.stringMatching(/^devices: mark no door as the one to the outside: .*`role: exit`/);
const wandering = 'detectors: { wandering: { enabled: true } }\n';

it('warns of doors of which none is marked', () => {
  expect(warned(['kind: door', 'kind: door'])).toEqual([unmarked]);
  expect(warned(['kind: door', 'kind: contact, role: exit'], wandering)).toEqual([]);
  expect(warned(['kind: door, role: exit'])).toEqual([]);
});

it('warns of contacts, which may be windows, only where a rule needs the door', () => {
  expect(warned(['kind: contact'])).toEqual([]);
  expect(warned(['kind: contact'], wandering)).toEqual([unmarked]);
  expect(warned(['kind: motion'], wandering)).toEqual([]);
});

it('says that the mark has no effect on what cannot tell open from closed', () => {
  expect(warned(['kind: motion, role: exit'])).toEqual([
    'devices[0].role: "exit" has no effect on a motion (line 3); expected `role: exit` on a `door` or `contact`',
  ]);
});
