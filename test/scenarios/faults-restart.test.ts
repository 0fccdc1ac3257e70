// What was wrong at a power cut is wrong after it: nothing is over because a process began anew.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type RunningGateway, startGateway, TENANT } from '#fakes/gateway.ts';
import { freePort } from '#fakes/mosquitto.ts';
import { startPlatform } from '#fakes/platform.ts';
import { until } from '#fakes/wait.ts';
import { readJournal } from '#src/store/readers.ts';
import { inHouse } from './house.ts';

const faultsOf = ({ events }: RunningGateway) =>
  events.flatMap(({ event, code, active }) => (event === 'fault' ? [`${code} ${active ? 'on' : 'over'}`] : []));

it('a broker that was dead at a SIGKILL, and is still: its fault is neither over nor begun anew', async ({
  onTestFinished,
}) => {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-faults-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const options = {
    dir,
    devices: [],
    uplinks: [{ channel: 'district', url: `mqtt://127.0.0.1:${await freePort()}` }],
  };
  const before = startGateway(options);
  await before.waitFor({ event: 'fault', code: 'uplink-down', active: true });
  await before.waitFor({ event: 'armed' });
  // With the message about it, since it is said before it is written.
  await until(() => readJournal(before.dataDir).outbox.some(({ kind }) => kind === 'fault'));
  await before.kill();
  const after = startGateway(options);
  await after.waitFor({ event: 'armed' });
  await after.waitFor(({ msg }) => msg === 'uplink session ended');
  // The last word of a stop is written after whatever was to be told.
  await after.stop();
  expect(faultsOf(after)).toEqual([]);
});

inHouse(
  'a call without its receipt at a SIGKILL waits still, and its fault ends with the receipt',
  async ({ home }) => {
    await home.start();
    await home.platform.kill();
    home.press();
    await home.fault('uplink-no-receipt', true);
    // What is registered after it says that the fault is on the disk.
    await home.pressAgain();
    await home.gateway.waitFor({ event: 'registered', rev: 2 });
    await home.gateway.kill();
    await home.release();
    const after = await home.start();
    await after.waitFor({ event: 'cue', stage: 'still-trying' });
    const platform = await startPlatform({
      dir: join(home.dir, 'platform'),
      brokerUrl: home.broker.url,
      tenant: TENANT,
    });
    await home.fault('uplink-no-receipt', false);
    await platform.kill();
    expect(faultsOf(after)).toEqual(['uplink-no-receipt over']);
  },
);
