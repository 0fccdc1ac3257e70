// Portable health meters by the Bluetooth SIG's services: heart rate, oxygen, temperature, blood pressure, weight, glucose.

import { z } from 'zod';
import { type BleUuid, bleAddress, type Gatt } from '#contract/ble-port.ts';
import type { DeviceKind } from '#contract/device.ts';
import { type DriverIo, defineDriver, type RunningDriver } from '#contract/driver.ts';
import { MINUTE } from '#contract/time.ts';
import { begin, type Measurer, measurer, readNamePlate, vibrate } from '#driver-kit/gatt/device.ts';
import { healthRows } from '#driver-kit/gatt/health.ts';
import { lastRecord, recordsAnswer, recordsFrom, recordsUpTo } from '#wire/gatt/racp.ts';
import { places, samePlace } from '#wire/gatt/uuids.ts';

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
  provides: [
    'heartRate',
    'worn',
    'spo2',
    'bodyTemperature',
    'systolic',
    'diastolic',
    'weight',
    'glucose',
    'meterStatus',
    'battery',
  ],
  accepts: ['on', 'off'],
  checkIn: ({ checkInMinutes }) => (checkInMinutes === undefined ? null : checkInMinutes * MINUTE),
  recognises({ services }) {
    const found = Object.entries(serviceOf).find(([, service]) => services.includes(service));
    // A watch or a strap has such a service too; its own driver knows more of it.
    return found && { kind: found[0] as DeviceKind, general: true };
  },
  run,
});

function run(io: Io): RunningDriver {
  const service = serviceOf[io.device.kind as keyof typeof serviceOf];
  const measuring = measurer(io, healthRows);
  const records = glucoseRecords(io, measuring);
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
          if (service === places.glucose.service) await records.ask(gatt);
          await readNamePlate(gatt, io);
        });
      },
      disconnected() {
        live = undefined;
        measuring.end();
      },
      value(value) {
        if (samePlace(value, places.glucoseControl)) records.answered(live, value.bytes);
        else measuring.take(value);
      },
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

/**
 * Glucose meters send only what they are asked for (GLS 1.0.1, 3.4): at first the last record, then those after the
 * newest heard. Where there is none, or the meter does not know that request, the last one is asked for: if its number
 * is lower than the newest heard, the numbering has begun again, and all records up to it are asked for.
 */
function glucoseRecords(io: Io, measuring: Measurer) {
  let asked: 'after' | 'last' | 'anew' | undefined;
  let before: number | undefined;

  async function send(gatt: Gatt, what: typeof asked, request: Uint8Array): Promise<void> {
    asked = what;
    await gatt.write(places.glucoseControl, request);
  }

  return {
    async ask(gatt: Gatt): Promise<void> {
      before = measuring.newestSequence();
      await gatt.subscribe(places.glucoseControl);
      // The number after the highest is 0, which would mean all.
      if (before === undefined || before === 0xffff) await send(gatt, 'last', lastRecord);
      else await send(gatt, 'after', recordsFrom(before + 1));
    },
    answered(gatt: Gatt | undefined, bytes: Uint8Array): void {
      const answer = recordsAnswer(bytes);
      if (answer === undefined || !gatt) return;
      const was = asked;
      asked = undefined;
      const last = measuring.newestSequence();
      if (was === 'after' && answer !== 'done') begin(io, () => send(gatt, 'last', lastRecord));
      else if (was === 'last' && answer === 'none') measuring.forgetSequence();
      else if (was === 'last' && answer === 'refused')
        // Ended by the next connection, which asks again.
        io.fault('service-missing', true, { reason: 'records-refused' });
      else if (was === 'last' && before !== undefined && last !== undefined && last < before)
        begin(io, () => send(gatt, 'anew', recordsUpTo(last)));
    },
  };
}
