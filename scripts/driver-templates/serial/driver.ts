// sample-serial: a thermometer on a serial line that sends its value by itself.

import { z } from 'zod';
import { defineDriver } from '#contract/driver.ts';
import { serialPort } from '#contract/serial-port.ts';
import { SECOND } from '#contract/time.ts';
import { garbageMeter } from '#driver-kit/garbage.ts';
import { nothing } from '#wire/frames.ts';
import { decode, FRAME_BYTES, type Message, split } from './codec.ts';

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
  // It sends each second; ten are missing before anybody is told.
  checkIn: () => 10 * SECOND,

  run({ options: { port, baudRate }, transport, emit, fault }) {
    const meter = garbageMeter();
    let rest: Uint8Array = nothing;
    const link = transport.open(
      { path: port, baudRate },
      {
        up() {
          rest = nothing;
        },
        down() {},
        bytes(chunk, at) {
          const cut = split(rest, chunk);
          rest = cut.rest;
          let good = 0;
          let lost = cut.skipped;
          for (const frame of cut.frames) {
            const message = decode(frame);
            if (message) {
              good += FRAME_BYTES;
              tell(message);
            } else lost += FRAME_BYTES;
          }
          fault('line-garbage', meter.add(at.mono, good, lost));

          function tell(message: Message): void {
            const broken = message.kind === 'broken';
            fault('sensor-fault', broken);
            if (!broken) emit({ quantity: 'temperature', value: message.celsius, quality: 'good' }, at);
          }
        },
      },
    );
    return { stop: () => link.close() };
  },
});
