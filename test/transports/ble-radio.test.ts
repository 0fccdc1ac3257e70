// Bluetooth: a radio that falls silent, and adapters that are not there, do not answer or are pulled out.

import { describe, expect, it } from 'vitest';
import { type HciPty, hciPty } from '#fakes/hci-pty.ts';
import { meanwhile, until } from '#fakes/wait.ts';
import { BAND, BTHOME, band, connect, DOOR, listen, rig, subscribed } from './ble-rig.ts';

describe('a radio that falls silent', () => {
  const never = 3_600_000;
  /** Adverts all the while, as in every house, until one of this name is heard: earlier ones under way do not count. */
  const hears = (pty: HciPty, door: ReturnType<typeof listen>, name: string) =>
    meanwhile(
      until(() => expect(door.adverts.some((advert) => advert.name === name)).toBe(true)),
      20,
      () => pty.controller.advertise({ address: DOOR, type: 3, fields: Uint8Array.of(2, 0x09, name.charCodeAt(0)) }),
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
    const before = door.links.length;
    controller.deafen('reset');
    await hears(pty, door, 'b');
    expect(door.links.slice(before)).toEqual(['failed', 'up']);
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
