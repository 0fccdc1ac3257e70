// sample-modbus: a thermometer on a Modbus bus, RTU or TCP, that is read again and again.

import { z } from 'zod';
import { type DriverFault, defineDriver } from '#contract/driver.ts';
import { slaveOptions } from '#contract/modbus-port.ts';
import type { Quality } from '#contract/reading.ts';
import { SECOND } from '#contract/time.ts';
import { reportConditions, worstOf } from '#driver-kit/modbus/conditions.ts';
import { checkInMs, pollSlave } from '#driver-kit/modbus/poll.ts';
import { refusals } from '#driver-kit/refusals.ts';
import { blocks, type Condition, decode } from './codec.ts';

const options = z.object({
  ...slaveOptions.shape,
  pollSeconds: z.number().min(0.5).max(60).default(5).describe('Seconds from reading to reading.'),
});

type Trouble = Exclude<Condition, 'ok'>;
/** What a condition means: the fault, and what the value is worth while it is on. */
const effects: Record<Trouble, { fault: DriverFault; value: Quality }> = {
  'warming-up': { fault: 'sensor-warming-up', value: 'uncertain' },
  broken: { fault: 'sensor-fault', value: 'bad' },
  unknown: { fault: 'sensor-fault', value: 'uncertain' },
};

export const sampleModbus = defineDriver({
  id: 'sample-modbus',
  summary: 'Thermometer on Modbus RTU or TCP (skeleton)',
  transport: 'modbus',
  kinds: ['temperature'],
  options,
  provides: ['temperature'],
  accepts: [],
  checkIn: checkInMs,

  run(io) {
    const refused = refusals(io);
    return pollSlave(io, {
      blocks,
      everyMs: io.options.pollSeconds * SECOND,
      // Nothing that was read before is used again.
      returned() {},
      heard(registers) {
        const { celsius, conditions } = decode(registers);
        const troubles = conditions.filter((condition): condition is Trouble => condition !== 'ok');
        reportConditions(io.fault, troubles, effects);
        const quality = worstOf(troubles.map((trouble) => effects[trouble].value));
        if (quality !== 'bad' && refused.takes('temperature', celsius))
          io.emit({ quantity: 'temperature', value: celsius, quality });
      },
    });
  },
});
