// The bus against slaves that answer late, for another, in halves or twice: a fault of theirs alone, and never a wrong value.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModbusLink, ModbusSpec } from '#contract/transport.ts';
import {
  corrupt,
  doubled,
  forAnother,
  half,
  healthy,
  late,
  type Manners,
  pass,
  roughBus,
  silent,
} from '#fakes/modbus.ts';
import { fakeSerial } from '#fakes/serial.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { withCrc } from '#src/transports/modbus/frames.ts';
import { modbusTransport } from '#src/transports/modbus/index.ts';
import { silentLog } from './silent-log.ts';

const PORT = '/dev/serial/by-id/rs485';

async function rig(units: readonly number[], more: Partial<ModbusSpec> = {}) {
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

type Result = { data: number[]; number: number } | { code: string; last: unknown };

/** Reads, while time passes, until it is settled. */
async function settled(
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

const codeOf = (result: Result) => ('code' in result ? result.code : 'data');

describe('a bus of slaves that behave', () => {
  it('gives each its own registers, however many ask at once', async () => {
    const home = await rig([1, 2, 3]);
    const reads = home.links.flatMap((link) => [
      link.readHolding(0, 2),
      link.readHolding(100, 3),
      link.readInput(7, 1),
    ]);
    let all: number[][] = [];
    void Promise.all(reads).then((results) => (all = results));
    await pass(home.clock, 1_000);
    expect(all.map(([first]) => first)).toEqual([1000, 1100, 1007, 2000, 2100, 2007, 3000, 3100, 3007]);
    expect(home.asked.map(({ unit, address }) => `${unit}@${address}`)).toHaveLength(9);
  });

  it('never has two questions on the line', async () => {
    const home = await rig([1, 2]);
    let out = 0;
    for (const unit of [1, 2])
      home.manners.set(unit, (answer, say) => {
        expect(out).toBe(0);
        out += 1;
        say(answer, 400);
        home.clock.at((home.clock.now().mono + 400) as never, 'answered', () => {
          out -= 1;
        });
      });
    const reads = [0, 1, 2, 3].map((n) => home.links[n % 2]?.readHolding(n, 2));
    let done = 0;
    for (const read of reads) read?.then(() => (done += 1));
    await pass(home.clock, 3_000);
    expect(done).toBe(4);
  });

  it('reads through an adapter that hears itself', async () => {
    const home = await rig([1]);
    home.manners.set(1, (answer, say, { address, count }) => {
      say(withCrc(Uint8Array.of(1, 3, 0, address, 0, count)), 1);
      say(answer, 12);
    });
    expect(await settled(home, home.link.readHolding(5, 2))).toMatchObject({ data: [1005, 1] });
  });

  it('puts an answer together that comes byte by byte', async () => {
    const home = await rig([1]);
    home.manners.set(1, (answer, say) => {
      for (const [at, byte] of answer.entries()) say(Uint8Array.of(byte), 10 + at * 16);
    });
    expect(await settled(home, home.link.readHolding(5, 2))).toMatchObject({ data: [1005, 1] });
  });

  it('says what a slave refuses, and does not count it as lost', async () => {
    const home = await rig([1]);
    home.manners.set(1, (_, say) => say(withCrc(Uint8Array.of(1, 0x83, 2)), 10));
    for (let turn = 0; turn < 6; turn += 1)
      expect(codeOf(await settled(home, home.link.readHolding(5, 2)))).toBe('modbus-exception');
    expect(home.asked).toHaveLength(6);
  });

  it('refuses a slave with other line settings on the same port', async () => {
    const home = await rig([1]);
    const events = { up() {}, down() {} };
    expect(() => home.transport.open({ path: PORT, baudRate: 19_200, unit: 2 }, events)).toThrow(
      expect.objectContaining({ code: 'modbus-settings-differ' }),
    );
  });
});

/** Each way to misbehave, and how it is named. */
const ways: [name: string, manners: Manners, code: string][] = [
  ['is silent', silent, 'modbus-timeout'],
  ['answers 100 ms late', late(620), 'modbus-timeout'],
  ['answers 600 ms late', late(1_100), 'modbus-timeout'],
  ['answers 2 s late', late(2_500), 'modbus-timeout'],
  ['answers for another on the bus', forAnother(2), 'modbus-garbled'],
  ['answers for nobody on the bus', forAnother(77), 'modbus-garbled'],
  ['sends half a frame', half(4), 'modbus-garbled'],
  ['sends all of a frame but its last byte', half(8), 'modbus-garbled'],
  ['answers twice at once', doubled(0), 'modbus-garbled'],
  ['answers twice, 20 ms apart', doubled(20), 'modbus-garbled'],
  ['breaks a bit', corrupt(4, 0x10), 'modbus-garbled'],
  ['sends a byte before its answer', (answer, say) => say(Uint8Array.of(0x00, ...answer), 10), 'modbus-garbled'],
  [
    'sends half a frame, then the whole',
    (answer, say) => say(Uint8Array.of(...answer.subarray(0, 4), ...answer), 10),
    'modbus-garbled',
  ],
];

/** What was to be an answer may come as garbage to the next question: it is no value either way. */
const names = (code: string) => (code === 'modbus-timeout' ? [code, 'modbus-garbled'] : [code]);

describe.each(ways)('a slave that %s', (_, manners, code) => {
  it('fails by that name, is left alone after three, costs its neighbour nothing, and is never believed', async () => {
    const home = await rig([1, 2]);
    home.manners.set(1, manners);
    const codes: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const bad = await settled(home, (home.links[0] as ModbusLink).readHolding(10, 2));
      codes.push(codeOf(bad));
      if ('last' in bad && bad.code === 'modbus-resting') expect(names(code)).toContain(bad.last);
      const good = await settled(home, (home.links[1] as ModbusLink).readHolding(20, 2));
      expect(good).toMatchObject({ data: [2020, 'number' in good ? good.number : 0] });
    }
    expect(codes[0]).toBe(code);
    expect(codes.slice(0, 3)).not.toContain('data');
    expect(codes.slice(3)).toEqual(['modbus-resting', 'modbus-resting']);

    // It rests: not a byte is spent on it, and its neighbour is read as if alone.
    const before = home.asked.length;
    await settled(home, (home.links[1] as ModbusLink).readHolding(20, 2));
    expect(home.asked.slice(before).map(({ unit }) => unit)).toEqual([2]);

    // It mends, and is read again after its rest, though never sooner.
    home.manners.set(1, healthy);
    await pass(home.clock, 6_000, 50);
    const again = await settled(home, (home.links[0] as ModbusLink).readHolding(10, 2));
    expect(again).toMatchObject({ data: [1010, home.asked.length] });
  });
});

describe('an answer that comes too late', () => {
  it('is never the answer to the next question, whenever it comes', async () => {
    // Each ms would be best; each 7th takes a hundredth of the time and meets every phase of the wait as well.
    for (let delay = 480; delay < 4_000; delay += 37) {
      const home = await rig([1]);
      let first = true;
      home.manners.set(1, (answer, say, question) => {
        if (first) late(delay)(answer, say, question);
        else healthy(answer, say, question);
        first = false;
      });
      for (let turn = 0; turn < 4; turn += 1) {
        const result = await settled(home, home.link.readHolding(turn * 10, 2));
        if ('data' in result) expect(result.data, `late by ${delay} ms`).toEqual([1000 + turn * 10, result.number]);
      }
      expect(home.asked.length, 'asked again after a failure').toBeGreaterThan(2);
    }
  });

  it('makes its slave prove itself first, by an answer of another length', async () => {
    const home = await rig([1]);
    home.manners.set(1, silent);
    await settled(home, home.link.readHolding(10, 2));
    home.manners.set(1, healthy);
    await settled(home, home.link.readHolding(10, 2));
    expect(home.asked.map(({ count }) => count)).toEqual([2, 1, 2]);
  });
});

describe('a line', () => {
  it('that babbles without end fails each question in time, and is read when it stops', async () => {
    const home = await rig([1]);
    let babbling = true;
    const babble = () => {
      if (!babbling) return;
      home.line.say(Uint8Array.of(0x55));
      home.clock.at((home.clock.now().mono + 20) as never, 'babble', babble);
    };
    babble();
    expect(codeOf(await settled(home, home.link.readHolding(1, 2)))).toBe('modbus-garbled');
    babbling = false;
    expect(await settled(home, home.link.readHolding(1, 2))).toMatchObject({ data: [1001, home.asked.length] });
  });

  it('that is lost fails what is asked and what waits, and heals with its slaves’ strikes forgotten', async () => {
    const home = await rig([1, 2]);
    home.manners.set(1, silent);
    for (let turn = 0; turn < 3; turn += 1) await settled(home, home.link.readHolding(1, 2));
    expect(codeOf(await settled(home, home.link.readHolding(1, 2)))).toBe('modbus-resting');
    const reads = [home.links[1]?.readHolding(1, 2), home.links[1]?.readHolding(1, 2)];
    const codes = Promise.all(reads.map((read) => read?.catch((error: { code: string }) => error.code)));
    home.line.unplug();
    expect(await codes).toEqual(['modbus-down', 'modbus-down']);
    expect(codeOf(await settled(home, home.link.readHolding(1, 2)))).toBe('modbus-down');
    home.manners.set(1, healthy);
    home.line.plug();
    await pass(home.clock, 50);
    expect(home.story).toEqual(['1 up', '2 up', '1 lost', '2 lost', '1 up', '2 up']);
    expect(await settled(home, home.link.readHolding(1, 2))).toMatchObject({ data: [1001, home.asked.length] });
  });

  it('on which nobody answers is opened anew, ever more rarely', async () => {
    const home = await rig([1, 2, 3]);
    for (const unit of [1, 2, 3]) home.manners.set(unit, silent);
    for (let turn = 0; turn < 60; turn += 1) {
      for (const link of home.links) await settled(home, link.readHolding(1, 2));
      await pass(home.clock, 5_000, 500);
    }
    expect(home.line.reopened.length).toBeGreaterThan(1);
    expect(home.line.reopened.length).toBeLessThan(8);
  });

  it('is closed with its last slave, and leaves no timer', async () => {
    const home = await rig([1, 2]);
    await home.links[0]?.close();
    expect(await settled(home, (home.links[1] as ModbusLink).readHolding(1, 2))).toMatchObject({ data: [2001, 1] });
    expect(codeOf(await settled(home, home.link.readHolding(1, 2)))).toBe('modbus-closed');
    await home.links[1]?.close();
    await pass(home.clock, 3_000, 100);
    expect(home.clock.waiting()).toEqual([]);
  });
});

describe('a copy of an answer', () => {
  it('to a proof is not taken for another place whose answer is as long', async () => {
    const home = await rig([1]);
    home.manners.set(1, silent);
    await settled(home, home.link.readHolding(20, 4));
    // It proves itself by three registers; for a while nobody asks it for three others.
    home.manners.set(1, healthy);
    expect(codeOf(await settled(home, home.link.readHolding(20, 4)))).toBe('data');
    expect(home.asked.map(({ count }) => count)).toEqual([4, 3, 4]);
    expect(codeOf(await settled(home, home.link.readHolding(10, 3)))).toBe('modbus-garbled');
    expect(home.asked).toHaveLength(3);
    await pass(home.clock, 6_000, 50);
    expect(await settled(home, home.link.readHolding(10, 3))).toMatchObject({ data: [1010, home.asked.length, 1012] });
  });

  it.each([50, 200, 700])(
    'that comes %i ms behind it is noticed, and its slave proves itself before it is read again',
    async (gapMs) => {
      const home = await rig([1, 2]);
      home.manners.set(1, doubled(gapMs));
      expect(await settled(home, home.link.readHolding(10, 2))).toMatchObject({ data: [1010, 1] });
      await pass(home.clock, 400);
      // It may fall into the neighbour's turn, which is none the worse for it.
      const other = await settled(home, (home.links[1] as ModbusLink).readHolding(20, 2));
      expect(other).toMatchObject({ data: [2020, 2] });
      await pass(home.clock, 400);
      home.manners.set(1, healthy);
      expect(await settled(home, home.link.readHolding(10, 2))).toMatchObject({ data: [1010, 4] });
      expect(home.asked.map(({ unit, count }) => [unit, count])).toEqual([
        [1, 2],
        [2, 2],
        [1, 1],
        [1, 2],
      ]);
    },
  );
});

describe('Modbus TCP', () => {
  /** A server by hand: each question as it came, and bytes back. */
  async function tcp() {
    const clock = virtualClock({ mono: 1_000_000 });
    const line = fakeSerial(clock);
    const asked: Uint8Array[] = [];
    line.hear((bytes) => asked.push(bytes));
    const transport = modbusTransport({ clock, log: silentLog, serial: line.transport });
    const link = transport.open({ path: 'tcp://10.0.0.9:502', baudRate: 9_600, unit: 1 }, { up() {}, down() {} });
    line.plug();
    await pass(clock, 50);
    const reply = (to: Uint8Array | undefined, ...values: number[]) =>
      Uint8Array.of(
        to?.[0] ?? 0,
        to?.[1] ?? 0,
        0,
        0,
        0,
        3 + 2 * values.length,
        1,
        3,
        2 * values.length,
        ...values.flatMap((value) => [value >> 8, value & 0xff]),
      );
    return { clock, line, asked, link, reply };
  }

  it('drops an answer whose question is over, and takes the one that is out', async () => {
    const { clock, line, asked, link, reply } = await tcp();
    expect(codeOf(await settled({ clock, asked }, link.readHolding(0, 1)))).toBe('modbus-timeout');
    const read = settled({ clock, asked }, link.readHolding(9, 1));
    await pass(clock, 20);
    line.say(Uint8Array.of(...reply(asked[0], 111), ...reply(asked[1], 222).subarray(0, 5)));
    await pass(clock, 20);
    line.say(reply(asked[1], 222).subarray(5));
    line.say(reply(asked[1], 333));
    expect(await read).toMatchObject({ data: [222] });
  });

  it('believes no answer of another unit, or of another length', async () => {
    const { clock, line, asked, link, reply } = await tcp();
    for (const wrong of [
      (to: Uint8Array | undefined) => reply(to, 5).with(6, 2),
      (to: Uint8Array | undefined) => reply(to, 5, 6),
    ]) {
      const read = settled({ clock, asked }, link.readHolding(0, 1));
      await pass(clock, 5);
      line.say(wrong(asked.at(-1)));
      line.hear((bytes) => line.say(wrong(bytes)));
      expect(codeOf(await read)).toBe('modbus-garbled');
      await pass(clock, 1_000);
    }
  });

  it('opens the connection anew when what comes is no Modbus TCP', async () => {
    const { clock, line, asked, link } = await tcp();
    const read = settled({ clock, asked }, link.readHolding(0, 1));
    await pass(clock, 5);
    line.say(new TextEncoder().encode('HTTP/1.1 400 Bad Request'));
    line.hear(() => line.say(new TextEncoder().encode('HTTP/1.1 400 Bad Request')));
    expect(codeOf(await read)).toBe('modbus-garbled');
    expect(line.reopened).toContain('what comes is no Modbus TCP');
  });
});

describe('whatever the slaves do', () => {
  const way: fc.Arbitrary<[Manners, copies: boolean]> = fc.oneof(
    { weight: 3, arbitrary: fc.constant<[Manners, boolean]>([healthy, false]) },
    fc.integer({ min: 0, max: 3_000 }).map((gap): [Manners, boolean] => [doubled(gap), true]),
    fc
      .oneof(
        fc.constant(silent),
        fc.integer({ min: 0, max: 3_000 }).map(late),
        fc.integer({ min: 1, max: 8 }).map(half),
        fc.constantFrom(1, 2, 3).map(forAnother),
        fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => corrupt(at, flip)),
        fc.uint8Array({ maxLength: 30 }).map(
          (noise): Manners =>
            (_, say) =>
              say(noise, 10),
        ),
      )
      .map((manners): [Manners, boolean] => [manners, false]),
  );
  const step = fc.record({
    slave: fc.constantFrom(0, 1),
    way,
    // As drivers ask: two places are never read with answers of one length.
    place: fc.constantFrom<[number, number]>([0, 2], [10, 3], [20, 4]),
    pauseMs: fc.constantFrom(0, 30, 700),
  });

  it('every value is of the slave and the register it was asked for, and of now', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const home = await rig([1, 2]);
        let copied = false;
        for (const { slave, way, place, pauseMs } of steps) {
          const [address, count] = place;
          home.manners.set(slave + 1, way[0]);
          const result = await settled(home, (home.links[slave] as ModbusLink).readHolding(address, count));
          expect(codeOf(result)).not.toBe('never settled');
          if ('data' in result) {
            const [first, number, ...rest] = result.data;
            expect([first, ...rest]).toEqual(
              [0, 2, 3].slice(0, count - 1).map((at) => (slave + 1) * 1000 + address + at),
            );
            // A copy that is as late as the next reading of the same place is the one thing that RTU cannot show.
            if (!copied) expect(number).toBe(result.number);
          }
          copied ||= way[1];
          await pass(home.clock, pauseMs, 10);
        }
      }),
      { numRuns: 150 },
    );
  });
});
