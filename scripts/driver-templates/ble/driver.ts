// sample-ble: a thermometer that says all it knows in its Bluetooth adverts.

import { z } from 'zod';
import { bleAddress } from '#contract/ble-port.ts';
import { defineDriver } from '#contract/driver.ts';
import { MINUTE } from '#contract/time.ts';
import { type AdvertFormat, runAdverts } from '#driver-kit/adverts.ts';
import { oddText } from '#driver-kit/not-understood.ts';
import { decode, oddFrame, type Packet, SERVICE } from './codec.ts';

const options = z.object({
  address: bleAddress,
  silenceMinutes: z
    .number()
    .min(1)
    .max(1_440)
    .default(15)
    .describe('Minutes without an advert after which the device counts as silent; a healthy one sends every minute.'),
});

const format: AdvertFormat<Packet> = {
  uuid: SERVICE,
  decode,
  oddFrame,
  numberOf: ({ count }) => count,
  counterSize: 256,
  understood: () => ['temperature'],
  isAlarm: () => false,
};

export const sampleBle = defineDriver({
  id: 'sample-ble',
  summary: 'Thermometer that says all it knows in its adverts (skeleton)',
  transport: 'ble',
  kinds: ['temperature'],
  options,
  provides: ['temperature', 'battery'],
  accepts: [],
  checkIn: ({ silenceMinutes }) => silenceMinutes * MINUTE,

  recognises({ serviceData }) {
    const bytes = serviceData.find(({ uuid }) => uuid === SERVICE)?.bytes;
    const packet = bytes && decode(bytes);
    if (!packet) return undefined;
    return packet.kind === 'packet'
      ? { kind: 'temperature', says: `temperature ${packet.celsius}` }
      : { kind: 'temperature', odd: oddText({ ...oddFrame(bytes) }) };
  },

  run: (io) =>
    runAdverts(io, format, ({ packet: { celsius, battery }, repeat, emit, fault }) => {
      if (repeat) return;
      fault('sensor-fault', celsius === undefined);
      if (celsius !== undefined) emit('temperature', celsius);
      emit('battery', battery);
    }),
});
