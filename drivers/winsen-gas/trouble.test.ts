// What the driver makes of a cold sensor, a broken one, and a bad line.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '#contract/reading.ts';
import { bench, bytes, good, reply, WARM, withModule } from '#fakes/winsen-bench.ts';

const bad = (value: number): Sample => ({ quantity: 'gas', value, quality: 'bad' });
const uncertain = (value: number): Sample => ({ quantity: 'gas', value, quality: 'uncertain' });

describe('winsen-gas, warming up', () => {
  it('is of no use and faulted until the minutes are over, never good and never mute', () => {
    const home = withModule({}, { gasPercent: 2 });
    const early = home.during(WARM - 1);
    expect(early.length).toBeGreaterThan(170);
    expect(early.every((sample) => sample.quality === 'bad' && sample.value === 2)).toBe(true);
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    expect(home.during(1_001).at(-1)).toEqual(good(2));
    expect(home.faultCodes()).toEqual([]);
  });

  it('says so from the start, before any line is up', () => {
    const home = bench();
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    home.clock.advance(WARM);
    expect(home.faultCodes()).toEqual([]);
  });

  it('takes as long as the model needs, or the config says', () => {
    for (const [given, seconds] of [
      [{}, 180],
      [{ model: 'mh-440d-lel' }, 180],
      [{ warmupSeconds: 60 }, 60],
    ] as const)
      expect(bench(given).faults.get('sensor-warming-up')).toEqual({ seconds });
  });

  // The project's promise: never silent when it matters. A lost line is no lost power.
  it('is over once for all, however often the line drops', () => {
    const home = withModule({}, { gasPercent: 60 });
    for (let drop = 0; drop < 4; drop += 1) {
      home.clock.advance(WARM - 5_000);
      home.line.unplug();
      home.clock.advance(5_000);
      home.line.plug();
    }
    expect(home.during(1_000).at(-1)).toEqual(good(60));
    expect(home.faultCodes()).toEqual([]);
  });

  it('does not begin again with a lost line, a silent module or one lost answer: none of them is a lost power', () => {
    const home = withModule({}, { gasPercent: 2 });
    home.clock.advance(WARM + 1_000);
    home.line.unplug();
    home.clock.advance(60_000);
    home.line.plug();
    expect(home.during(3_000).every(({ quality }) => quality === 'good')).toBe(true);
    for (const ms of [2_000, 10_000]) {
      home.module.setSilent(true);
      home.clock.advance(ms);
      home.module.setSilent(false);
      const after = home.during(3_000);
      expect(after.length).toBeGreaterThan(0);
      expect(after.every(({ quality }) => quality === 'good')).toBe(true);
    }
  });

  it('begins again when the module shows that it lost its power: it is back in the mode that it was ordered to leave', () => {
    const home = withModule({}, { mode: 'active', gasPercent: 2 });
    home.clock.advance(WARM + 10_000);
    expect(home.last()).toEqual(good(2));
    home.module.powerCycle();
    home.clock.advance(2_000);
    expect(home.last()).toEqual(bad(2));
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    expect(home.during(WARM).at(-1)).toEqual(good(2));
    expect(home.faultCodes()).toEqual([]);
  });

  it('does not begin again with each frame of a module that says it obeys and goes on in its own mode', () => {
    const home = bench();
    home.line.plug();
    for (let second = 0; second < 240; second += 1) {
      home.line.say(bytes('FF 78 01 00 00 00 00 00 87'));
      home.line.say(bytes('FF 01 02 01 00 46 03 E8 CB'));
      home.clock.advance(1_000);
    }
    expect(home.last()).toEqual(good(7));
    expect(home.faultCodes()).toEqual([]);
  });

  it('tells a large level in doubt once it has stood for half a minute, not an overshoot of seconds', () => {
    const home = withModule({}, { gasPercent: 60 });
    const overshoot = home.during(25_000);
    expect(overshoot.every((sample) => sample.quality === 'bad' && sample.value === 60)).toBe(true);
    home.module.setGas(3);
    home.clock.advance(1_000);
    home.module.setGas(20);
    expect(home.during(29_000).every(({ quality }) => quality === 'bad')).toBe(true);
    expect(home.during(3_000).at(-1)).toEqual(uncertain(20));
    home.module.setGas(19.9);
    expect(home.during(1_000)).toEqual([bad(19.9)]);
  });

  it('lets a large level stand over a gap of the line', () => {
    const home = withModule({}, { gasPercent: 60 });
    home.clock.advance(15_000);
    home.line.unplug();
    home.clock.advance(20_000);
    home.line.plug();
    expect(home.during(1_000)[0]).toEqual(uncertain(60));
  });
});

