// The Bluetooth transport on noble's real HCI stack, over a pty to a simulated controller.

import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Advert, Gatt, GattDown, GattValue } from '#contract/ble-port.ts';
import type { LinkDown } from '#contract/link.ts';
import { type HciPty, hciPty } from '#fakes/hci-pty.ts';
import { systemClock } from '#src/clock/system.ts';
import { opcode } from '#src/sim/hci/controller.ts';
import { bleTransport, type RadioFault } from '#src/transports/ble/index.ts';
import type { Rungs } from '#src/transports/ble/ladder.ts';
import { silentLog } from './silent-log.ts';

const BAND = 'a4:c1:38:00:11:22';
const DOOR = 'd0:0d:00:00:00:01';
const HEART = { service: '180d', characteristic: '2a37' };
const UART = '6e400001-b5a3-f393-e0a9-e50e24dcca9e';
const NAME = Uint8Array.of(3, 0x09, 0x48, 0x69);
const BTHOME = Uint8Array.of(2, 1, 6, 5, 0x16, 0xd2, 0xfc, 0x40, 0x01);

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function rig(options: { rungs?: Rungs; pty?: HciPty } = {}) {
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
    giveUp: (why) => gaveUp.push(why),
  });
  open.push(pty.close, ble.close);
  const { controller } = pty;
  const scanned = () => until(() => expect(controller.scanning()).toBe(true));
  return { pty, controller, ble, faults, everFaults, gaveUp, scanned };
}

