// The configuration is broken and mended, with a gateway running and without.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { configText, startGateway, writeConfig } from '#fakes/gateway.ts';
import { inHouse } from './house.ts';

inHouse.concurrent(
  'keeps what was good while the file is broken, and applies what is good without a restart or a disturbance',
  async ({ home }) => {
    const { devices, uplinks, platform } = home;
    const gateway = await home.start({ devices: [devices.help, devices.light] });

    writeConfig(gateway.configFile, 'home: {timezone: Asia/Shanghai}\ndevices: [}\n');
    const rejected = await home.fault('config-rejected', true);
    expect(rejected.context).toMatchObject({ first: expect.stringContaining('line 2') });
    await platform.waitFor({ kind: 'fault', code: 'config-rejected', active: true });

    // The last good one is in force: a press, held down from here on.
    home.press();
    const { alertId } = await gateway.waitFor({ event: 'received' });

    writeConfig(gateway.configFile, configText(Object.values(devices), uplinks));
    gateway.child.kill('SIGHUP');
    await gateway.waitFor({ event: 'config-applied', devices: 4 });
    await home.fault('config-rejected', false);
    await platform.waitFor({ kind: 'fault', code: 'config-rejected', active: false });

    // The new devices work at once.
    const leakAt = Date.now();
    home.chip.set('GAS', false);
    await home.switches('SIREN', true, leakAt);
    await platform.waitFor({ kind: 'alert', hazard: 'gas' });
    // The button that stayed as it was never noticed: a line watched anew and found active would have been a press.
    expect(gateway.count({ event: 'alert', hazard: 'help' })).toBe(1);
    await home.pressAgain();
    await gateway.waitFor({ event: 'alert', alertId, count: 2 });
  },
);

inHouse.concurrent('starts on the last good configuration when the file was broken meanwhile', async ({ home }) => {
  const first = await home.start();
  await first.stop();
  writeFileSync(first.configFile, 'devices: 12\nhomes: {}\n');
  const gateway = startGateway({ dir: home.dir });
  try {
    await gateway.waitFor({ event: 'fault', code: 'config-rejected', active: true });
    await gateway.armed();
    home.press();
    await gateway.waitFor({ event: 'received' });
    await home.platform.waitFor({ kind: 'fault', code: 'config-rejected', active: true });
  } finally {
    await gateway.kill();
  }
});

inHouse.concurrent('without an earlier one it ends at once and names every fault in plain words', async ({ home }) => {
  const file = join(home.dir, 'gateway.yaml');
  const text = [
    'home: {timezone: Asia/Shangai}',
    'devices:',
    '  - {id: help-1, driver: gpio-inptu, kind: help-button}',
    'colour: blue',
  ];
  writeFileSync(file, `${text.join('\n')}\n`);
  const gateway = startGateway({ dir: home.dir });
  const { code, stderr } = await gateway.ended;
  expect(code).toBe(1);
  expect(gateway.events).toEqual([]);
  expect(stderr).toContain('Asia/Shanghai');
  expect(stderr).toContain('gpio-input');
  expect(stderr).toContain('colour');
  for (const line of ['line 1', 'line 3', 'line 4']) expect(stderr).toContain(line);
  expect(stderr).not.toMatch(/^\s+at /m);
});
