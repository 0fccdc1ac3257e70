// Portable health meters by the Bluetooth SIG's services: heart rate, oxygen, temperature, blood pressure, weight, glucose.

import { z } from 'zod';
import { type BleUuid, bleAddress, type Gatt } from '#contract/ble-port.ts';
import type { DeviceKind } from '#contract/device.ts';
import { type DriverIo, defineDriver, type RunningDriver } from '#contract/driver.ts';
import { MINUTE } from '#contract/time.ts';
import { begin, measurer, readNamePlate, vibrate } from '#wire/gatt/device.ts';
import { healthRows } from '#wire/gatt/health.ts';
import { places } from '#wire/gatt/uuids.ts';

const options = z.object({
  address: bleAddress,
  checkInMinutes: z
    .number()
    .min(1)
    .max(10_080)
    .optional()
    .describe(
      'Longest healthy silence in minutes, for a meter that measures all the time. By default none: most speak only when they are used.',
    ),
});
type Io = DriverIo<'ble', z.output<typeof options>>;

/** The service that each kind is about. Battery, name plate and alert are looked for on all. */
const serviceOf = {
  wearable: places.heartRate.service,
  'pulse-oximeter': places.plxSpot.service,
  thermometer: places.temperature.service,
  'blood-pressure': places.bloodPressure.service,
  'glucose-meter': places.glucose.service,
  scale: places.weight.service,
} as const satisfies Partial<Record<DeviceKind, BleUuid>>;
const common = [places.battery.service, places.manufacturer.service, places.alertLevel.service];

export const gattHealth = defineDriver({
  id: 'gatt-health',
  summary:
    'Heart-rate strap, pulse oximeter, thermometer, blood-pressure cuff, scale or glucose meter with the standard Bluetooth services',
  transport: 'ble',
  kinds: Object.keys(serviceOf) as (keyof typeof serviceOf)[],
  options,
  provides: ['heartRate', 'worn', 'spo2', 'bodyTemperature', 'systolic', 'diastolic', 'weight', 'glucose', 'battery'],
  accepts: ['on', 'off'],
  checkIn: ({ checkInMinutes }) => (checkInMinutes === undefined ? null : checkInMinutes * MINUTE),
  recognises({ services }) {
    const found = Object.entries(serviceOf).find(([, service]) => services.includes(service));
    return found && { kind: found[0] as DeviceKind };
  },
  run,
});

function run(io: Io): RunningDriver {
  const service = serviceOf[io.device.kind as keyof typeof serviceOf];
  const measuring = measurer(io, healthRows);
  let live: Gatt | undefined;

  const link = io.transport.connect(
    { address: io.options.address, services: [service, ...common] },
    {
      up() {},
      down() {},
      connected(gatt) {
        live = gatt;
        begin(io, async () => {
          const offered = gatt.characteristics.some((one) => one.service === service);
          io.fault('service-missing', !offered, offered ? undefined : { service });
          await measuring.start(gatt);
          if (service === places.glucose.service) await askForRecords(gatt, measuring.newestSequence());
          await readNamePlate(gatt, io);
        });
      },
      disconnected() {
        live = undefined;
        measuring.end();
      },
      value: (value) => void measuring.take(value),
    },
  );

  return {
    async stop() {
      measuring.end();
      await link.close();
    },
    perform: (action) => vibrate(live, action === 'on'),
  };
}

const REPORT_STORED_RECORDS = 0x01;
const OPERATOR = { atLeast: 0x03, last: 0x06 };
const BY_SEQUENCE_NUMBER = 0x01;

/** Glucose meters tell only what they are asked for (GLS 1.0.1, 3.4): the last record at first, then those after the newest heard. */
async function askForRecords(gatt: Gatt, newest: number | undefined): Promise<void> {
  await gatt.subscribe(places.glucoseControl);
  const next = ((newest ?? 0) + 1) & 0xffff;
  const request =
    newest === undefined
      ? [REPORT_STORED_RECORDS, OPERATOR.last]
      : [REPORT_STORED_RECORDS, OPERATOR.atLeast, BY_SEQUENCE_NUMBER, next & 0xff, next >> 8];
  await gatt.write(places.glucoseControl, Uint8Array.from(request));
}
