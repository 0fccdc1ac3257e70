// Bluetooth: connections, requests over them, and devices that mean no good.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { until } from '#fakes/wait.ts';
import { opcode } from '#src/sim/hci/controller.ts';
import { BAND, BTHOME, band, connect, DOOR, HEART, listen, NAME, rig, subscribed, UART, worn } from './ble-rig.ts';

describe('a connection', () => {
  it('is made at an advert, discovers what was asked for, reads, writes, and hears what is pushed', async () => {
    const { pty, ble, scanned } = await rig();
    const written: Uint8Array[] = [];
    const device = band(pty, written);
    const peer = connect(ble, BAND, ['180d', UART]);
    await scanned();
    await subscribed(pty, device);
    await until(() => expect(device.subscribed('6e400003-b5a3-f393-e0a9-e50e24dcca9e')).toBe(true));
    device.push('2a37', Uint8Array.of(0, 72));
    device.push('6e400003-b5a3-f393-e0a9-e50e24dcca9e', Uint8Array.of(1, 2, 3));
    await until(() => expect(peer.values).toHaveLength(2));
    expect(peer.values).toMatchObject([
      { ...HEART, bytes: Uint8Array.of(0, 72) },
      { service: UART, bytes: Uint8Array.of(1, 2, 3) },
    ]);
    const { gatt } = peer;
    expect(gatt?.characteristics.map(({ characteristic }) => characteristic)).toEqual([
      '2a37',
      '2a38',
      '2a39',
      '6e400003-b5a3-f393-e0a9-e50e24dcca9e',
    ]);
    expect(await gatt?.read({ service: '180d', characteristic: '2a38' })).toEqual(Uint8Array.of(2));
    await gatt?.write({ service: '180d', characteristic: '2a39' }, Uint8Array.of(1));
    expect(written).toEqual([Uint8Array.of(1)]);
    await expect(gatt?.read(HEART)).rejects.toMatchObject({ code: 'gatt-missing' });
    await expect(gatt?.read({ service: '180f', characteristic: '2a19' })).rejects.toMatchObject({
      code: 'gatt-missing',
    });
  });

  it('leaves the scan running, for others and for itself', async () => {
    const { pty, controller, ble, scanned } = await rig();
    const device = band(pty);
    const door = listen(ble, DOOR);
    connect(ble, BAND, ['180d']);
    await scanned();
    await subscribed(pty, device);
    await scanned();
    controller.advertise({ address: DOOR, type: 3, fields: BTHOME });
    await until(() => expect(door.adverts).toHaveLength(1));
    device.disconnect();
    await until(() => {
      controller.advertise({ address: DOOR, type: 3, fields: BTHOME });
      expect(door.adverts.length).toBeGreaterThan(1);
    });
  });

  it('that breaks again and again is made again and again, and each end is told', async () => {
    const { pty, ble, scanned } = await rig();
    const device = band(pty);
    const peer = connect(ble, BAND, ['180d']);
    await scanned();
    for (let round = 1; round <= 2; round += 1) {
      await subscribed(pty, device);
      device.disconnect();
      await until(() => expect(peer.downs).toHaveLength(round));
    }
    await subscribed(pty, device);
    expect(peer.downs).toEqual(['lost', 'lost']);
    expect(peer.connections).toBe(3);
    device.push('2a37', Uint8Array.of(0, 72));
    await until(() => expect(peer.values).toHaveLength(1));
  });

  it('survives garbage on the attribute channel', async () => {
    const { device, peer } = await worn();
    for (const bytes of [[], [0x1b], [0x1b, 3], [0x01], [0x09, 0], [0x11, 0, 0], [0x1d, 0xff, 0xff, 1], [0xff, 0xff]])
      device.say(Uint8Array.from(bytes));
    device.push('2a37', Uint8Array.of(0, 72));
    await until(() => expect(peer.values).toMatchObject([{ bytes: Uint8Array.of(0, 72) }]));
    expect(peer.connections).toBe(1);
  });
});

