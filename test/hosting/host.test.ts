import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ConfiguredDevice } from '#contract/config.ts';
import { type AnyDriver, type DriverIo, defineDriver } from '#contract/driver.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import { later } from '#contract/time.ts';
import type { LinkEvents, SerialTransport } from '#contract/transport.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { createHost, installed } from '#src/hosting/host.ts';
import { wires } from '#src/hosting/wires.ts';
import * as registered from '../../drivers/index.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/**
 * A host with one kind of driver: it reads one byte as a level of gas, and throws on 0xff; on 0xfe it does so at a deadline
 * of its own; at 0xfd it says that it heard its device. Its stop fails on the port /dev/unstoppable, and never ends on /dev/endless; on /dev/output it can be
 * switched.
 */
async function rig(...devices: ConfiguredDevice[]) {
  const clock = virtualClock();
  const links: { events: Parameters<SerialTransport['open']>[1]; closed: boolean; path: string }[] = [];
  const readings: Reading[] = [];
  const faults: string[] = [];
  const installed: [string, number | null][] = [];
  const removed: string[] = [];
  const heard: string[] = [];
  /** The fault port of each run of a driver. */
  const reports: DriverIo<'serial', object>['fault'][] = [];
  const driver = defineDriver({
    id: 'byte',
    summary: 'One byte is a level.',
    transport: 'serial',
    kinds: ['gas'],
    options: z.object({ port: z.string() }),
    provides: ['gas'],
    accepts: [],
    checkIn: () => 5_000,
    run({ options, transport, emit, clock, heard, fault }: DriverIo<'serial', { port: string }>) {
      reports.push(fault);
      const fail = () => {
        throw new Error('a defect');
      };
      const link = transport.open(
        { path: options.port, baudRate: 9_600 },
        {
          up() {},
          down() {},
          bytes([value = 0], at) {
            if (value === 0xff) fail();
            if (value === 0xfe) clock.at(later(at.mono, 10), 'late', fail);
            else if (value === 0xfd) heard?.();
            else emit({ quantity: 'gas', value, quality: 'good' }, at);
          },
        },
      );
      return {
        ...(options.port === '/dev/output' && { perform: async () => 'commanded' as const }),
        stop() {
          if (options.port === '/dev/unstoppable') fail();
          return options.port === '/dev/endless' ? new Promise(() => undefined) : link.close();
        },
      };
    },
  });
  const host = createHost([driver], {
    clock,
    log: quiet,
    transports: wires({
      serial: {
        open({ path }, events) {
          const link = { events, closed: false, path };
          links.push(link);
          return {
            write() {},
            reopen() {},
            async close() {
              link.closed = true;
            },
          };
        },
      },
      modbus: {
        open: () => {
          throw new Error('no bus in this test');
        },
      },
      gpio: {
        watch: () => ({ close: async () => {} }),
        output: () => ({ set: async () => {}, close: async () => {} }),
      },
    }),
    accept: (reading) => void readings.push(reading),
    heard: (id) => void heard.push(id),
    fault: (code, subject, active) => void faults.push(`${code}@${subject} ${active ? 'on' : 'off'}`),
    install: ({ id }, checkInMs) => void installed.push([id, checkInMs]),
    remove: (id) => void removed.push(id),
  });
  await host.apply(devices);
  const hear = (link: number, ...bytes: number[]) => links[link]?.events.bytes(Uint8Array.from(bytes), clock.now());
  return { clock, host, links, readings, faults, installed, removed, heard, hear, reports };
}

const gas = (id: string, port = `/dev/${id}`): ConfiguredDevice => ({
  id,
  kind: 'gas',
  driver: 'byte',
  options: { port },
});
const lost = (events: LinkEvents | undefined) => events?.down({ reason: 'lost', detail: 'unplugged' });

it('passes on that a device without news was heard, once in ten seconds: adverts come many a second', async () => {
  const { clock, heard, readings, hear } = await rig(gas('a'), gas('b'));
  hear(0, 0xfd);
  hear(0, 0xfd);
  hear(1, 0xfd);
  expect(heard).toEqual(['a', 'b']);
  clock.advance(9_999);
  hear(0, 0xfd);
  expect(heard).toEqual(['a', 'b']);
  clock.advance(1);
  hear(0, 0xfd);
  expect(heard).toEqual(['a', 'b', 'a']);
  expect(readings).toEqual([]);
});

