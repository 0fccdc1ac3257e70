// The Bluetooth port's promises, kept by noble's stack over a pty and by the transport in memory that drivers are tested on.

import { expect } from 'vitest';
import { fakeBle } from '#fakes/ble.ts';
import { hciPty } from '#fakes/hci-pty.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { bleTransport } from '#src/transports/ble/index.ts';
import { BATTERY, type BleRig, bleContract, CONTROL, DEVICE, OTHER, PLACE, RATE } from '../contract/ble.ts';
import { silentLog } from './silent-log.ts';

const NAMED = Uint8Array.of(2, 0x09, 0x41);

bleContract('noble over a pty', async (): Promise<BleRig> => {
  const pty = await hciPty();
  const { controller } = pty;
  const written: Uint8Array[] = [];
  const device = controller.peripheral(DEVICE, [
    {
      uuid: RATE.service,
      characteristics: [
        { uuid: RATE.characteristic, properties: ['notify'] },
        { uuid: PLACE.characteristic, properties: ['read'], value: Uint8Array.of(2) },
        { uuid: CONTROL.characteristic, properties: ['write'], written: (bytes) => written.push(bytes) },
      ],
    },
    { uuid: BATTERY.service, characteristics: [{ uuid: BATTERY.characteristic, properties: ['read'] }] },
  ]);
  const transport = bleTransport({
    clock: systemClock(),
    log: silentLog,
    adapter: { kind: 'uart', path: pty.path, baudRate: 115_200 },
    fault: () => undefined,
    stalled: () => undefined,
  });
  const advertise = (address: string) => void controller.advertise({ address, fields: NAMED });
  return {
    transport,
    advertise,
    async works() {
      await until(() => expect(controller.scanning()).toBe(true));
      advertise(OTHER);
    },
    unplug: pty.unplug,
    offer: () => advertise(DEVICE),
    notify: (bytes) => void device.push(RATE.characteristic, bytes),
    drop: () => device.disconnect(),
    written: () => written,
    async close() {
      await transport.close();
      await pty.close();
    },
  };
});

bleContract('in memory', async (): Promise<BleRig> => {
  const fake = fakeBle(virtualClock());
  return {
    transport: fake.transport,
    works: async () => fake.plug(),
    unplug: async () => fake.unplug(),
    advertise: (address) => fake.advertise({ address, name: 'A' }),
    offer: () =>
      fake.connect(DEVICE, [
        { ...RATE, properties: ['notify'] },
        { ...PLACE, properties: ['read'], value: Uint8Array.of(2) },
        { ...CONTROL, properties: ['write'] },
        { ...BATTERY, properties: ['read'] },
      ]),
    notify: (bytes) => fake.notify(DEVICE, RATE, bytes),
    drop: () => fake.disconnect(DEVICE),
    written: () => fake.written.map(({ bytes }) => bytes),
    close: async () => undefined,
  };
});
