// How a config names a slave on a Modbus bus: the options that every driver of one has.

import { z } from 'zod';
import { serialPort } from './serial-port.ts';

export const slaveOptions = z.object({
  port: serialPort.describe(
    'The bus: a serial line by a path that stays the same across boots (/dev/serial/by-id/…), or tcp://host:port of a Modbus TCP device or a serial server. Devices on one bus have the same port.',
  ),
  unit: z.number().int().min(1).max(247).describe('Slave number on the bus; each device of a bus has its own.'),
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
  answerMs: z
    .number()
    .int()
    .min(50)
    .max(5_000)
    .default(500)
    .describe('The longest time the device takes to begin its answer, ms.'),
});
export type SlaveOptions = z.output<typeof slaveOptions>;
