// Devices that share a Modbus port: the same line for all, and a slave number for each.

import type { AnyDriver } from '#contract/driver.ts';
import { serialServer } from '#contract/serial-port.ts';
import { words } from '#contract/words.ts';
import { defaultOf, shapeOf } from './expect.ts';
import type { Problem } from './faults.ts';

type Draft = Record<string, unknown>;

/** What all devices of a bus must agree on; with Modbus TCP there is no line, only the framing. */
const LINE = ['baudRate', 'parity', 'stopBits'] as const;

/** @param devices as the draft has them, at their places in its list */
export function busProblems(devices: readonly Draft[], drivers: readonly AnyDriver[]): Problem[] {
  const first = new Map<string, number>();
  const units = new Map<string, number>();
  return devices.flatMap((device, index): Problem[] => {
    const driver = drivers.find(({ id }) => id === device.driver);
    const { port, unit } = device;
    if (driver?.transport !== 'modbus' || typeof port !== 'string') return [];
    const found: Problem[] = [];

    const before = first.get(port);
    if (before === undefined) first.set(port, index);
    else {
      const there = devices[before] ?? {};
      const mine = (key: string) => given(device, key, drivers);
      const theirs = (key: string) => given(there, key, drivers);
      const tcp = serialServer(port) !== undefined;
      const keys = tcp ? ['framing', ...(mine('framing') === 'rtu' ? LINE : [])] : LINE;
      const odd = keys.find((key) => mine(key) !== theirs(key));
      if (odd !== undefined)
        found.push({
          path: ['devices', index, ...(device[odd] === undefined ? [] : [odd])],
          message: words(
            `does not agree with devices[${before}] on the same bus (${odd} ${theirs(odd)})`,
            `与同一总线上的 devices[${before}] 不一致（${odd} ${theirs(odd)}）`,
          ),
          expected: words('the same for each device of a bus', '同一总线上的设备取值相同'),
        });
    }

    const slave = `${port} ${String(unit)}`;
    const owner = units.get(slave);
    if (typeof unit === 'number' && owner === undefined) units.set(slave, index);
    else if (owner !== undefined)
      found.push({
        path: ['devices', index, 'unit'],
        message: words(
          `is the slave number of devices[${owner}] on the same bus`,
          `与同一总线上的 devices[${owner}] 的从站号相同`,
        ),
        expected: words('a number of its own', '不重复的从站号'),
      });
    return found;
  });
}

/** An option as it will be in force: a draft leaves out what has a default. */
function given(device: Draft, key: string, drivers: readonly AnyDriver[]): unknown {
  if (device[key] !== undefined) return device[key];
  const option = shapeOf(drivers.find(({ id }) => id === device.driver)?.options)?.[key];
  return option && defaultOf(option);
}
