// What the config says of a detector on a bus.

import { z } from 'zod';
import { serialPort } from '#contract/serial-port.ts';
import { modelIds } from './models.ts';

export const options = z.object({
  port: serialPort.describe(
    'The bus: a serial line by a path that stays the same across boots (/dev/serial/by-id/…), or tcp://host:port of a Modbus TCP detector or a serial server. Detectors on one bus have the same port.',
  ),
  unit: z.number().int().min(1).max(247).describe('Slave number on the bus; each device of a bus has its own.'),
  model: z
    .enum(modelIds)
    .describe('Which register map it has: a wrong one reads too little or too much gas, so there is no default.'),
  framing: z
    .enum(['tcp', 'rtu'])
    .default('tcp')
    .describe('Of tcp://: `tcp` for Modbus TCP, `rtu` for a serial server that passes bytes through.'),
  baudRate: z
    .number()
    .int()
    .min(1_200)
    .max(115_200)
    .default(9_600)
    .describe('Baud. The same for each device of a bus.'),
  parity: z.enum(['none', 'even', 'odd']).default('none').describe('The same for each device of a bus.'),
  stopBits: z
    .union([z.literal(1), z.literal(2)])
    .default(1)
    .describe('The same for each device of a bus.'),
  pollSeconds: z
    .number()
    .min(0.5)
    .max(10)
    .default(1)
    .describe('Seconds from reading to reading. A detector with a heartbeat is read at least twice in a beat.'),
  answerMs: z
    .number()
    .int()
    .min(50)
    .max(5_000)
    .default(500)
    .describe('The longest time the detector takes to begin its answer, ms.'),
  warmupSeconds: z
    .number()
    .min(0)
    .max(3_600)
    .default(180)
    .describe(
      'Seconds until a detector that does not tell its own warm-up may be trusted, from the start and from every return of a lost one.',
    ),
  lelPpm: z
    .number()
    .min(5_000)
    .max(100_000)
    .default(50_000)
    .describe('Lower explosive limit of the gas in ppm, for detectors that count ppm: 50000 methane, 21000 propane.'),
});
export type Options = z.output<typeof options>;
