// What the tests of the Modbus bus share: rough slaves on a virtual clock, and reads that end while time passes.

import type { ModbusLink, ModbusSpec } from '#contract/transport.ts';
import { healthy, pass, roughBus } from '#fakes/modbus.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { modbusTransport } from '#src/transports/modbus/index.ts';
import { silentLog } from './silent-log.ts';

export const PORT = '/dev/serial/by-id/rs485';

/** Slaves on an RTU line, each with its link, the port plugged in. */
export async function rig(units: readonly number[], more: Partial<ModbusSpec> = {}) {
  // The first question brings the package, which takes real time; here only the virtual one passes.
  await import('modbus-serial');
  const clock = virtualClock({ mono: 1_000_000 });
  const slaves = roughBus(clock);
  const transport = modbusTransport({ clock, log: silentLog, serial: slaves.line.transport });
  const story: string[] = [];
  const links = units.map((unit) => {
    slaves.manners.set(unit, healthy);
    return transport.open(
      { path: PORT, baudRate: 9_600, unit, ...more },
      { up: () => story.push(`${unit} up`), down: ({ reason }) => story.push(`${unit} ${reason}`) },
    );
  });
  slaves.line.plug();
  await pass(clock, 50);
  return { clock, ...slaves, transport, links, story, link: links[0] as ModbusLink };
}

export type Result = { data: number[]; number: number } | { code: string; last: unknown };

/** Reads, while time passes, until it is settled. */
export async function settled(
  home: { clock: Parameters<typeof pass>[0]; asked: readonly unknown[] },
  read: Promise<number[]>,
): Promise<Result> {
  let result: Result | undefined;
  read.then(
    (data) => (result = { data, number: home.asked.length }),
    (error: { code: string; context: { last?: unknown } }) => (result = { code: error.code, last: error.context.last }),
  );
  for (let turn = 0; turn < 4_000 && !result; turn += 1) await pass(home.clock, 5);
  return result ?? { code: 'never settled', last: undefined };
}

export const codeOf = (result: Result) => ('code' in result ? result.code : 'data');
