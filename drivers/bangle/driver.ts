// Bangle.js watch with Espruino: a script of ours, put on it at each connection, streams its motion; it buzzes on command.

import { z } from 'zod';
import { bleAddress, type Gatt } from '#contract/ble-port.ts';
import { defineDriver } from '#contract/driver.ts';
import { HearthwardError } from '#contract/errors.ts';
import { MINUTE } from '#contract/time.ts';
import { runMotionSource } from '#driver-kit/motion/source.ts';
import { samePlace } from '#wire/gatt/uuids.ts';
import { buzzText, chunks, decodeLine, POLL_MS, RANGE_G, RX, splitLines, startText, stopText, TX } from './codec.ts';

const options = z.object({
  address: bleAddress,
  silenceMinutes: z
    .number()
    .min(1)
    .max(1_440)
    .default(15)
    .describe('Minutes without any sign of the watch after which it counts as silent.'),
});

export const bangle = defineDriver({
  id: 'bangle',
  summary: 'Bangle.js watch: motion for fall detection by a script that the gateway puts on it, its key, vibration',
  transport: 'ble',
  kinds: ['wearable'],
  options,
  provides: ['acceleration', 'heartRate', 'worn', 'battery', 'button'],
  accepts: ['on', 'off'],
  reportsHold: true,
  checkIn: ({ silenceMinutes }) => silenceMinutes * MINUTE,

  recognises: ({ name }) => (name?.startsWith('Bangle.js') ? { kind: 'wearable' } : undefined),

  run(io) {
    let rest = '';
    let typed: Promise<void> = Promise.resolve();
    /** One text after the other: two at once would get mixed up in each other's lines. */
    const type = (gatt: Gatt, text: string): Promise<void> => {
      const done = typed.catch(() => undefined).then(() => write(gatt, text));
      typed = done;
      return done;
    };
    return runMotionSource(io, {
      services: [RX.service],
      rateHz: 1_000 / POLL_MS,
      rangeG: RANGE_G,
      async start(gatt) {
        rest = '';
        await gatt.subscribe(TX);
        await type(gatt, startText);
        return 'running';
      },
      decode({ characteristic, bytes, at }) {
        if (characteristic !== TX.characteristic) return undefined;
        const cut = splitLines(rest, bytes);
        rest = cut.rest;
        return cut.lines.flatMap((text) => {
          const line = decodeLine(text);
          if (line?.kind === 'battery') io.emit({ quantity: 'battery', value: line.percent, quality: 'good' }, at);
          if (line?.kind === 'held') {
            io.emit({ quantity: 'button', value: 'hold', quality: 'good' }, at);
            io.emit({ quantity: 'button', value: 'release', quality: 'good' }, at);
          }
          return line?.kind === 'motion' ? [line.frame] : [];
        });
      },
      finish: (gatt) => type(gatt, stopText),
      async vibrate(gatt, on) {
        if (!gatt) throw new HearthwardError('band-unreachable', 'the watch is not connected');
        await type(gatt, buzzText(on));
        return 'commanded';
      },
    });
  },
});

/** One piece after the other, each confirmed where the watch confirms: it has no other flow control. */
async function write(gatt: Gatt, text: string): Promise<void> {
  const has = gatt.characteristics.find((one) => samePlace(one, RX));
  const how = has?.properties.includes('write') ? 'with-response' : 'without-response';
  for (const piece of chunks(text)) await gatt.write(RX, piece, how);
}