function listen(ble: Awaited<ReturnType<typeof rig>>['ble'], address: string) {
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

function connect(ble: Awaited<ReturnType<typeof rig>>['ble'], address: string, services: string[]) {
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

const band = (pty: HciPty, written: Uint8Array[] = []) =>
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

/** However busy the machine is. */
const until = (check: () => void) => vi.waitFor(check, { timeout: 8_000, interval: 10 });

/** The band offers itself until it is connected and subscribed. */
const subscribed = (pty: HciPty, device: ReturnType<typeof band>, uuid = '2a37') =>
  vi.waitFor(
    () => {
      pty.controller.advertise({ address: BAND, fields: NAME });
      expect(device.subscribed(uuid)).toBe(true);
    },
    { timeout: 8_000, interval: 20 },
  );

describe('adverts', () => {
  it('come one by one, as they were sent: an alarm is never mixed with what the device said before', async () => {
    const { controller, ble, scanned } = await rig();
    const door = listen(ble, DOOR);
    await scanned();
    controller.advertise({ address: DOOR, type: 3, fields: BTHOME, rssi: -71 });
    controller.advertise({ address: BAND, fields: NAME });
    controller.advertise({ address: DOOR, addressType: 'random', fields: NAME, rssi: 127 });
    await until(() => expect(door.adverts).toHaveLength(2));
    expect(door.adverts).toMatchObject([
      {
        address: DOOR,
        addressType: 'public',
        connectable: false,
        rssi: -71,
        serviceData: [{ uuid: 'fcd2', bytes: Uint8Array.of(0x40, 0x01) }],
      },
      { addressType: 'random', connectable: true, rssi: undefined, name: 'Hi', serviceData: [] },
    ]);
  });

  it('are what says that the radio works: no return code does', async () => {
    const { controller, ble, scanned, everFaults } = await rig();
    const door = listen(ble, DOOR);
    await scanned();
    expect(door.links).toEqual([]);
    controller.advertise({ address: BAND, fields: NAME });
    await until(() => expect(door.links).toEqual(['up']));
    expect(everFaults).toEqual([]);
  });

  it('of strangers, five hundred at once, hide none of a device’s own', async () => {
    const { controller, ble, scanned } = await rig();
    const door = listen(ble, DOOR);
    await scanned();
    for (let at = 0; at < 500; at += 1) {
      const stranger = `c0:00:00:00:${(at >> 8).toString(16).padStart(2, '0')}:${(at & 0xff).toString(16).padStart(2, '0')}`;
      controller.advertise({ address: stranger, fields: NAME });
      if (at % 50 === 0) controller.advertise({ address: DOOR, type: 3, fields: BTHOME });
    }
    await until(() => expect(door.adverts).toHaveLength(10));
  });

  it('and garbage between them: what makes no sense is thrown away, the next one is heard', async () => {
    const { controller, ble, scanned } = await rig();
    const door = listen(ble, DOOR);
    await scanned();
    for (const body of [[0x02, 0x09, 0, 0], [0x01, 0x00], [0x0a, 0xff, 0x01, 0x02], []])
      controller.say(Uint8Array.of(0x04, 0x3e, body.length, ...body));
    controller.say(Uint8Array.of(0x04, 0x05, 0));
    controller.advertise({ address: DOOR, type: 3, fields: BTHOME });
    await until(() => expect(door.adverts).toHaveLength(1));
  });
});

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
    const { pty, ble, scanned } = await rig();
    const device = band(pty);
    const peer = connect(ble, BAND, ['180d']);
    await scanned();
    await subscribed(pty, device);
    for (const bytes of [[], [0x1b], [0x1b, 3], [0x01], [0x09, 0], [0x11, 0, 0], [0x1d, 0xff, 0xff, 1], [0xff, 0xff]])
      device.say(Uint8Array.from(bytes));
    device.push('2a37', Uint8Array.of(0, 72));
    await until(() => expect(peer.values).toMatchObject([{ bytes: Uint8Array.of(0, 72) }]));
    expect(peer.connections).toBe(1);
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
    const { pty, ble, scanned } = await rig();
    const device = band(pty);
    const peer = connect(ble, BAND, ['180d']);
    await scanned();
    await subscribed(pty, device);
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
    const { pty, ble, scanned } = await rig();
    const device = band(pty);
    const peer = connect(ble, BAND, ['180d']);
    await scanned();
    await subscribed(pty, device);
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

describe('a radio that falls silent', () => {
  const never = 3_600_000;
  /** Adverts all the while, as in every house, until one of this name is heard: earlier ones under way do not count. */
  const hears = (pty: HciPty, door: ReturnType<typeof listen>, name: string) =>
    vi.waitFor(
      () => {
        pty.controller.advertise({ address: DOOR, type: 3, fields: Uint8Array.of(2, 0x09, name.charCodeAt(0)) });
        expect(door.adverts.some((advert) => advert.name === name)).toBe(true);
      },
      { timeout: 8_000, interval: 20 },
    );

  it('is told to scan anew, and hears', async () => {
    const { pty, controller, ble, scanned, everFaults } = await rig({
      rungs: { rescan: 200, reset: never, restart: never },
    });
    const door = listen(ble, DOOR);
    await scanned();
    await hears(pty, door, 'a');
    controller.deafen('rescan');
    await hears(pty, door, 'b');
    expect(door.links).toEqual(['up']);
    expect(everFaults).toEqual([]);
  });

  it('scans again after a reset that nobody told of', async () => {
    const { pty, controller, ble, scanned } = await rig({ rungs: { rescan: 200, reset: never, restart: never } });
    const door = listen(ble, DOOR);
    await scanned();
    await hears(pty, door, 'a');
    controller.crash();
    expect(controller.scanning()).toBe(false);
    await hears(pty, door, 'b');
  });

  it('is reset where a new scan does not help, and its links are told', async () => {
    const { pty, controller, ble, scanned } = await rig({ rungs: { rescan: 150, reset: 400, restart: never } });
    const door = listen(ble, DOOR);
    await scanned();
    await hears(pty, door, 'a');
    controller.deafen('reset');
    await hears(pty, door, 'b');
    expect(door.links).toEqual(['up', 'failed', 'up']);
  });

  it('asks for a new process at last, with a fault that stays until something is heard', async () => {
    const { pty, controller, ble, scanned, faults, gaveUp } = await rig({
      rungs: { rescan: 100, reset: 250, restart: 500 },
    });
    const door = listen(ble, DOOR);
    await scanned();
    controller.deafen('never');
    await until(() => expect(gaveUp.length).toBeGreaterThan(0));
    expect([...faults]).toEqual(['bluetooth-silent']);
    expect(door.links).toContain('failed');
    controller.deafen(undefined);
    await hears(pty, door, 'a');
    expect([...faults]).toEqual([]);
    expect(door.links.at(-1)).toBe('up');
  });
});

describe('an adapter', () => {
  it('that answers nothing is a fault by its name, and is tried again', async () => {
    const pty = await hciPty();
    pty.controller.mute(true);
    const { ble, scanned, faults } = await rig({ pty });
    const door = listen(ble, DOOR);
    await until(() => expect([...faults]).toEqual(['bluetooth-failed']));
    expect(door.links).toEqual(['failed']);
    pty.controller.mute(false);
    await scanned();
    expect([...faults]).toEqual([]);
  });

  it('that is not there is a fault by its name, and is used when it comes', async () => {
    const pty = await hciPty();
    await pty.unplug();
    const { controller, ble, scanned, faults } = await rig({ pty });
    const door = listen(ble, DOOR);
    await until(() => expect([...faults]).toEqual(['bluetooth-missing']));
    expect(door.links.at(-1)).toBe('missing');
    await pty.plug();
    await scanned();
    expect([...faults]).toEqual([]);
    controller.advertise({ address: DOOR, type: 3, fields: BTHOME });
    await until(() => expect(door.links.at(-1)).toBe('up'));
  });

  it('that is pulled out while a device is connected ends the connection, and both come back', async () => {
    const { pty, ble, scanned, faults } = await rig();
    const device = band(pty);
    const peer = connect(ble, BAND, ['180d']);
    await scanned();
    await subscribed(pty, device);
    await pty.unplug();
    await until(() => expect(peer.downs).toEqual(['radio-down']));
    await until(() => expect([...faults]).toEqual(['bluetooth-missing']));
    await pty.plug();
    await scanned();
    await subscribed(pty, device);
    expect(peer.connections).toBe(2);
    expect([...faults]).toEqual([]);
  });
});
