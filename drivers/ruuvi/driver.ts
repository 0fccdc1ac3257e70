// RuuviTag: temperature and humidity of a room, and whether the tag was moved.

import { z } from 'zod';
import { bleAddress } from '#contract/ble-port.ts';
import { defineDriver } from '#contract/driver.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Quality } from '#contract/reading.ts';
import { MINUTE } from '#contract/time.ts';
import { oddText, understanding } from '#driver-kit/not-understood.ts';
import { refusals } from '#driver-kit/refusals.ts';
import { hexBytes } from '#wire/hex.ts';
import { decodeRuuvi, oddFrame, RUUVI_COMPANY } from './codec.ts';

const options = z.object({
  address: bleAddress,
  silenceMinutes: z
    .number()
    .min(1)
    .max(1_440)
    .default(15)
    .describe(
      'Minutes without an advert of the tag after which it counts as silent; a healthy one sends every few seconds.',
    ),
});

export const ruuvi = defineDriver({
  id: 'ruuvi',
  summary: 'RuuviTag with data format 5: temperature, humidity, movement of the tag',
  transport: 'ble',
  kinds: ['temperature', 'motion'],
  options,
  provides: ['temperature', 'humidity', 'motion'],
  accepts: [],
  checkIn: ({ silenceMinutes }) => silenceMinutes * MINUTE,

  recognises({ manufacturer }) {
    if (manufacturer?.company !== RUUVI_COMPANY) return undefined;
    const data = decodeRuuvi(manufacturer.bytes);
    if (!data) return { kind: 'temperature', odd: oddText({ ...oddFrame(manufacturer.bytes) }) };
    return {
      kind: 'temperature',
      says: data.temperature === undefined ? undefined : `temperature ${data.temperature}`,
    };
  },

  run(io) {
    const own = hexBytes(io.options.address, 6)?.join();
    const odds = understanding(io);
    const refused = refusals(io);
    let last = '';
    let movement: number | undefined;
    const link = io.transport.listen(
      { address: io.options.address },
      {
        up() {},
        down() {},
        advert({ manufacturer, at }) {
          if (manufacturer?.company !== RUUVI_COMPANY) return;
          const data = decodeRuuvi(manufacturer.bytes);
          if (!data) return odds.heard([], [oddFrame(manufacturer.bytes)], false);
          if (data.address && data.address.join() !== own) return;
          io.heard?.();
          // Each measurement is advertised several times, under one sequence number; other bytes under it are another
          // measurement.
          const bytes = manufacturer.bytes.join();
          if (data.sequence !== undefined && bytes === last) return;
          last = bytes;
          odds.heard(['temperature', 'motion'], [], false);
          const tell = (quantity: Quantity, value: number | boolean | undefined, quality: Quality = 'good') => {
            if (value !== undefined && refused.takes(quantity, value)) io.emit({ quantity, value, quality }, at);
          };
          tell('temperature', data.temperature);
          // The format goes above 100 % where water condenses: the air is at least that wet.
          if (data.humidity !== undefined && data.humidity > 100) tell('humidity', 100, 'uncertain');
          else tell('humidity', data.humidity);
          if (data.movement !== undefined) {
            if (movement !== undefined) tell('motion', data.movement !== movement);
            movement = data.movement;
          }
          // A sensor that marks its own value as not available measures nothing.
          const blind = (io.device.kind === 'motion' ? data.movement : data.temperature) === undefined;
          io.fault('sensor-fault', blind, blind ? { reason: 'no-value' } : undefined);
          if (data.battery !== undefined) io.fault('battery-low', data.battery < enough(data.temperature ?? 20));
        },
      },
    );
    return { stop: () => link.close() };
  },
});

/** mV below which the maker's app calls the battery low: a cold cell gives less. */
const enough = (celsius: number): number => (celsius < -20 ? 2_000 : celsius < 0 ? 2_300 : 2_500);
