// PineTime watch with InfiniTime: its motion stream, heart rate and battery; it vibrates, and shows what for.

import { z } from 'zod';
import { bleAddress } from '#contract/ble-port.ts';
import { defineDriver } from '#contract/driver.ts';
import { HearthwardError } from '#contract/errors.ts';
import { MINUTE } from '#contract/time.ts';
import { motionProvides, runMotionSource } from '#driver-kit/motion/source.ts';
import { places } from '#wire/gatt/uuids.ts';
import { decodeMotion, MOTION, notification, RANGE_G } from './codec.ts';

const options = z.object({
  address: bleAddress,
  silenceMinutes: z
    .number()
    .min(1)
    .max(1_440)
    .default(15)
    .describe('Minutes without any sign of the watch after which it counts as silent.'),
});

export const infinitime = defineDriver({
  id: 'infinitime',
  summary: 'PineTime watch with InfiniTime firmware: motion for fall detection, heart rate, vibration',
  transport: 'ble',
  kinds: ['wearable'],
  options,
  provides: motionProvides,
  accepts: ['on', 'off'],
  checkIn: ({ silenceMinutes }) => silenceMinutes * MINUTE,
  recognises: ({ name }) => (name && /^(InfiniTime|Pinetime)/.test(name) ? { kind: 'wearable' } : undefined),

  run: (io) =>
    runMotionSource(io, {
      services: [MOTION.service, places.newAlert.service],
      // The firmware reads its sensor once a turn of its main task: about ten times a second, and unevenly.
      rateHz: undefined,
      rangeG: RANGE_G,
      async start(gatt) {
        await gatt.subscribe(MOTION);
        return 'running';
      },
      decode({ characteristic, bytes }) {
        if (characteristic !== MOTION.characteristic) return undefined;
        const frame = decodeMotion(bytes);
        return frame ? [frame] : [];
      },
      async vibrate(gatt, on, text = '已有人接警 · Help is confirmed') {
        if (!gatt) throw new HearthwardError('band-unreachable', 'the watch is not connected');
        // A notification ends by itself; there is nothing to switch off.
        if (on) await gatt.write(places.newAlert, notification('Hearthward', text));
        return 'commanded';
      },
    }),
});
