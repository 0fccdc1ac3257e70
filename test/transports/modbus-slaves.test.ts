// The Modbus transport and its drivers against slaves that are not ours, on a pty pair and on TCP behind a forwarder.

import { afterEach, describe, expect, it } from 'vitest';
import type { DriverIo, RunningDriver } from '#contract/driver.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { Ids } from '#contract/ids.ts';
import type { Sample } from '#contract/reading.ts';
import type { ModbusLink, ModbusTransport } from '#contract/transport.ts';
import { type Cable, rtuCable, tcpCable } from '#fakes/modbus-slave.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { modbusTransport } from '#src/transports/modbus/index.ts';
import { serialTransport } from '#src/transports/serial/index.ts';
import { modbusGas } from '../../drivers/modbus-gas/driver.ts';
import type { Options } from '../../drivers/modbus-gas/options.ts';
import { modbusMeter } from '../../drivers/modbus-meter/driver.ts';
import { silentLog } from './silent-log.ts';

const ids: Ids = { next: () => 'id', random: () => 0.5 };
const clock = systemClock();

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function rig(lay: (units: readonly number[]) => Promise<Cable>) {
  const cable = await lay([1, 2]);
  ending.push(() => cable.end());
  const serial = serialTransport({ clock, log: silentLog, ids });
  const transport = modbusTransport({ clock, log: silentLog, serial });
  return { cable, transport };
}

async function openSlave(transport: ModbusTransport, port: string, unit: number) {
  const story: string[] = [];
  const up = Promise.withResolvers<void>();
  const link = transport.open(
    { path: port, baudRate: 9_600, unit },
    {
      up() {
        story.push('up');
        up.resolve();
      },
      down: ({ reason }) => story.push(reason),
    },
  );
  ending.push(() => link.close());
  await up.promise;
  return { link, story };
}

const codeOf = (read: Promise<unknown>): Promise<unknown> =>
  read.then(
    () => 'data',
    ({ code }: { code: string }) => code,
  );

/** The driver on the real transport, at twice its usual speed. */
function detector(transport: ModbusTransport, given: Pick<Options, 'port' | 'unit' | 'model'>) {
  const options = modbusGas.options.parse({ warmupSeconds: 0, pollSeconds: 0.5, ...given });
  return started((io) =>
    modbusGas.run({ ...io, device: { id: `gas-${given.unit}`, kind: 'gas' }, options, transport }),
  );
}

function waterMeter(transport: ModbusTransport, given: object) {
  const options = modbusMeter.options.parse({ pollSeconds: 0.5, ...given });
  return started((io) => modbusMeter.run({ ...io, device: { id: 'water', kind: 'water' }, options, transport }));
}

function started(run: (io: Pick<DriverIo<'modbus', never>, 'clock' | 'emit' | 'fault' | 'log'>) => RunningDriver) {
  const samples: Sample[] = [];
  const faults = new Map<FaultCode, object>();
  const driver = run({
    clock,
    emit: (sample) => void samples.push(sample),
    fault(code, active, context = {}) {
      if (active) faults.set(code, context);
      else faults.delete(code);
    },
    log: silentLog,
  });
  ending.push(() => driver.stop());
  return { samples, faults, last: () => samples.at(-1) };
}

