// Polar H10, Verity Sense and their kin: acceleration by Polar Measurement Data, and heart rate by the standard service.

import { z } from 'zod';
import { bleAddress, type Gatt } from '#contract/ble-port.ts';
import { defineDriver } from '#contract/driver.ts';
import { reasonOf } from '#contract/errors.ts';
import { MINUTE } from '#contract/time.ts';
import { motionProvides, runMotionSource } from '#driver-kit/motion/source.ts';
import {
  CONTROL,
  choose,
  controlAnswer,
  DATA,
  decodeFrame,
  settingsRequest,
  startRequest,
  stopRequest,
} from './codec.ts';

const options = z.object({
  address: bleAddress,
  rateHz: z
    .number()
    .int()
    .min(25)
    .max(200)
    .default(50)
    .describe('Samples a second that are asked for; the device gives the nearest that it has. 50 is what falls need.'),
  silenceMinutes: z
    .number()
    .min(1)
    .max(1_440)
    .default(15)
    .describe('Minutes without any sign of the sensor after which it counts as silent.'),
});

export const polar = defineDriver({
  id: 'polar',
  summary:
    'Polar H10, Verity Sense and other sensors with Polar Measurement Data: motion for fall detection, heart rate',
  transport: 'ble',
  kinds: ['wearable'],
  options,
  provides: motionProvides,
  accepts: [],
  checkIn: ({ silenceMinutes }) => silenceMinutes * MINUTE,

  recognises: ({ name }) => (name?.startsWith('Polar ') ? { kind: 'wearable' } : undefined),

  run(io) {
    let live: Gatt | undefined;
    let factor: number | undefined;

    /** The device answers each request by an indication: the next step waits for that, not for the write. */
    function answered(bytes: Uint8Array): void {
      const answer = controlAnswer(bytes);
      if (!answer) return;
      if (answer.kind === 'started') {
        factor = answer.factor ?? factor;
        io.fault('service-missing', false);
        return;
      }
      const choice = answer.kind === 'settings' ? choose(answer.settings, io.options.rateHz) : undefined;
      if (!choice) {
        io.fault('service-missing', true, {
          reason: 'acceleration-refused',
          ...(answer.kind === 'refused' && { status: answer.status }),
        });
        return;
      }
      io.log.info({ ...choice }, 'acceleration is asked for');
      live?.write(CONTROL, startRequest(choice)).catch((thrown: unknown) => {
        io.log.warn({ err: reasonOf(thrown) }, 'acceleration could not be asked for');
      });
    }

    return runMotionSource(io, {
      services: [CONTROL.service],
      rateHz: io.options.rateHz,
      rangeG: 8,
      async start(gatt) {
        live = gatt;
        await gatt.subscribe(CONTROL);
        await gatt.subscribe(DATA);
        await gatt.write(CONTROL, settingsRequest);
        return 'asked';
      },
      decode({ characteristic, bytes }) {
        if (characteristic === CONTROL.characteristic) {
          answered(bytes);
          return [];
        }
        if (characteristic !== DATA.characteristic) return undefined;
        const frame = decodeFrame(bytes, factor);
        return frame ? [frame] : [];
      },
      finish: (gatt) => gatt.write(CONTROL, stopRequest),
    });
  },
});
