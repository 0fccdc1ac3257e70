// What strangers send is looked at by every driver while somebody pairs: nothing of it may throw, or reach the terminal raw.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Advert } from '#contract/ble-port.ts';
import { nearbyDevice } from '#contract/control/pairing.ts';
import type { Log } from '#contract/log.ts';
import { fakeBle } from '#fakes/ble.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { bluetooth } from '#src/hosting/radio/bluetooth/profile.ts';
import { nearbyDevices } from '#src/hosting/radio/bluetooth/search.ts';
import { messagesFrom, type ToParent } from '#src/hosting/radio/messages.ts';
import { pairingDesk } from '#src/hosting/radio/pairing.ts';
import * as drivers from '../../drivers/index.ts';

const clock = virtualClock({});
const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
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

const known = Object.values(drivers);

const from = (address: string, uuid: string, text: string): Advert => ({
  address: `a4:c1:38:00:00:${address}`,
  addressType: 'public',
  rssi: -60,
  connectable: false,
  name: undefined,
  services: [],
  serviceData: [{ uuid, bytes: Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex')) }],
  manufacturer: undefined,
  at: clock.now(),
});

it('names what is near and not understood, until something of it is', () => {
  const near = nearbyDevices(Object.values(drivers));
  near.hear(from('01', 'fe95', '4010 0000 01 1510 01 01'));
  near.hear(from('02', 'fe95', '4050 0000 01 9918 01 01'));
  near.hear(from('03', 'fe95', '4830 0000 01 1510 01 01'));
  near.hear(from('04', 'fcd2', '60 2901'));
  near.hear(from('05', '181c', '0210'));
  near.hear({ ...from('06', 'beef', ''), manufacturer: { company: 0x0499, bytes: Uint8Array.of(3, 1) } });
  expect(near.list().map(({ driver, odd }) => [driver, odd])).toEqual([
    ['mibeacon', 'unknown-version 1'],
    ['mibeacon', 'unknown-object 1899'],
    ['mibeacon', 'old-encryption'],
    ['bthome', 'unknown-version 3'],
    ['bthome', 'unknown-version 1'],
    ['ruuvi', 'unknown-format 03'],
  ]);
  near.hear(from('02', 'fe95', '4050 0000 02 1510 01 00'));
  near.hear(from('02', 'fe95', '4050 0000 03 9918 01 01'));
  expect(near.list()[1]).toMatchObject({ kind: 'smoke' });
  expect(near.list()[1]?.odd).toBeUndefined();
});

it.each([(all: typeof known) => all, (all: typeof known) => all.toReversed()])(
  'gives a device to the driver that knows most of it, in whatever order they stand',
  (ordered) => {
    const near = nearbyDevices(ordered(known));
    // A strap's chest belt advertises its service first, and its name with the next one.
    const strap = { ...from('01', 'beef', ''), services: ['180d'] };
    near.hear(strap);
    expect(near.list()).toMatchObject([{ driver: 'gatt-health' }]);
    near.hear({ ...strap, name: 'Polar H10' });
    near.hear(strap);
    expect(near.list()).toMatchObject([{ driver: 'polar', kind: 'wearable' }]);
  },
);

it('leaves room for what is understood among many that are not', () => {
  const near = nearbyDevices(Object.values(drivers));
  for (let n = 16; n < 216; n += 1) near.hear(from(n.toString(16), 'fe95', 'C050 0000 01'));
  expect(near.list()).toHaveLength(50);
  near.hear(from('01', 'fe95', '4050 0000 01 1510 01 00'));
  expect(near.list()).toHaveLength(51);
});

it('tells in a trial what is not understood, once each, and goes on listening', async () => {
  const radio = fakeBle(clock);
  const said: ToParent[] = [];
  const desk = pairingDesk({
    profile: bluetooth,
    radio: { port: radio.transport, search: () => ({ found: () => [], close: async () => undefined }) },
    drivers: Object.values(drivers),
    clock,
    log: quiet,
    say: (message) => void said.push(message),
  });
  radio.plug();
  const options = { address: 'a4:c1:38:00:00:01' };
  desk.trial({ id: 'd', driver: 'mibeacon', kind: 'smoke', options }, undefined);
  await new Promise(setImmediate);
  for (const text of ['4050 0000 01 9918 01 01', '4050 0000 02 9918 01 01', '4050 0000 03 1510 01 00'])
    radio.advertise(from('01', 'fe95', text));
  for (const message of said) expect(messagesFrom(bluetooth).safeParse(message).error).toBeUndefined();
  expect(said).toEqual([
    { say: 'trial', report: { odd: 'unknown-object 1899' } },
    { say: 'trial', report: { heard: 'smoke false' } },
  ]);
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