describe('requests', () => {
  it('that a device refuses say so, and leave the connection', async () => {
    const { pty, ble, scanned } = await rig();
    // Says that it can be read, and then refuses: its handle is the one after its declaration.
    const device = pty.controller.peripheral(BAND, [
      {
        uuid: '180d',
        characteristics: [
          { uuid: '2a37', properties: ['notify'] },
          { uuid: '2a39', properties: ['write'], refuses: 0x80 },
        ],
      },
    ]);
    const peer = connect(ble, BAND, ['180d']);
    await scanned();
    await subscribed(pty, device);
    await expect(peer.gatt?.write({ service: '180d', characteristic: '2a39' }, Uint8Array.of(1))).rejects.toMatchObject(
      {
        code: 'gatt-refused',
        context: { att: 0x80 },
      },
    );
    expect(peer.gatt).toBeDefined();
  });

  it('that are not answered end the connection, and it is made anew', async () => {
    const { pty, device, peer } = await worn();
    device.mute(true);
    await expect(peer.gatt?.read({ service: '180d', characteristic: '2a38' })).rejects.toMatchObject({
      code: 'gatt-timeout',
    });
    expect(peer.downs).toEqual(['timeout']);
    device.mute(false);
    await until(() => expect(device.connected()).toBe(false));
    await subscribed(pty, device);
    expect(peer.connections).toBe(2);
  });

  it('under way when the device goes are refused at once', async () => {
    const { device, peer } = await worn();
    device.mute(true);
    const read = peer.gatt?.read({ service: '180d', characteristic: '2a38' });
    const refused = expect(read).rejects.toMatchObject({ code: 'gatt-disconnected' });
    device.disconnect();
    await refused;
  });

  it('to connect a device that does not answer are given up, and the scan goes on', async () => {
    const { controller, ble, scanned } = await rig();
    const door = listen(ble, DOOR);
    const peer = connect(ble, BAND, ['180d']);
    await scanned();
    controller.advertise({ address: BAND, fields: NAME });
    await until(() => expect(peer.downs).toEqual(['rejected']));
    await scanned();
    // Offered again at once, it has to wait: the others are heard first.
    const attempts = () => controller.commands.filter((code) => code === opcode.createConnection).length;
    controller.advertise({ address: BAND, fields: NAME });
    controller.advertise({ address: DOOR, type: 3, fields: BTHOME });
    await until(() => expect(door.adverts).toHaveLength(1));
    expect(attempts()).toBe(1);
  });
});

describe('a device that means no good', () => {
  it('cannot keep the process busy with a list that never ends, nor hold the radio', async () => {
    const { pty, controller, ble, scanned } = await rig();
    const device = band(pty);
    device.mute(true);
    const door = listen(ble, DOOR);
    const peer = connect(ble, BAND, ['180d']);
    await scanned();
    controller.advertise({ address: BAND, fields: NAME });
    await until(() => expect(device.connected()).toBe(true));
    await scanned();
    // In answer to the MTU, the services, and whatever comes next.
    for (const bytes of [
      [0x03, 23, 0],
      [0x11, 0, 1, 0, 2, 0, 0x0d, 0x18],
      [0x09, 0, 1, 0, 2, 3, 0, 0x37, 0x2a],
    ]) {
      device.say(Uint8Array.from(bytes));
      controller.advertise({ address: DOOR, type: 3, fields: BTHOME });
    }
    await until(() => expect(door.adverts.length).toBeGreaterThan(0));
    await until(() => expect(peer.downs).toEqual(['timeout']));
    await until(() => expect(device.connected()).toBe(false));
  });

  it('by a thousand mangled packets ends nothing: the next advert and the next value are heard', async () => {
    const { pty, controller, ble, scanned } = await rig();
    const device = band(pty);
    const door = listen(ble, DOOR);
    const peer = connect(ble, BAND, ['180d']);
    await scanned();
    await subscribed(pty, device);
    const bytes = fc.uint8Array({ maxLength: 24 });
    const report = Uint8Array.of(0x02, 1, 0, 0, 1, 2, 3, 4, 5, 6, 3, 2, 1, 6, 0xc0);
    const mangled = fc.tuple(fc.nat(report.length - 1), fc.nat(255)).map(([at, to]) => report.with(at, to));
    for (const body of fc.sample(
      fc.oneof(
        mangled,
        fc.tuple(fc.constantFrom(2, 3, 7, 13), bytes).map(([sub, rest]) => Uint8Array.of(sub, ...rest)),
      ),
      500,
    ))
      controller.say(Uint8Array.of(0x04, 0x3e, body.length, ...body));
    for (const body of fc.sample(fc.tuple(fc.constantFrom(0x01, 0x09, 0x0b, 0x11, 0x1b, 0x1d, 0x20), bytes), 500))
      device.say(Uint8Array.of(body[0], ...body[1]));
    await until(() => {
      controller.advertise({ address: DOOR, type: 3, fields: BTHOME });
      expect(door.adverts.length).toBeGreaterThan(0);
    });
    await until(() => {
      device.push('2a37', Uint8Array.of(0, 72));
      expect(peer.values.at(-1)?.bytes).toEqual(Uint8Array.of(0, 72));
    });
    expect(peer.connections).toBe(1);
  });
});
