// Gas detectors before hostile slaves: what the driver may say of a level, an alarm and of how sound they are.

import type { Sample } from '#contract/reading.ts';
import { modbusGas } from '../../drivers/modbus-gas/driver.ts';
import { type ModelId, modelIds } from '../../drivers/modbus-gas/models.ts';
import type { Fuzzed } from './damage.ts';
import { fuzzBus, type Target } from './modbus.ts';
import { type Meaning, type Row, rows } from './modbus-gas-oracle.ts';

/** Levels are told in hundredths. */
const NEARLY = 0.0051;

const rowOf = (model: string): Row => rows[model] as Row;

const gas: Target<ModelId> = {
  models: modelIds,
  asks: (model) => rowOf(model).asks,
  usual,
  start({ clock, transport, port, unit, model, pollSeconds, below, emit, log }) {
    const kind = below(2) === 0 ? 'gas' : 'co';
    const options = modbusGas.options.parse({
      ...{ port, unit, model, pollSeconds, warmupSeconds: 0 },
      ...{ lelPpm: below(2) ? 50_000 : 21_000, answerMs: 500 },
    });
    return {
      driver: modbusGas.run({
        ...{ device: { id: `unit-${unit}`, kind }, options, clock, transport, emit, log },
        fault: () => undefined,
      }),
      wrong(sample, choices) {
        const meanings = choices.map((parts) => rowOf(model).read(parts, kind, options.lelPpm));
        return meanings.some((meaning) => fits(sample, meaning))
          ? undefined
          : `as ${kind} the bytes hold ${JSON.stringify(meanings)}`;
      },
    };
  },
};

const fits = ({ quantity, value, quality }: Sample, { level, sound, alarm }: Meaning): boolean =>
  (quality !== 'good' || sound) &&
  (quantity === 'gas' || quantity === 'co'
    ? level !== undefined && Math.abs(level - Number(value)) < NEARLY
    : alarm === value);

export const fuzzGas = (frames: number, seed: number): Promise<Fuzzed> => fuzzBus(gas, frames, seed);

/** A likely word of a detector's register. */
function usual(model: string, address: number, below: (limit: number) => number): number | undefined {
  switch (model) {
    case 'two-register-status':
      return address === 1 ? below(6) : below(1_100);
    case 'honeywell-midas':
      // 0x4148 0000 is 12.5 as a float; the words around it are not far from that.
      return {
        ...{ 0: (below(8) === 0 ? below(16) : 1) | (below(4) << 6) | (below(2) << 11) },
        ...{ 2: 0x4000 + below(0x200), 3: below(0x10000) },
        ...{ 6: ([1, 2, 4, 8, 8, 8, 3][below(7)] ?? 8) << 8, 8: below(8) === 0 ? 0 : 5_000 },
      }[address];
    case 'copeland-c':
      return {
        ...{ 101: below(2_000), 102: below(6) === 0 ? 1 << below(8) : 0, 103: below(9) === 0 ? 0 : 1_500 },
        ...{ 105: below(2_000), 118: below(400), 119: 1_825, 120: 365 },
      }[address];
    case 'raeguard-3':
      return address === 8 ? 0 : below(3_000);
    default:
      return below(600);
  }
}
