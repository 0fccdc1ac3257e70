// A Bluetooth transport on noble's real HCI stack, over a pty to a simulated controller, and what its tests do with it.

import { afterEach, expect } from 'vitest';
import type { Advert, Gatt, GattDown, GattValue } from '#contract/ble-port.ts';
import type { LinkDown } from '#contract/link.ts';
import { type HciPty, hciPty } from '#fakes/hci-pty.ts';
import { meanwhile, until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { bleTransport, type RadioFault } from '#src/transports/ble/index.ts';
import type { Rungs } from '#src/transports/ble/ladder.ts';
import { silentLog } from './silent-log.ts';

export const BAND = 'a4:c1:38:00:11:22';
export const DOOR = 'd0:0d:00:00:00:01';
export const HEART = { service: '180d', characteristic: '2a37' };
export const UART = '6e400001-b5a3-f393-e0a9-e50e24dcca9e';
export const NAME = Uint8Array.of(3, 0x09, 0x48, 0x69);
export const BTHOME = Uint8Array.of(2, 1, 6, 5, 0x16, 0xd2, 0xfc, 0x40, 0x01);

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

export async function rig(options: { rungs?: Rungs; pty?: HciPty } = {}) {
  const pty = options.pty ?? (await hciPty());
  const faults = new Set<RadioFault>();
  const everFaults: RadioFault[] = [];
  const gaveUp: string[] = [];
  const ble = bleTransport({
    clock: systemClock(),
    log: silentLog,
    adapter: { kind: 'uart', path: pty.path, baudRate: 115_200 },
    rungs: options.rungs,
    within: { start: 2_000, connect: 700, answer: 1_000 },
    fault(code, active) {
      if (active) everFaults.push(code);
      if (active) faults.add(code);
      else faults.delete(code);
    },
    stalled: (why) => gaveUp.push(why),
  });
  open.push(pty.close, ble.close);
  const { controller } = pty;
  const scanned = () => until(() => expect(controller.scanning()).toBe(true));
  return { pty, controller, ble, faults, everFaults, gaveUp, scanned };
}

export function listen(ble: Awaited<ReturnType<typeof rig>>['ble'], address: string) {
  const adverts: Advert[] = [];
  const links: (LinkDown['reason'] | 'up')[] = [];
  ble.listen(
    { address },
    {
      up: () => links.push('up'),
      down: ({ reason }) => links.push(reason),
      advert: (advert) => adverts.push(advert),
    },
  );
  return { adverts, links };
}

export function connect(ble: Awaited<ReturnType<typeof rig>>['ble'], address: string, services: string[]) {
  const peer = {
    gatt: undefined as Gatt | undefined,
    connections: 0,
    values: [] as GattValue[],
    downs: [] as GattDown['reason'][],
    links: [] as string[],
  };
  const link = ble.connect(
    { address, services },
    {
      up: () => peer.links.push('up'),
      down: ({ reason }) => peer.links.push(reason),
      connected(gatt) {
        peer.gatt = gatt;
        peer.connections += 1;
        for (const { properties, ...place } of gatt.characteristics)
          if (properties.includes('notify') || properties.includes('indicate'))
            gatt.subscribe(place).catch(() => undefined);
      },
      disconnected: ({ reason }) => {
        peer.gatt = undefined;
        peer.downs.push(reason);
      },
      value: (value) => peer.values.push(value),
    },
  );
  return Object.assign(peer, { close: link.close });
}

export const band = (pty: HciPty, written: Uint8Array[] = []) =>
  pty.controller.peripheral(BAND, [
    { uuid: '1800', characteristics: [{ uuid: '2a00', properties: ['read'], value: Uint8Array.of(0x41) }] },
    {
      uuid: '180d',
      characteristics: [
        { uuid: '2a37', properties: ['notify'] },
        { uuid: '2a38', properties: ['read'], value: Uint8Array.of(2) },
        { uuid: '2a39', properties: ['read', 'write'], written: (bytes) => written.push(bytes) },
      ],
    },
    {
      uuid: UART,
      characteristics: [{ uuid: '6e400003-b5a3-f393-e0a9-e50e24dcca9e', properties: ['indicate'] }],
    },
  ]);

/** The band offers itself until it is connected and subscribed. */
export const subscribed = (pty: HciPty, device: ReturnType<typeof band>, uuid = '2a37') =>
  meanwhile(
    until(() => expect(device.subscribed(uuid)).toBe(true)),
    50,
    () => pty.controller.advertise({ address: BAND, fields: NAME }),
  );

/** A home whose band is connected, and pushes what it measures. */
export async function worn() {
  const home = await rig();
  const device = band(home.pty);
  const peer = connect(home.ble, BAND, ['180d']);
  await home.scanned();
  await subscribed(home.pty, device);
  return { ...home, device, peer };
}
