// What every Bluetooth transport promises its drivers: run on noble's stack over a pty, and on the one in memory.

import { afterEach, describe, expect, it } from 'vitest';
import type { Advert, BleTransport, Gatt, GattDown, GattValue } from '#contract/ble-port.ts';
import { until } from '#fakes/wait.ts';

export const DEVICE = 'a4:c1:38:00:11:22';
export const OTHER = 'd0:0d:00:00:00:01';
export const RATE = { service: '180d', characteristic: '2a37' };
export const PLACE = { service: '180d', characteristic: '2a38' };
export const CONTROL = { service: '180d', characteristic: '2a39' };
export const BATTERY = { service: '180f', characteristic: '2a19' };

export interface BleRig {
  transport: BleTransport;
  /** The radio is there, and something was heard by it. */
  works(): Promise<void>;
  unplug(): Promise<void>;
  /** The device says its name, `A`. */
  advertise(address: string): void;
  /** It lets itself be connected: RATE notifies, PLACE reads as 2, CONTROL is written, BATTERY reads. */
  offer(): void;
  notify(bytes: Uint8Array): void;
  drop(): void;
  written(): Uint8Array[];
  close(): Promise<void>;
}

export function bleContract(name: string, make: () => Promise<BleRig>): void {
  const rigs: BleRig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close();
  });
  const begin = async () => {
    const rig = await make();
    rigs.push(rig);
    return rig;
  };

  function connect({ transport }: BleRig, services = ['180d']) {
    const seen = {
      gatts: [] as Gatt[],
      downs: [] as GattDown['reason'][],
      values: [] as GattValue[],
      links: [] as string[],
    };
    const link = transport.connect(
      { address: DEVICE, services },
      {
        up: () => seen.links.push('up'),
        down: () => seen.links.push('down'),
        connected: (gatt) => seen.gatts.push(gatt),
        disconnected: ({ reason }) => seen.downs.push(reason),
        value: (value) => seen.values.push(value),
      },
    );
    return { ...seen, close: link.close };
  }
  const connected = async (rig: BleRig, peer: ReturnType<typeof connect>): Promise<Gatt> => {
    const before = peer.gatts.length;
    await until(() => {
      rig.offer();
      expect(peer.gatts.length).toBeGreaterThan(before);
    });
    return peer.gatts.at(-1) as Gatt;
  };

  describe(`a Bluetooth transport: ${name}`, () => {
    it('tells up and down of the radio, and each device’s adverts to who listens to it', async () => {
      const rig = await begin();
      const links: string[] = [];
      const adverts: Advert[] = [];
      const link = rig.transport.listen(
        { address: DEVICE },
        { up: () => links.push('up'), down: () => links.push('down'), advert: (advert) => adverts.push(advert) },
      );
      await rig.works();
      await until(() => expect(links.at(-1)).toBe('up'));
      rig.advertise(OTHER);
      rig.advertise(DEVICE);
      await until(() => expect(adverts).toHaveLength(1));
      expect(adverts).toMatchObject([{ address: DEVICE, connectable: true, name: 'A', services: [], serviceData: [] }]);
      await rig.unplug();
      await until(() => expect(links.at(-1)).toBe('down'));
      await link.close();
    });

    it('connects what is offered, with the services that were asked for and no others', async () => {
      const rig = await begin();
      const peer = connect(rig);
      await rig.works();
      const gatt = await connected(rig, peer);
      expect(gatt.characteristics).toEqual([
        { ...RATE, properties: ['notify'] },
        { ...PLACE, properties: ['read'] },
        { ...CONTROL, properties: ['write'] },
      ]);
      await expect(gatt.read(BATTERY)).rejects.toMatchObject({ code: 'gatt-missing' });
      await expect(gatt.read(RATE)).rejects.toMatchObject({ code: 'gatt-missing' });
      await expect(gatt.subscribe(PLACE)).rejects.toMatchObject({ code: 'gatt-missing' });
    });

    it('reads, writes, and brings what is notified once it is subscribed', async () => {
      const rig = await begin();
      const peer = connect(rig);
      await rig.works();
      const gatt = await connected(rig, peer);
      rig.notify(Uint8Array.of(1));
      expect(await gatt.read(PLACE)).toEqual(Uint8Array.of(2));
      await gatt.write(CONTROL, Uint8Array.of(3, 4));
      expect(rig.written()).toEqual([Uint8Array.of(3, 4)]);
      await gatt.subscribe(RATE);
      rig.notify(Uint8Array.of(5));
      await until(() => expect(peer.values).toHaveLength(1));
      expect(peer.values).toMatchObject([{ ...RATE, bytes: Uint8Array.of(5) }]);
    });

    it('tells the end of a connection once; the old one refuses, the next one works', async () => {
      const rig = await begin();
      const peer = connect(rig);
      await rig.works();
      const old = await connected(rig, peer);
      rig.drop();
      await until(() => expect(peer.downs).toEqual(['lost']));
      await expect(old.read(PLACE)).rejects.toMatchObject({ code: 'gatt-disconnected' });
      const next = await connected(rig, peer);
      expect(await next.read(PLACE)).toEqual(Uint8Array.of(2));
      await expect(old.read(PLACE)).rejects.toMatchObject({ code: 'gatt-disconnected' });
    });

    it('hangs up when it is told to, and says nothing more after its close', async () => {
      const rig = await begin();
      const peer = connect(rig);
      await rig.works();
      const first = await connected(rig, peer);
      first.hangUp(0);
      await until(() => expect(peer.downs).toEqual(['released']));
      const second = await connected(rig, peer);
      await second.subscribe(RATE);
      await peer.close();
      rig.notify(Uint8Array.of(6));
      await expect(second.read(PLACE)).rejects.toMatchObject({ code: 'gatt-disconnected' });
      expect(peer.downs).toEqual(['released']);
      expect(peer.values).toEqual([]);
    });
  });
}
