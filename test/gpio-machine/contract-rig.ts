// The rig of the GPIO contract on gpio-sim, for either of the kernel's interfaces.

import { systemClock } from '#src/clock/system.ts';
import { gpioTransport } from '#src/transports/gpio/index.ts';
import type { LineRig } from '../contract/gpio-rig.ts';
import { silentLog } from '../transports/silent-log.ts';
import { simulatedChip } from './gpio-sim.ts';

const clock = systemClock();

/**
 * The rig's chip is never the first one, and its lines' names are on the other chip too: only the label tells.
 * sysfs does not know the names that gpio-sim gives: there lines go by offset.
 */
export function contractRig(toolsDir: string, by: 'name' | 'offset' = 'name'): LineRig {
  const other = simulatedChip('other', ['OUT', 'IN']);
  const chip = simulatedChip('rig', ['SPARE', 'IN', 'OUT']);
  return {
    transport: gpioTransport({ clock, log: silentLog, toolsDir }),
    chip: 'rig',
    input: by === 'name' ? 'IN' : '1',
    inputOffset: '1',
    output: by === 'name' ? 'OUT' : '2',
    drive: (high) => chip.pull('IN', high ? 'high' : 'low'),
    read: () => chip.level('OUT') === 'high',
    async close() {
      chip.remove();
      other.remove();
    },
  };
}
