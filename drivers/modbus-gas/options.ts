// What the config says of a detector on a bus.

import { z } from 'zod';
import { slaveOptions } from '#contract/modbus-port.ts';
import { modelIds } from './models.ts';

const { port, unit, ...line } = slaveOptions.shape;

export const options = z.object({
  port,
  unit,
  model: z
    .enum(modelIds)
    .describe('Which register map it has: a wrong one reads too little or too much gas, so there is no default.'),
  ...line,
  pollSeconds: z
    .number()
    .min(0.5)
    .max(10)
    .default(1)
    .describe('Seconds from reading to reading. A detector with a heartbeat is read at least twice in a beat.'),
  warmupSeconds: z
    .number()
    .min(0)
    .max(3_600)
    .optional()
    .describe(
      'Seconds, from the start, until a detector that does not tell its own warm-up may be trusted. By default what the model needs: 180.',
    ),
  lelPpm: z
    .number()
    .min(5_000)
    .max(100_000)
    .default(50_000)
    .describe('Lower explosive limit of the gas in ppm, for detectors that count ppm: 50000 methane, 21000 propane.'),
});
export type Options = z.output<typeof options>;
