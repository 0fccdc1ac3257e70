// sample-serial: a thermometer on a serial line that sends its value by itself.

import { z } from 'zod';
import { defineDriver } from '#contract/driver.ts';
import { serialPort } from '#contract/serial-port.ts';
import { SECOND } from '#contract/time.ts';
import { refusals } from '#driver-kit/refusals.ts';
import { runFrames } from '#driver-kit/run-frames.ts';
import { decode, split } from './codec.ts';

const options = z.object({
  port: serialPort,
  baudRate: z.int().min(1_200).max(115_200).default(9_600).describe('Baud, 8N1.'),
});

export const sampleSerial = defineDriver({
  id: 'sample-serial',
  summary: 'Thermometer on a serial line (skeleton)',
  transport: 'serial',
  kinds: ['temperature'],
  options,
  provides: ['temperature'],
  accepts: [],
  // It sends each second; ten are missing before it is called silent.
  checkIn: () => 10 * SECOND,

  run(io) {
    const { options, emit, fault } = io;
    const refused = refusals(io);
    return runFrames(io, {
      line: { path: options.port, baudRate: options.baudRate },
      split,
      decode,
      // A value each second; one may be late. (A device that is asked has a `turn` with its question.)
      everyMs: 2 * SECOND,
      take(message, at) {
        fault('sensor-fault', message.kind === 'broken');
        if (message.kind === 'temperature' && refused.takes('temperature', message.celsius))
          emit({ quantity: 'temperature', value: message.celsius, quality: 'good' }, at);
        return true;
      },
    });
  },
});
