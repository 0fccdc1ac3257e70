// The port of everything that streams motion: a driver says how its device is started and what its bytes mean, and this
// makes readings and faults of it. The next device is a small folder.

import type { BleUuid, Gatt, GattValue } from '#contract/ble-port.ts';
import type { DriverIo, RunningDriver } from '#contract/driver.ts';
import type { Quantity } from '#contract/quantity.ts';
import { places } from '#wire/gatt/uuids.ts';
import { begin, measurer, readNamePlate, vibrate } from '../gatt/device.ts';
import { batteryRow, heartRateRow } from '../gatt/health.ts';
import { atRest } from './at-rest.ts';
import { linkWatch } from './link-watch.ts';
import { type MotionFrame, motionStream } from './stream.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the driver's options are
type Io = DriverIo<'ble', any>;

export interface MotionDevice {
  /** The services that carry the stream; heart rate, battery, name plate and alert are looked for beside them. */
  services: readonly BleUuid[];
  /** Samples a second; undefined where the device keeps to none, and it is measured. */
  rateHz: number | undefined;
  /** The sensor's end of scale, g: impacts are cut off there. */
  rangeG: number;
  /** Sets the stream going, at each connection. `asked`: the device's answer is still to come, and the driver says what it was. */
  start(gatt: Gatt): Promise<'running' | 'asked'>;
  /** Frames of the stream in a notification; undefined for one that is not its own. Bad bytes give none. */
  decode(value: GattValue): MotionFrame[] | undefined;
  /** Ends what the device would go on doing for nobody. */
  finish?(gatt: Gatt): Promise<void>;
  /** How the band is made to vibrate, where it is not by Immediate Alert. */
  vibrate?(gatt: Gatt | undefined, on: boolean, text?: string): Promise<'commanded'>;
}

export const motionProvides = ['acceleration', 'heartRate', 'worn', 'battery'] as const satisfies Quantity[];

/** Below, a fall's impact falls between the samples. */
const LEAST_HZ = 18;
const ENOUGH_HZ = 19;

export function runMotionSource(io: Io, device: MotionDevice): RunningDriver {
  const measuring = measurer(io, [heartRateRow, batteryRow]);
  const resting = atRest();
  let live: Gatt | undefined;
  let slow = false;
  const { placement } = io.device;
  io.log.info(
    { unit: 'g', rangeG: device.rangeG, rateHz: device.rateHz ?? 'measured', placement },
    'motion stream declared',
  );
  if (!placement) io.log.warn({}, 'no placement is configured: the wearable is taken for a watch');

  const stream = motionStream(io.clock, device.rateHz, {
    batch(samples, at) {
      io.emit({ quantity: 'acceleration', value: samples, quality: 'good' }, at);
      const rest = resting(samples);
      if (rest)
        io.fault('motion-scale-wrong', rest.wrong, rest.wrong ? { atRest: Math.round(rest.g * 10) / 10 } : undefined);
    },
    regularity(what) {
      io.fault('motion-irregular', what !== 'steady', what === 'steady' ? undefined : { what });
    },
    rate(hz) {
      if (slow ? hz >= ENOUGH_HZ : hz < LEAST_HZ) {
        slow = !slow;
        io.fault('motion-too-slow', slow, slow ? { samplesPerSecond: Math.round(hz) } : undefined);
      }
    },
  });
  const watch = linkWatch(io.clock, (active, losses) =>
    io.fault('link-unstable', active, active ? { losses } : undefined),
  );

  const link = io.transport.connect(
    {
      address: io.options.address,
      services: [
        ...device.services,
        ...[places.heartRate, places.battery, places.manufacturer, places.alertLevel].map(({ service }) => service),
      ],
    },
    {
      up() {},
      down() {},
      connected(gatt) {
        live = gatt;
        watch.connected();
        stream.restart();
        begin(io, async () => {
          // The stream first: what a connection of seconds is good for.
          if ((await device.start(gatt)) === 'running') io.fault('service-missing', false);
          await measuring.start(gatt);
          await readNamePlate(gatt, io);
        });
      },
      disconnected() {
        live = undefined;
        watch.disconnected();
        stream.restart();
        measuring.end();
      },
      value(value) {
        const frames = device.decode(value);
        if (!frames) measuring.take(value);
        for (const frame of frames ?? []) stream.hear(frame, value.at);
      },
    },
  );

  return {
    async stop() {
      stream.stop();
      watch.stop();
      measuring.end();
      if (live && device.finish) await device.finish(live).catch(() => undefined);
      await link.close();
    },
    perform: (action, text) => (device.vibrate ?? vibrate)(live, action === 'on', text),
  };
}