describe('winsen-gas, the sensor’s own troubles', () => {
  it('takes the fault bit for a fault, and gives no usable value with it', () => {
    const home = withModule();
    home.clock.advance(WARM);
    home.module.setFault(true);
    expect(home.during(1_000)).toEqual([bad(100)]);
    expect(home.faults.get('sensor-fault')).toEqual({ reason: 'fault-bit' });
    home.module.setFault(false);
    expect(home.during(1_000)).toEqual([good(0)]);
    expect(home.faultCodes()).toEqual([]);
  });

  // Saturation is the highest warning and a fault: the truth is at the end of the scale or beyond.
  it.each([
    ['zc-lel', 1_100],
    ['zc-lel', 1_001],
    ['zc-lel-40', 0x1fff],
    ['mh-440d-lel', 101],
    ['mh-440d-vol', 501],
  ] as const)(
    'tells the end of the scale in doubt, and a fault, when a %s is first seen at %i counts',
    (model, counts) => {
      for (const warmupSeconds of [0, 180]) {
        const home = bench({ model, warmupSeconds });
        home.line.hear((command) => command[2] === 0x86 && home.line.say(Uint8Array.from(reply(counts))));
        home.line.plug();
        home.clock.advance(100);
        if (warmupSeconds > 0) expect([home.last(), home.faultCodes()]).toEqual([bad(100), ['sensor-warming-up']]);
        // Half a minute stands for gas while it warms up; after it there is no waiting.
        home.clock.advance(warmupSeconds > 0 ? 32_000 : 0);
        expect(home.last()).toEqual(uncertain(100));
        expect(home.faults.get('sensor-fault')).toEqual({ reason: 'off-scale' });
        home.clock.advance(WARM);
        expect(home.last()).toEqual(uncertain(100));
        home.line.unplug();
        home.line.plug();
        home.clock.advance(100);
        expect(home.last()).toEqual(uncertain(100));
        expect(home.faultCodes()).toEqual(['sensor-fault']);
      }
    },
  );

  it('is well again when the level is back on the scale, and stays there for ten seconds', () => {
    const home = withModule();
    home.clock.advance(WARM);
    home.module.setGas(100.1);
    expect(home.during(1_000)).toEqual([uncertain(100)]);
    home.module.setGas(100);
    expect(home.during(1_000)).toEqual([good(100)]);
    expect(home.faultCodes()).toEqual(['sensor-fault']);
    expect(home.during(10_000).every(({ quality }) => quality === 'good')).toBe(true);
    expect(home.faultCodes()).toEqual([]);
  });

  it('says once that it is off the scale, when it hovers at the end of it', () => {
    const home = withModule({ warmupSeconds: 0 });
    for (let second = 0; second < 20; second += 1) {
      home.module.setGas(second % 2 ? 99 : 101);
      home.clock.advance(1_000);
    }
    expect(home.ended).toEqual([]);
    expect(home.reported).toEqual(['sensor-fault {"reason":"off-scale"}']);
  });

  it('has no value where the module has none: all bits set', () => {
    const home = bench({ model: 'mh-440d-lel', warmupSeconds: 0 });
    home.line.plug();
    home.clock.advance(1);
    home.line.say(Uint8Array.from(reply(0xffff)));
    expect(home.last()).toEqual(bad(100));
    expect(home.faults.get('sensor-fault')).toEqual({ reason: 'no-value' });
  });

  it('does not blame a cold sensor for overshooting its scale', () => {
    const home = withModule({}, { gasPercent: 300 });
    home.clock.advance(1_000);
    expect(home.last()?.quality).toBe('bad');
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
  });

  // Each new context of a fault is sent to people again.
  it('says each of its faults once, while counts and noise go on changing', () => {
    const home = withModule({ warmupSeconds: 0 });
    home.clock.advance(100);
    for (let second = 0; second < 20; second += 1) {
      home.module.setGas(120 + second);
      home.module.send(Uint8Array.from({ length: 20 + second }, () => 0x55));
      home.clock.advance(1_000);
    }
    expect(home.faultCodes()).toEqual(['line-garbage', 'sensor-fault']);
    expect(home.reported.filter((line) => line.startsWith('sensor-fault'))).toHaveLength(1);
    expect(home.reported.filter((line) => line.startsWith('line-garbage'))).toHaveLength(1);
  });
});