const drivers: readonly AnyDriver[] = Object.values(registered);

describe('what the pipeline is told of a device', () => {
  const toldOf = (id: string, kind: ConfiguredDevice['kind'], options: Record<string, unknown> = {}) => {
    const driver = drivers.find((one) => one.id === id);
    if (!driver) throw new Error(`no driver ${id}`);
    const filled = driver.options.parse({ address: 'd1:22:33:44:55:66', ...options });
    return installed(driver, { id: 'worn', kind, driver: id, options: filled })[0];
  };

  it('a wearable’s key is heard where its driver says so, and of nothing else', () => {
    expect(toldOf('bangle', 'wearable')).toMatchObject({ vibrates: true, reportsHold: true });
    expect(toldOf('infinitime', 'wearable')).toEqual({ id: 'worn', kind: 'wearable', vibrates: true });
    expect(toldOf('polar', 'wearable')).toEqual({ id: 'worn', kind: 'wearable' });
    expect(toldOf('bthome', 'help-button')).toEqual({ id: 'worn', kind: 'help-button' });
    const buttons = drivers.filter(({ kinds, provides }) => kinds.includes('wearable') && provides.includes('button'));
    expect(buttons.map(({ id, reportsHold }) => [id, reportsHold])).toEqual(buttons.map(({ id }) => [id, true]));
  });
});

