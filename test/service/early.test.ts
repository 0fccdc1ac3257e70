// What is reported before the gateway is wholly there, or in the turn in which a part of it starts, ends nothing and is not lost.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { registryText } from '#src/store/registry-file.ts';
import { inHouse } from '../scenarios/house.ts';
import { paired, registryOf } from '../store/registry-rig.ts';

const program = join(import.meta.dirname, 'hasty-gateway.ts');

inHouse('reports of a store, the registry, a transport and a channel in the first turn', async ({ home }) => {
  const { dir, platform, uplinks, broker } = home;
  const [data, secrets, registry] = ['data', 'secrets', 'registry-to-be.json'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [data, secrets]) mkdirSync(folder);
  writeFileSync(join(data, 'journal.db'), 'no database, and never was one '.repeat(400));
  writeFileSync(registry, registryText(registryOf(paired(1, { driver: 'nothing' }))));
  // A secret that others may read: the channel is refused in the call that begins it.
  writeFileSync(join(secrets, 'city.password'), 'hunter2');
  chmodSync(join(secrets, 'city.password'), 0o644);

  const gateway = await home.start({
    program,
    devices: [{ id: 'help-1', driver: 'hasty', kind: 'help-button' }],
    uplinks: [...uplinks, { channel: 'city', url: broker.url, username: 'home-1' }],
    args: ['--registry', registry, '--secrets', secrets],
  });

  for (const code of ['journal-damaged', 'paired-device-refused', 'uplink-refused', 'gpio-line-lost']) {
    await gateway.waitFor({ event: 'fault', code, active: true });
    await platform.waitFor({ kind: 'fault', code });
  }
  const { alertId } = await gateway.waitFor({ event: 'alert', hazard: 'help' });
  await gateway.waitFor({ event: 'received', alertId });
  expect(gateway.count({ event: 'fault', code: 'driver-failed' })).toBe(0);
  expect(await gateway.stop()).toMatchObject({ code: 0, stderr: '' });
});