describe('winsen-gas on a bad line', () => {
  const started = () => {
    const home = bench({ warmupSeconds: 0 });
    home.line.plug();
    home.clock.advance(1);
    return home;
  };

  it('reads a frame that comes byte by byte', () => {
    const home = started();
    for (const byte of reply(55)) {
      home.line.say(Uint8Array.of(byte));
      home.clock.advance(5);
    }
    expect(home.emitted()).toEqual([good(5.5)]);
  });

  it('reads the next good frame after a corrupt one', () => {
    const home = started();
    home.line.say(Uint8Array.from([...reply(70).with(8, 0), ...reply(80)]));
    expect(home.emitted()).toEqual([good(8)]);
  });

  // RS-485 adapters with a bad bias put 00 or FF between frames. 12.3 %LEL behind one FF is nine bytes with a right checksum.
  it('reads each frame among stray 00 and FF, whatever the chunks', () => {
    const stray = fc.array(fc.constantFrom(0x00, 0xff), { maxLength: 3 });
    const frame = fc.record({ counts: fc.integer({ min: 0, max: 1_000 }), before: stray, after: stray });
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), sizes, (frames, chunks) => {
        const home = started();
        const stream = frames.flatMap(({ counts, before, after }) => [...before, ...reply(counts), ...after]);
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = chunks[turn % chunks.length] ?? 1;
          home.line.say(Uint8Array.from(stream.slice(at, at + size)));
          at += size;
        }
        expect(home.emitted()).toEqual(frames.map(({ counts }) => good(counts / 10)));
      }),
    );
    const home = started();
    home.line.say(Uint8Array.from([0xff, ...reply(123), 0xff, 0x00, ...reply(123)]));
    expect(home.emitted()).toEqual([good(12.3), good(12.3)]);
  });

  it('does not let half a frame swallow the next, a second later', () => {
    const home = started();
    // Its checksum would have been FF, just as the next frame begins: the two fit together as if nothing were missing.
    expect(reply(123).at(-1)).toBe(0xff);
    home.line.say(Uint8Array.from(reply(123).slice(0, 8)));
    home.clock.advance(1_000);
    home.line.say(Uint8Array.from(reply(80)));
    expect(home.emitted()).toEqual([good(8)]);
  });

  it('raises a fault for a noisy line and clears it when the line is clean', () => {
    const home = withModule({ warmupSeconds: 0 });
    home.clock.advance(1_000);
    home.module.setCorrupt(true);
    home.clock.advance(12_000);
    expect(home.faultCodes()).toEqual(['line-garbage']);
    home.module.setCorrupt(false);
    home.clock.advance(15_000);
    expect(home.faultCodes()).toEqual([]);
    expect(home.last()).toEqual(good(0));
  });

  it('doubled, truncated, corrupted or random: no throw, no value that was not sent whole, and the next good frame is read', () => {
    const counts = fc.integer({ min: 0, max: 1_000 });
    const whole = counts.map((c) => reply(c));
    const piece = fc.oneof(
      whole,
      whole.map((frame) => [...frame, ...frame]),
      fc.tuple(whole, fc.integer({ min: 1, max: 8 })).map(([frame, at]) => frame.slice(0, at)),
      fc
        .tuple(whole, fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 255 }))
        .map(([frame, at, flip]) => frame.with(at, (frame[at] ?? 0) ^ flip)),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 }),
    );
    const pauses = fc.constantFrom(0, 0, 5, 300);
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, pauses), { maxLength: 12 }), counts, (pieces, final) => {
        const home = started();
        const all = pieces.flatMap(([chunk]) => chunk);
        for (const [chunk, pause] of pieces) {
          home.line.say(Uint8Array.from(chunk));
          home.clock.advance(pause);
        }
        // Each usable value stands in the stream, in nine bytes in a row with a right checksum.
        const there = all.flatMap((_, at) => {
          const nine = all.slice(at, at + 9);
          if (nine.length < 9 || nine.slice(1).reduce((a, b) => a + b, 0) % 256 !== 0) return [];
          const [, b1, b2 = 0, b3 = 0, b4 = 0, b5 = 0] = nine;
          const counts = b1 === 0x86 ? ((b2 & 0x7f) << 8) | b3 : ((b4 & 0x7f) << 8) | b5;
          return [Math.min(counts, 1_000)];
        });
        for (const { value, quality } of home.samples)
          if (quality !== 'bad') expect(there).toContain(Math.round(Number(value) * 10));
        home.clock.advance(300);
        home.line.say(Uint8Array.from(reply(final)));
        expect(home.last()).toEqual(good(Math.round(final * 10) / 100));
      }),
    );
  });
});
