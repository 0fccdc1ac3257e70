// RuuviTag: temperature and humidity of a room, and whether the tag was moved.

import { z } from 'zod';
import { bleAddress } from '#contract/ble-port.ts';
import { defineDriver } from '#contract/driver.ts';
import { misfit, type Quantity } from '#contract/quantity.ts';
import { MINUTE } from '#contract/time.ts';
import { hexBytes } from '#wire/hex.ts';
import { decodeRuuvi, RUUVI_COMPANY } from './codec.ts';

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
    const data = manufacturer?.company === RUUVI_COMPANY ? decodeRuuvi(manufacturer.bytes) : undefined;
    if (!data) return undefined;
    return {
      kind: 'temperature',
      says: data.temperature === undefined ? undefined : `temperature ${data.temperature}`,
    };
  },

  run(io) {
    const own = hexBytes(io.options.address, 6)?.join();
    let sequence: number | undefined;
    let movement: number | undefined;
    const link = io.transport.listen(
      { address: io.options.address },
      {
        up() {},
        down() {},
        advert({ manufacturer, at }) {
          if (manufacturer?.company !== RUUVI_COMPANY) return;
          const data = decodeRuuvi(manufacturer.bytes);
          if (!data || (data.address && data.address.join() !== own)) return;
          // Each measurement is advertised several times.
          if (data.sequence !== undefined && data.sequence === sequence) return;
          sequence = data.sequence;
          const tell = (quantity: Quantity, value: number | boolean | undefined) => {
            if (value !== undefined && misfit(quantity, value) === undefined)
              io.emit({ quantity, value, quality: 'good' }, at);
          };
          tell('temperature', data.temperature);
          tell('humidity', data.humidity);
          if (data.movement !== undefined) {
            if (movement !== undefined) tell('motion', data.movement !== movement);
            movement = data.movement;
          }
          if (data.battery !== undefined) io.fault('battery-low', data.battery < enough(data.temperature ?? 20));
        },
      },
    );
    return { stop: () => link.close() };
  },
});

/** mV below which the maker's app calls the battery low: a cold cell gives less. */
const enough = (celsius: number): number => (celsius < -20 ? 2_000 : celsius < 0 ? 2_300 : 2_500);
