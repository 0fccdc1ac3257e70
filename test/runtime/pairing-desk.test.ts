// What strangers send is looked at by every driver while somebody pairs: nothing of it may throw, or reach the terminal raw.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Advert } from '#contract/ble-port.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { nearbyDevice } from '#src/runtime/radio/messages.ts';
import { nearbyDevices } from '#src/runtime/radio/pairing-desk.ts';
import * as drivers from '../../drivers/index.ts';

const clock = virtualClock({});
const bytes = fc.uint8Array({ maxLength: 31 });
const advert: fc.Arbitrary<Advert> = fc.record({
  address: fc
    .nat(300)
    .map((n) => `a4:c1:38:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`),
  addressType: fc.constantFrom('public' as const, 'random' as const),
  rssi: fc.option(fc.integer({ min: -120, max: 20 }), { nil: undefined }),
  connectable: fc.boolean(),
  name: fc.oneof(
    fc.constant(undefined),
    fc.constantFrom('Polar H10', 'InfiniTime', 'Bangle.js 1'),
    fc.string({ unit: 'binary' }),
  ),
  services: fc.array(fc.constantFrom('180d', '1809', '1810', 'beef'), { maxLength: 3 }),
  serviceData: fc.array(fc.record({ uuid: fc.constantFrom('fcd2', 'fe95', 'beef'), bytes }), { maxLength: 2 }),
  manufacturer: fc.option(fc.record({ company: fc.constantFrom(0x0499, 0x004c), bytes }), { nil: undefined }),
  at: fc.constant(clock.now()),
});

it('makes of any adverts a list that can be told and shown', () => {
  let recognised = 0;
  fc.assert(
    fc.property(fc.array(advert, { maxLength: 60 }), (adverts) => {
      const near = nearbyDevices(Object.values(drivers));
      for (const one of adverts) near.hear(one);
      for (const device of near.list()) {
        recognised += 1;
        expect(nearbyDevice.safeParse(device).error).toBeUndefined();
        expect(`${device.name}${device.says}`).not.toMatch(/[\p{Cc}\u202e]/u);
      }
    }),
  );
  expect(recognised).toBeGreaterThan(100);
});

it('holds at most a hundred, whatever passes by', () => {
  const near = nearbyDevices(Object.values(drivers));
  for (let n = 0; n < 5_000; n += 1)
    near.hear({
      address: `c0:00:00:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`,
      addressType: 'random',
      rssi: -60,
      connectable: true,
      name: `Polar ${n}`,
      services: [],
      serviceData: [],
      manufacturer: undefined,
      at: clock.now(),
    });
  expect(near.list()).toHaveLength(100);
});
