// Polling by itself: a slave's lives, and answers that come after one of them is over.

import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '#contract/fault.ts';
import type { LinkEvents } from '#contract/link.ts';
import { slaveOptions } from '#contract/modbus-port.ts';
import type { ModbusTransport } from '#contract/transport.ts';
import { pollSlave } from '#driver-kit/modbus/poll.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { TransportError } from '#src/transports/errors.ts';
import { silentLog } from '../../transports/silent-log.ts';

type Answer = (outcome: number[] | 'modbus-timeout' | { exception: number }) => Promise<void>;

/** A slave each of whose answers is given by hand. */
function bench(everyMs = 1_000) {
  const clock = virtualClock();
  /** Contexts of faults, each that differs from the one before. */
  const contexts: object[] = [];
  const told: string[] = [];
  const waiting: Answer[] = [];
  let port: LinkEvents | undefined;
  const read = (table: string) => (address: number, count: number) =>
    new Promise<number[]>((resolve, reject) => {
      told.push(`asked ${table} ${address} ${count}`);
      waiting.push(async (outcome) => {
        if (Array.isArray(outcome)) resolve(outcome);
        else if (typeof outcome === 'string') reject(new TransportError(outcome, 'fake'));
        else reject(new TransportError('modbus-exception', 'fake', outcome));
        await setImmediate();
      });
    });
  const transport: ModbusTransport = {
    open(_, events) {
      port = events;
      return {
        readHolding: read('holding'),
        readInput: read('input'),
        close: async () => void told.push('closed'),
      };
    },
  };
  const running = pollSlave(
    {
      device: { id: 'slave', kind: 'gas' },
      options: slaveOptions.parse({ port: '/dev/serial/by-id/rs485', unit: 7 }),
      ...{ clock, transport, log: silentLog, emit: () => undefined },
      fault(code: FaultCode, active, context = {}) {
        told.push(`${code} ${active ? 'on' : 'off'}`);
        if (active && JSON.stringify(contexts.at(-1)) !== JSON.stringify(context)) contexts.push(context);
      },
    },
    {
      blocks: [
        { table: 'holding', address: 4, count: 2 },
        { table: 'input', address: 9, count: 1 },
      ],
      everyMs,
      returned: () => void told.push('returned'),
      heard: (registers) => void told.push(`heard ${[...registers].join(' ')}`),
    },
  );
  return {
    ...{ clock, running, contexts },
    up: () => port?.up(),
    down: () => port?.down({ reason: 'lost', detail: 'fake' }),
    /** Time passes, and the question that is out then is answered. */
    async answers(outcome: Parameters<Answer>[0], ms = 1_000): Promise<void> {
      clock.advance(ms);
      await setImmediate();
      await waiting.shift()?.(outcome);
    },
    /** What has been told since the last look. */
    told: () => told.splice(0).filter((line) => !line.startsWith('asked')),
    asked: () => told.splice(0).filter((line) => line.startsWith('asked')),
    waiting,
  };
}

describe('polling', () => {
  it('reads block after block, and tells the whole', async () => {
    const slave = bench();
    slave.up();
    await slave.answers([1, 2], 0);
    await slave.answers([3], 0);
    expect(slave.told()).toEqual(['heard 4,1 5,2 9,3']);
    slave.clock.advance(999);
    expect(slave.asked()).toEqual([]);
    slave.clock.advance(1);
    expect(slave.asked()).toEqual(['asked holding 4 2']);
  });

  it('names the third failure in a row, of whichever block, and says that the slave returned', async () => {
    const slave = bench();
    slave.up();
    await slave.answers('modbus-timeout', 0);
    await slave.answers([1, 2]);
    await slave.answers('modbus-timeout', 0);
    expect(slave.told()).toEqual([]);
    await slave.answers('modbus-timeout');
    expect(slave.told()).toEqual(['device-silent on']);
    await slave.answers([1, 2]);
    await slave.answers([3], 0);
    expect(slave.told()).toEqual(['returned', 'device-silent off', 'heard 4,1 5,2 9,3']);
  });

  // Modbus Application Protocol V1.1b3, section 7, "MODBUS Exception Responses".
  it.each([
    [1, 'reading-refused'],
    [2, 'reading-refused'],
    [3, 'reading-refused'],
    [4, 'sensor-fault'],
    [5, 'device-busy'],
    [6, 'device-busy'],
    [8, 'reading-refused'],
    [10, 'device-behind-gateway'],
    [11, 'device-behind-gateway'],
    [99, 'reading-refused'],
  ])('names the third exception %i in a row %s, once, and ends it with the next answer', async (exception, code) => {
    const slave = bench();
    slave.up();
    await slave.answers({ exception }, 0);
    await slave.answers({ exception });
    expect(slave.told()).toEqual([]);
    for (let turn = 0; turn < 5; turn += 1) await slave.answers({ exception });
    const told = slave.told();
    expect(told[0]).toBe(`${code} on`);
    expect(new Set(told).size).toBe(1);
    expect(slave.contexts).toEqual([{ how: 'modbus-exception', exception }]);
    await slave.answers([1, 2]);
    await slave.answers([3], 0);
    expect(slave.told()).toEqual(['returned', `${code} off`, 'heard 4,1 5,2 9,3']);
  });

  it('asks a slave that is busy again in time, not only when the next reading is due', async () => {
    const slave = bench(60_000);
    slave.up();
    await slave.answers({ exception: 6 }, 0);
    slave.asked();
    slave.clock.advance(1_000);
    expect(slave.asked()).toEqual(['asked holding 4 2']);
  });

  it('says nothing anew of a slave that goes on failing: each new context is told again', async () => {
    const slave = bench();
    slave.up();
    for (let miss = 0; miss < 20; miss += 1) await slave.answers('modbus-timeout', miss === 0 ? 0 : 1_000);
    expect(slave.contexts).toEqual([{ how: 'modbus-timeout' }]);
  });

  it('counts failures anew once the port was lost: its own fault speaks for it', async () => {
    const slave = bench();
    slave.up();
    for (let miss = 0; miss < 3; miss += 1) await slave.answers('modbus-timeout', miss === 0 ? 0 : 1_000);
    slave.down();
    expect(slave.told()).toEqual(['device-silent on', 'device-silent off']);
    slave.up();
    await slave.answers('modbus-timeout', 0);
    await slave.answers('modbus-timeout');
    expect(slave.told()).toEqual(['returned']);
    await slave.answers('modbus-timeout');
    expect(slave.told()).toEqual(['device-silent on']);
  });

  it.each(['lost', 'stopped'] as const)(
    'makes nothing of an answer that comes when its port was %s meanwhile',
    async (how) => {
      for (const outcome of [[1, 2], 'modbus-timeout'] satisfies Parameters<Answer>[0][]) {
        const slave = bench();
        slave.up();
        slave.clock.advance(0);
        await setImmediate();
        const [late] = slave.waiting.splice(0);
        if (how === 'lost') slave.down();
        else await slave.running.stop();
        slave.told();
        await late?.(outcome as Parameters<Answer>[0]);
        for (const rest of slave.waiting.splice(0)) await rest([3]);
        expect(slave.told()).toEqual([]);
        expect(slave.clock.waiting()).toEqual([]);
      }
    },
  );
});
