// A bind key that is written or renewed while the gateway runs.

import { expect, it } from 'vitest';
import { z } from 'zod';
import type { ConfiguredDevice } from '#contract/config.ts';
import { type DriverIo, defineDriver } from '#contract/driver.ts';
import { fakeBle } from '#fakes/ble.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { createHost } from '#src/hosting/host.ts';
import { watchSecret } from '#src/hosting/radio/device-secret.ts';
import { quiet } from '../service/channel-rig.ts';

const device: ConfiguredDevice = { id: 'door', kind: 'door', driver: 'sealed', options: {} };
const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

async function rig(key: string | undefined) {
  const clock = virtualClock();
  /** The key of each start. */
  const starts: (string | undefined)[] = [];
  const file = { key, exposed: false };
  const faults = new Set<string>();
  const driver = defineDriver({
    id: 'sealed',
    summary: 'Reads its key at its start.',
    transport: 'ble',
    kinds: ['door'],
    options: z.object({}),
    provides: ['contact'],
    accepts: [],
    checkIn: () => null,
    run: (io: DriverIo<'ble', object>) => {
      starts.push(io.radio?.bindkey());
      return { stop: async () => undefined };
    },
  });
  const host = createHost([driver], {
    clock,
    log: quiet,
    transports: { ble: { port: fakeBle(clock).transport, lost: 'bluetooth-lost' } },
    accept: () => undefined,
    extras(_id, renew) {
      const secret = watchSecret(
        clock,
        () => {
          if (file.exposed) throw new Error('may be read by others');
          return file.key;
        },
        () => renew('another key'),
      );
      return { io: { bindkey: secret.read }, close: async () => secret.stop() };
    },
    fault: (code, _subject, active) => void (active ? faults.add(code) : faults.delete(code)),
    install: () => undefined,
    remove: () => undefined,
  });
  await host.apply([device]);
  /** As long as it takes to see a change, and to see that it stays. */
  const looks = async () => {
    clock.advance(20_000);
    await turns();
  };
  return { clock, host, starts, file, faults, looks };
}

it.each([undefined, 'old'])(
  'a driver that began with %s as its key begins anew with the one that came',
  async (key) => {
    const { starts, file, looks, host, clock } = await rig(key);
    await looks();
    expect(starts).toEqual([key]);
    file.key = 'new';
    await looks();
    await looks();
    expect(starts).toEqual([key, 'new']);
    await host.stop();
    expect(clock.waiting()).toEqual([]);
  },
);

it('half of a file is not taken for a key', async () => {
  const { starts, file, clock, looks } = await rig('old');
  file.key = 'ne';
  clock.advance(10_000);
  file.key = 'new';
  await looks();
  expect(starts).toEqual(['old', 'new']);
});

it('a file that others may read keeps the driver from its start until it is mended, and stops none that runs', async () => {
  const { starts, file, looks } = await rig('old');
  file.exposed = true;
  await looks();
  expect(starts).toEqual(['old']);
  file.exposed = false;
  await looks();
  expect(starts).toEqual(['old']);
});