describe('the driver host', () => {
  it('stamps samples with device, instant and number', async () => {
    const { clock, hear, readings } = await rig(gas('g1'));
    clock.advance(70);
    hear(0, 3);
    hear(0, 4);
    expect(readings).toMatchObject([
      { deviceId: 'g1', quantity: 'gas', value: 3, seq: 1, at: { mono: 70 } },
      { value: 4, seq: 2 },
    ]);
  });

  it('clears a fault that is not on no more than once, however many samples follow', async () => {
    const { clock, hear, faults, readings, links, removed, host } = await rig(gas('g1', '/dev/output'));
    for (const level of [1, 2, 3]) hear(0, level);
    links[0]?.events.up();
    links[0]?.events.up();
    await host.perform('g1', 'on');
    // It may be on since before this process began: that is asked for once.
    expect(faults).toEqual(['driver-failed@device:g1 off', 'serial-port-lost@device:g1 off']);
    hear(0, 0xff);
    clock.advance(1_000);
    for (const level of [4, 5]) hear(1, level);
    expect(faults.slice(2)).toEqual(['driver-failed@device:g1 on', 'driver-failed@device:g1 off']);
    expect(readings).toHaveLength(5);
    await host.apply([]);
    await host.apply([gas('g1')]);
    hear(2, 6);
    expect([removed, faults.slice(4)]).toEqual([['g1'], ['driver-failed@device:g1 off']]);
  });

  it('takes last words of a driver that stops, and none of one that has stopped: nobody would clear them', async () => {
    const { host, faults, reports, removed } = await rig(gas('g1'), gas('g2', '/dev/endless'));
    const stopped = host.apply([gas('g2', '/dev/endless')]);
    reports[0]?.('output-failed', true);
    await stopped;
    reports[0]?.('battery-low', true);
    expect([faults, removed]).toEqual([['output-failed@device:g1 on'], ['g1']]);
  });

  it('tells a lost link and its return without the driver’s help', async () => {
    const { links, faults } = await rig(gas('g1'));
    lost(links[0]?.events);
    links[0]?.events.up();
    expect(faults).toEqual(['serial-port-lost@device:g1 on', 'serial-port-lost@device:g1 off']);
  });

  it('starts a driver anew that threw, with growing pauses, its old links closed and deaf', async () => {
    const { clock, hear, faults, links, readings } = await rig(gas('g1'));
    hear(0, 0xff);
    await settled();
    expect(faults).toEqual(['driver-failed@device:g1 on']);
    expect(links[0]?.closed).toBe(true);
    hear(0, 3);
    expect(readings).toEqual([]);
    clock.advance(1_000);
    hear(1, 0xff);
    clock.advance(1_000);
    expect(links).toHaveLength(2);
    clock.advance(1_000);
    hear(2, 5);
    expect(readings).toMatchObject([{ value: 5 }]);
    expect(faults.at(-1)).toBe('driver-failed@device:g1 off');
  });

  it('takes what a driver throws at a deadline of its own as its failure', async () => {
    const { clock, hear, faults, links, readings } = await rig(gas('g1'), gas('g2'));
    hear(0, 0xfe);
    clock.advance(10);
    await settled();
    expect([faults, links[0]?.closed]).toEqual([['driver-failed@device:g1 on'], true]);
    hear(1, 7);
    expect(readings).toMatchObject([{ deviceId: 'g2', value: 7 }]);
    clock.advance(1_000);
    hear(2, 5);
    expect(faults.at(-1)).toBe('driver-failed@device:g1 off');
  });

  it('hears no more of a deadline of a run that is over', async () => {
    const { clock, hear, faults, links } = await rig(gas('g1'));
    hear(0, 0xfe);
    hear(0, 0xff);
    await settled();
    clock.advance(1_000);
    expect(faults).toEqual(['driver-failed@device:g1 on']);
    expect(links).toHaveLength(2);
  });

  it.each(['/dev/unstoppable', '/dev/endless'])(
    'goes on with the others when a driver on %s cannot be stopped',
    async (port) => {
      const { clock, host, links, installed, removed } = await rig(gas('g1', port), gas('g2'));
      const applied = host.apply([gas('g1', '/dev/other'), gas('g2'), gas('g3')]);
      await settled();
      clock.advance(70_000);
      await applied;
      expect(removed).toEqual(['g1']);
      expect(installed.map(([id]) => id)).toEqual(['g1', 'g2', 'g1', 'g3']);
      expect(links[0]?.closed).toBe(true);
    },
  );

  it('does not take one driver’s defect for another’s', async () => {
    const { hear, faults, readings } = await rig(gas('g1'), gas('g2'));
    hear(0, 0xff);
    hear(1, 7);
    expect(readings).toMatchObject([{ deviceId: 'g2', value: 7 }]);
    expect(faults).not.toContain('driver-failed@device:g2 on');
  });

  it('applies a new config without touching what did not change', async () => {
    const { host, links, installed, removed } = await rig(gas('g1'), gas('g2'));
    await host.apply([gas('g1'), gas('g2', '/dev/other'), gas('g3')]);
    expect(links.map(({ path, closed }) => [path, closed])).toEqual([
      ['/dev/g1', false],
      ['/dev/g2', true],
      ['/dev/other', false],
      ['/dev/g3', false],
    ]);
    expect(removed).toEqual(['g2']);
    expect(installed).toEqual([
      ['g1', 5_000],
      ['g2', 5_000],
      ['g2', 5_000],
      ['g3', 5_000],
    ]);
  });

  it('knows who has not told yet how it is', async () => {
    const { host, links } = await rig(gas('g1'), gas('g2'));
    expect(host.unsettled()).toEqual(['g1', 'g2']);
    links[0]?.events.up();
    lost(links[1]?.events);
    expect(host.unsettled()).toEqual([]);
  });

  it('counts a link that never tells as lost, until it tells', async () => {
    const { host, links, faults } = await rig(gas('g1'));
    host.giveUpWaiting();
    expect([faults, host.unsettled()]).toEqual([['serial-port-lost@device:g1 on'], []]);
    links[0]?.events.up();
    expect(faults.at(-1)).toBe('serial-port-lost@device:g1 off');
  });

  it('counts an output that failed as well again when it was switched', async () => {
    const { clock, host, hear, faults } = await rig(gas('g1', '/dev/output'));
    hear(0, 0xff);
    await expect(host.perform('g1', 'on')).rejects.toMatchObject({ code: 'cannot-perform' });
    clock.advance(1_000);
    expect(faults.at(-1)).toBe('driver-failed@device:g1 on');
    await host.perform('g1', 'on');
    expect(faults.at(-1)).toBe('driver-failed@device:g1 off');
  });

  it('says no to an action that nobody can carry out', async () => {
    const { host } = await rig(gas('g1'));
    await expect(host.perform('g1', 'on')).rejects.toMatchObject({ code: 'cannot-perform' });
    await expect(host.perform('nobody', 'on')).rejects.toMatchObject({ code: 'no-device' });
  });
});
