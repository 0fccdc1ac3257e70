// The bus with slaves that behave and slaves that do not: a fault of theirs alone, and never a wrong value.

import { describe, expect, it } from 'vitest';
import type { ModbusLink } from '#contract/transport.ts';
import { corrupt, doubled, forAnother, half, healthy, late, type Manners, pass, silent } from '#fakes/modbus.ts';
import { MOST_STRAY, withCrc } from '#wire/modbus/frames.ts';
import { codeOf, PORT, rig, settled } from './modbus-rig.ts';

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

  // Adapters with a bad bias, and energy meters such as the SDM120, put a 00 (or an FF, for a shorter glitch) before or behind
  // an answer; the CRC of Modbus over Serial Line V1.02, 2.5.1.2 says which bytes are the frame.
  it.each([0x00, 0xff])('picks the answer out of stray bytes %i, before, behind, and around an echo', async (stray) => {
    const home = await rig([3, 4]);
    const echo = (address: number, count: number, unit: number) =>
      withCrc(Uint8Array.of(unit, 3, 0, address, 0, count));
    const ways: Manners[] = [
      (answer, say) => say(Uint8Array.of(stray, ...answer), 10),
      (answer, say) => say(Uint8Array.of(...answer, stray), 10),
      (answer, say) => {
        say(Uint8Array.of(stray), 5);
        say(Uint8Array.of(stray, ...answer.subarray(0, 3)), 10);
        say(Uint8Array.of(...answer.subarray(3), stray), 12);
        say(Uint8Array.of(stray), 30);
      },
      (answer, say, { address, count, unit }) =>
        say(Uint8Array.of(stray, ...echo(address, count, unit), stray, ...answer, stray), 10),
    ];
    for (const [turn, manners] of ways.entries())
      for (const [at, link] of home.links.entries()) {
        home.manners.set(at + 3, manners);
        expect(await settled(home, link.readHolding(turn, 2))).toEqual({
          data: [(at + 3) * 1_000 + turn, home.asked.length],
          number: home.asked.length,
        });
      }
    // Not one of them had to be asked twice.
    expect(home.asked).toHaveLength(2 * ways.length);
  });

  it('ends a question on a line that never stops putting noughts behind the answer', async () => {
    const home = await rig([1]);
    home.manners.set(1, (answer, say) => {
      say(answer, 10);
      for (let at = 1; at < 100; at += 1) say(Uint8Array.of(0), 10 + 20 * at);
    });
    expect(codeOf(await settled(home, home.link.readHolding(5, 2)))).toBe('modbus-garbled');
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
  ['sends a byte before its answer', (answer, say) => say(Uint8Array.of(0x55, ...answer), 10), 'modbus-garbled'],
  ['sends a byte behind its answer', (answer, say) => say(Uint8Array.of(...answer, 0x55), 10), 'modbus-garbled'],
  [
    'sends noughts without end before its answer',
    (answer, say) => say(Uint8Array.of(...new Uint8Array(MOST_STRAY + 1), ...answer), 10),
    'modbus-garbled',
  ],
  [
    'answers twice, with a nought between',
    (answer, say) => say(Uint8Array.of(...answer, 0x00, ...answer), 10),
    'modbus-garbled',
  ],
  [
    'answers for another on the bus, among noughts',
    (answer, say) => say(Uint8Array.of(0, ...withCrc(Uint8Array.of(2, ...answer.subarray(1, -2))), 0), 10),
    'modbus-garbled',
  ],
  ['sends a nought and no answer', (_, say) => say(Uint8Array.of(0x00), 10), 'modbus-timeout'],
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
