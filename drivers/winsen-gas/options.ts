// What the config says of a module.

import { z } from 'zod';
import { serialPort } from '#contract/serial-port.ts';
import { modelIds } from './models.ts';

export const options = z.object({
  port: serialPort,
  model: z
    .enum(modelIds)
    .describe(
      'Which module it is, for the scale of its counts: a wrong one reads too little or too much gas, so there is no default.',
    ),
  mode: z
    .enum(['query', 'active'])
    .default('query')
    .describe('`query` asks for each value; `active` listens to a module that uploads one each second.'),
  pollSeconds: z.number().min(0.5).max(10).default(1).describe('Seconds from query to query.'),
  warmupSeconds: z
    .number()
    .min(0)
    .max(3_600)
    .optional()
    .describe(
      'Seconds until the sensor may be trusted, counted from the start, and again when the module shows that it lost its power. By default what the model needs: 180.',
    ),
  address: z.number().int().min(1).max(254).default(1).describe('Sensor number, byte 1 of each command.'),
  lelPpm: z
    .number()
    .min(5_000)
    .max(100_000)
    .default(50_000)
    .describe(
      'Lower explosive limit of the gas in ppm, for models that count ppm: 50000 for methane as the manual scales it, 44000 by IEC 60079-20-1.',
    ),
  baudRate: z.number().int().min(1_200).max(115_200).default(9_600).describe('Baud, 8N1.'),
});
export type Options = z.output<typeof options>;
