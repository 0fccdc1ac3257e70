// A process that changes the registry again and again, until it is killed: `node registry-writer.ts DIR`. Says `wrote N`.

import { writeSync } from 'node:fs';
import { changeDevices, readRegistry } from '#src/store/registry.ts';
import { paired } from './registry-rig.ts';

const [dir = ''] = process.argv.slice(2);
for (let n = (await readRegistry(dir)).devices.length + 1; ; n += 1) {
  await changeDevices(dir, (devices) => [...devices, paired(n)]);
  writeSync(1, `wrote ${n}\n`);
}
