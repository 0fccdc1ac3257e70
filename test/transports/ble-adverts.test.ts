// Bluetooth: adverts as they come over the air, strangers' and garbage between them.

import { describe, expect, it } from 'vitest';
import { until } from '#fakes/wait.ts';
import { BAND, BTHOME, DOOR, listen, NAME, rig } from './ble-rig.ts';

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