describe.each([
  ['RTU on a pty pair', rtuCable],
  ['TCP behind a forwarder', tcpCable],
])('%s', (_, lay) => {
  it('reads what each slave holds, and says what it has not', async () => {
    const { cable, transport } = await rig(lay);
    await cable.slaves.set(1, 'holding', 0, [111, 112]);
    await cable.slaves.set(2, 'holding', 0, [221, 222, 223]);
    await cable.slaves.set(2, 'input', 101, [7]);
    const [one, two] = [await openSlave(transport, cable.port, 1), await openSlave(transport, cable.port, 2)];
    expect(
      await Promise.all([
        one.link.readHolding(0, 2),
        two.link.readHolding(0, 3),
        two.link.readInput(101, 1),
        one.link.readHolding(0, 1),
      ]),
    ).toEqual([[111, 112], [221, 222, 223], [7], [111]]);
    expect(await codeOf(one.link.readHolding(500, 2))).toBe('modbus-exception');
  });

  it('fails a slave that is not there, and reads its neighbour all the while', async () => {
    const { cable, transport } = await rig(lay);
    await cable.slaves.set(1, 'holding', 0, [55, 0]);
    const there = detector(transport, { port: cable.port, unit: 1, model: 'two-register' });
    const missing = detector(transport, { port: cable.port, unit: 9, model: 'two-register' });
    await until(() => expect([...missing.faults.keys()]).toEqual(['device-silent']));
    const before = there.samples.length;
    await until(() => expect(there.samples.length).toBeGreaterThan(before + 3));
    expect(new Set(there.samples.map(({ value }) => value))).toEqual(new Set([55]));
    expect(missing.samples).toEqual([]);
    expect(there.faults.size).toBe(0);
  });

  it('is down while the cable is cut, and reads on when it is mended', async () => {
    const { cable, transport } = await rig(lay);
    await cable.slaves.set(1, 'holding', 0, [31, 0]);
    const { link, story } = await openSlave(transport, cable.port, 1);
    const gas = detector(transport, { port: cable.port, unit: 1, model: 'two-register' });
    await until(() => expect(gas.last()?.value).toBe(31));
    await cable.cut();
    await until(() => expect(story.length).toBeGreaterThan(1));
    expect(await codeOf(link.readHolding(0, 2))).toBe('modbus-down');
    const before = gas.samples.length;
    await cable.mend();
    await cable.slaves.set(1, 'holding', 0, [32, 0]);
    await until(() => expect(gas.last()?.value).toBe(32));
    expect(story.at(0)).toBe('up');
    expect(story.at(-1)).toBe('up');
    expect(gas.samples.length).toBeGreaterThan(before);
  });

  it('believes nothing that a frozen slave says when it thaws: the old register is not the new one', async () => {
    const { cable, transport } = await rig(lay);
    await cable.slaves.set(1, 'holding', 0, [10, 20, 30]);
    const { link } = await openSlave(transport, cable.port, 1);
    expect(await link.readHolding(0, 1)).toEqual([10]);
    cable.slaves.sleep();
    expect(await codeOf(link.readHolding(0, 1))).toBe('modbus-timeout');
    // What it was asked lies in its buffer, and is answered as soon as it goes on.
    const next: Promise<unknown> = link.readHolding(1, 1).catch(({ code }: { code: string }) => code);
    cable.slaves.wake();
    expect([[20], 'modbus-garbled', 'modbus-timeout']).toContainEqual(await next);
    await until(async () =>
      expect(await (link as ModbusLink).readHolding(1, 1).catch(({ code }: { code: string }) => code)).toEqual([20]),
    );
  });

  it('reads a TUF-2000 in three places, and a counter that only the config knows beside it', async () => {
    const { cable, transport } = await rig(lay);
    // 0.6 m³/h is 3f19 999a as a float; 123,456 l is 0001 e240. The low words come first.
    const tuf = async (...flow: number[]) => {
      await cable.slaves.set(1, 'holding', 0, [...flow, 0, 0, 0, 0, 0, 0, 0xe240, 0x0001, 0, 0]);
      await cable.slaves.set(1, 'holding', 1_437, [1, 3]);
    };
    await tuf(0, 0);
    await cable.slaves.set(2, 'input', 30, [0x0001, 0x2345]);
    const meter = waterMeter(transport, { port: cable.port, unit: 1, model: 'tuf-2000' });
    const total = { address: 30, type: 'bcd8', scale: 0.01, unit: 'm3' };
    const counter = waterMeter(transport, { port: cable.port, unit: 2, model: 'custom', table: 'input', total });
    const said = (of: typeof meter) => of.samples.slice(0, 2).map(({ quantity, value }) => [quantity, value]);
    await until(() => {
      expect(said(meter)).toEqual([
        ['waterFlow', false],
        ['waterVolume', 123.456],
      ]);
      expect(said(counter)).toEqual([
        ['waterFlow', false],
        ['waterVolume', 123.45],
      ]);
    });
    await tuf(0x999a, 0x3f19);
    await cable.slaves.set(2, 'input', 31, [0x2346]);
    await until(() => expect([meter.last()?.value, counter.last()?.value]).toEqual([true, true]));
    await cable.slaves.set(1, 'holding', 71, [1]);
    await until(() => expect(meter.faults.get('sensor-fault')).toEqual({ condition: 'no-signal' }));
    expect([...counter.faults.keys()]).toEqual([]);
  });

  it('reads a Midas: warming up, then gas and alarm', async () => {
    const { cable, transport } = await rig(lay);
    // 12.5 as a float is 4148 0000.
    const midas = (status: number) =>
      cable.slaves.set(1, 'holding', 0, [status, 0, 0x4148, 0, 0, 0, 0x0800, 20, 5_000, 0]);
    await midas(0);
    const gas = detector(transport, { port: cable.port, unit: 1, model: 'honeywell-midas' });
    await until(() => expect([...gas.faults.keys()]).toEqual(['sensor-warming-up']));
    expect(gas.samples.every(({ quality }) => quality !== 'good')).toBe(true);
    await midas(0x841);
    await until(() =>
      expect(gas.samples.slice(-2)).toEqual([
        { quantity: 'gas', value: 12.5, quality: 'good' },
        { quantity: 'gasAlarm', value: true, quality: 'good' },
      ]),
    );
    expect([...gas.faults.keys()]).toEqual([]);
  });
});
