// Simulated meters, at the end of real lines: what they count is what the gateway's own driver makes of them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultCode } from '#contract/fault.ts';
import type { Ids } from '#contract/ids.ts';
import type { Sample } from '#contract/reading.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { rtuWire, tcpWire, type Wire } from '#src/sim/live/wire.ts';
import { meterMaps, waterWorks } from '#src/sim/meter.ts';
import type { SceneDevice } from '#src/sim/scenario/schema.ts';
import { type Sensor, sensor } from '#src/sim/scenario/sensor.ts';
import { modbusTransport } from '#src/transports/modbus/index.ts';
import { serialTransport } from '#src/transports/serial/index.ts';
import { decode } from '../../drivers/modbus-meter/codec.ts';
import { modbusMeter } from '../../drivers/modbus-meter/driver.ts';
import { models } from '../../drivers/modbus-meter/models.ts';
import { silentLog } from '../transports/silent-log.ts';

const still = { flowing: false, litres: 0, watts: 0, fault: false };

describe('a simulated meter', () => {
  const read = (id: keyof typeof meterMaps, state: Partial<typeof still>) => {
    const held: Record<number, number> = meterMaps[id]({ ...still, ...state });
    const registers = models[id].blocks.flatMap(({ address, count }) =>
      Array.from({ length: count }, (_, at): [number, number] => [address + at, held[address + at] ?? 0]),
    );
    return decode(models[id], new Map(registers));
  };

  it('says what has passed, the flow of an open tap, its fault and its watts, as the driver reads them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_000_000 }), fc.integer({ min: -5_000, max: 12_000 }), (litres, watts) => {
        expect(read('tuf-2000', { litres }).total).toBeCloseTo(litres / 1_000, 6);
        expect(read('eastron-sdm120', { watts }).power).toBe(watts);
      }),
    );
    expect(read('tuf-2000', { flowing: true }).flow).toBeCloseTo(600, 3);
    expect(read('tuf-2000', {})).toMatchObject({ flow: 0, misfit: false, conditions: [] });
    expect(read('tuf-2000', { fault: true }).conditions).toEqual(['instrument-fault']);
  });

  it('counts while its tap is open, whenever it is asked', () => {
    const works = waterWorks();
    const before = works(1_000, true);
    expect(works(7_000, true) - before).toBeCloseTo(1, 9);
    expect(works(13_000, false) - before).toBeCloseTo(2, 9);
    expect(works(90_000, true) - before).toBeCloseTo(2, 9);
  });
});

describe('real lines', () => {
  const clock = systemClock();
  const ids: Ids = { next: () => 'id', random: () => 0.5 };
  const ending: (() => Promise<unknown> | unknown)[] = [];
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  const parts = { clock, now: () => 0, random: () => 0.5 };
  const device = (given: Partial<SceneDevice> & Pick<SceneDevice, 'id' | 'kind'>) =>
    sensor({ noise: 0, ...given } as SceneDevice, 1);

  function gateway() {
    const serial = serialTransport({ clock, log: silentLog, ids });
    const transport = modbusTransport({ clock, log: silentLog, serial });
    return ({ device: { id, kind, unit = 1 } }: Sensor, wire: Wire) => {
      const samples: Sample[] = [];
      const faults = new Set<FaultCode>();
      const model = kind === 'water' ? 'tuf-2000' : 'eastron-sdm120';
      const driver = modbusMeter.run({
        device: { id, kind },
        options: modbusMeter.options.parse({ port: wire.address, unit, model, pollSeconds: 0.5 }),
        clock,
        transport,
        emit: (sample) => void samples.push(sample),
        fault: (code, active) => void (active ? faults.add(code) : faults.delete(code)),
        log: silentLog,
      });
      ending.push(() => driver.stop());
      return {
        samples,
        faults,
        last: (of: Sample['quantity']) => samples.findLast(({ quantity }) => quantity === of)?.value,
      };
    };
  }

  it('a tap is opened and closed, a stove drawn from, one of them falls silent: two meters on one bus', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hearthward-meter-'));
    ending.push(() => rmSync(dir, { recursive: true, force: true }));
    const water = device({ id: 'water', kind: 'water', wire: 'modbus-rtu', unit: 5 });
    const stove = device({ id: 'stove', kind: 'switch', wire: 'modbus-rtu', unit: 6 });
    const wire = await rtuWire(parts, [water, stove], join(dir, 'bus.rtu'));
    ending.push(() => wire.close());
    const connect = gateway();
    const [meter, plug] = [connect(water, wire), connect(stove, wire)];
    await until(() => expect([meter.last('waterFlow'), plug.last('power')]).toEqual([false, 0]));
    expect(meter.last('waterVolume')).toBe(123.4);

    const turn = async (of: Sensor, change: Parameters<Sensor['take']>[0]) => {
      of.take(change, 0);
      await wire.refresh();
    };
    await turn(water, { do: 'set', device: 'water', quantity: 'waterFlow', value: true });
    await turn(stove, { do: 'set', device: 'stove', quantity: 'power', value: 1_800 });
    await until(() => expect([meter.last('waterFlow'), plug.last('power')]).toEqual([true, 1_800]));
    await turn(water, { do: 'set', device: 'water', quantity: 'waterFlow', value: false });
    await until(() => expect(meter.last('waterFlow')).toBe(false));
    await turn(water, { do: 'trouble', device: 'water', trouble: 'sensor-fault', id: 1, manner: {} });
    await until(() => expect([...meter.faults]).toEqual(['sensor-fault']));
    await turn(water, { do: 'over', device: 'water', trouble: 'sensor-fault', id: 1 });
    await until(() => expect(meter.faults.size).toBe(0));
    await turn(water, { do: 'trouble', device: 'water', trouble: 'silence', id: 2, manner: {} });
    await until(() => expect([...meter.faults]).toEqual(['device-silent']));
    expect([...plug.faults]).toEqual([]);
  });

  it('a tap is opened and closed on Modbus TCP', async () => {
    const water = device({ id: 'water', kind: 'water', wire: 'modbus-tcp' });
    const wire = await tcpWire(parts, water);
    ending.push(() => wire.close());
    const meter = gateway()(water, wire);
    for (const value of [false, true, false]) {
      water.take({ do: 'set', device: 'water', quantity: 'waterFlow', value }, 0);
      await wire.refresh();
      await until(() => expect(meter.last('waterFlow')).toBe(value));
    }
    expect(meter.faults.size).toBe(0);
  });
});
