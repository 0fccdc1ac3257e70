// What the driver makes of a cold sensor, a broken one, and a bad line.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench, good, reply, WARM, withModule } from '#fakes/winsen-bench.ts';

describe('winsen-gas, warming up', () => {
  it('is uncertain and faulted until the minutes are over, never good and never mute', () => {
    const home = withModule({}, { gasPercent: 2 });
    const early = home.during(WARM - 1);
    expect(early.length).toBeGreaterThan(170);
    expect(new Set(early.map(({ quality }) => quality))).toEqual(new Set(['uncertain']));
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    expect(home.during(1_001).at(-1)).toEqual(good(2));
    expect(home.faultCodes()).toEqual([]);
  });

  it('says so from the start, before any line is up', () => {
    expect(bench().faultCodes()).toEqual(['sensor-warming-up']);
  });

  it('begins again when a lost line is back', () => {
    const home = withModule({}, { gasPercent: 2 });
    home.clock.advance(WARM + 1_000);
    expect(home.last()?.quality).toBe('good');
    home.line.unplug();
    expect(home.during(60_000)).toEqual([]);
    home.line.plug();
    expect(home.during(WARM - 1_000).every(({ quality }) => quality === 'uncertain')).toBe(true);
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    expect(home.during(3_000).at(-1)?.quality).toBe('good');
  });

  it('begins again when a silent module speaks, for it may have lost its power', () => {
    const home = withModule();
    home.clock.advance(WARM + 1_000);
    home.module.setSilent(true);
    home.clock.advance(10_000);
    home.module.setSilent(false);
    expect(home.during(3_000).every(({ quality }) => quality === 'uncertain')).toBe(true);
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
  });

  it('does not begin again for one lost answer', () => {
    const home = withModule();
    home.clock.advance(WARM + 1_000);
    home.module.setSilent(true);
    home.clock.advance(2_000);
    home.module.setSilent(false);
    expect(home.during(2_000).at(-1)?.quality).toBe('good');
  });
});

describe('winsen-gas, the sensor’s own troubles', () => {
  it('takes the fault bit for a fault, and gives no usable value with it', () => {
    const home = withModule();
    home.clock.advance(WARM);
    home.module.setFault(true);
    expect(home.during(1_000)).toEqual([{ quantity: 'gas', value: 100, quality: 'bad' }]);
    expect(home.faults.get('sensor-fault')).toEqual({ kind: 'fault' });
    home.module.setFault(false);
    expect(home.during(1_000)).toEqual([good(0)]);
    expect(home.faultCodes()).toEqual([]);
  });

  it('takes a value beyond the scale for a fault, with the counts for whoever looks', () => {
    const home = withModule();
    home.clock.advance(WARM);
    home.module.setGas(100);
    expect(home.during(1_000)).toEqual([good(100)]);
    home.module.setGas(100.1);
    expect(home.during(1_000)).toEqual([{ quantity: 'gas', value: 100, quality: 'bad' }]);
    expect(home.faults.get('sensor-fault')).toEqual({ kind: 'over-range', counts: 1_001 });
  });

  it('does not blame a cold sensor for being off its scale', () => {
    const home = withModule({}, { gasPercent: 300 });
    home.clock.advance(1_000);
    expect(home.last()?.quality).toBe('bad');
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
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
    expect(home.samples).toEqual([good(5.5)]);
  });

  it('reads the next good frame after a corrupt one', () => {
    const home = started();
    home.line.say(Uint8Array.from([...reply(70).with(8, 0), ...reply(80)]));
    expect(home.samples).toEqual([good(8)]);
  });

  it('does not let half a frame swallow the next, a second later', () => {
    const home = started();
    // Its checksum would have been FF, just as the next frame begins: the two fit together as if nothing were missing.
    expect(reply(123).at(-1)).toBe(0xff);
    home.line.say(Uint8Array.from(reply(123).slice(0, 8)));
    home.clock.advance(1_000);
    home.line.say(Uint8Array.from(reply(80)));
    expect(home.samples).toEqual([good(8)]);
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
          return [b1 === 0x86 ? ((b2 & 0x1f) << 8) | b3 : ((b4 & 0x1f) << 8) | b5];
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
