// sample-ble-gatt: a thermometer that is connected, and notifies its value.

import { z } from 'zod';
import { bleAddress } from '#contract/ble-port.ts';
import { defineDriver } from '#contract/driver.ts';
import { MINUTE } from '#contract/time.ts';
import { begin, measurer, readNamePlate } from '#driver-kit/gatt/device.ts';
import { batteryRow, type Row } from '#driver-kit/gatt/health.ts';
import { places, samePlace } from '#wire/gatt/uuids.ts';
import { decode, MEASUREMENT } from './codec.ts';

const options = z.object({
  address: bleAddress,
  silenceMinutes: z
    .number()
    .min(1)
    .max(1_440)
    .default(15)
    .describe('Minutes without any sign of the device after which it counts as silent.'),
});

const row: Row = {
  place: MEASUREMENT,
  measure(bytes) {
    const measurement = decode(bytes);
    if (!measurement) return undefined;
    const { celsius } = measurement;
    return {
      samples: celsius === undefined ? [] : [{ quantity: 'temperature', value: celsius, quality: 'good' }],
      faults: [['sensor-fault', celsius === undefined]],
    };
  },
};

export const sampleBleGatt = defineDriver({
  id: 'sample-ble-gatt',
  summary: 'Thermometer that is connected and notifies its value (skeleton)',
  transport: 'ble',
  kinds: ['temperature'],
  options,
  provides: ['temperature', 'battery'],
  accepts: [],
  checkIn: ({ silenceMinutes }) => silenceMinutes * MINUTE,

  recognises: ({ services }) => (services.includes(MEASUREMENT.service) ? { kind: 'temperature' } : undefined),

  run(io) {
    const measuring = measurer(io, [row, batteryRow]);
    const link = io.transport.connect(
      {
        address: io.options.address,
        services: [MEASUREMENT.service, places.battery.service, places.manufacturer.service],
      },
      {
        up() {},
        down() {},
        connected(gatt) {
          begin(io, async () => {
            io.fault('service-missing', !gatt.characteristics.some((has) => samePlace(has, MEASUREMENT)));
            await measuring.start(gatt);
            await readNamePlate(gatt, io);
          });
        },
        disconnected: measuring.end,
        value: measuring.take,
      },
    );
    return {
      stop() {
        measuring.end();
        return link.close();
      },
    };
  },
});
