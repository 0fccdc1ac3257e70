// sample-serial on a fake line and a virtual clock: the cases that every driver on a line has, and its life.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driverBench } from '#fakes/driver-bench.ts';
import { nothing } from '#wire/frames.ts';
import { decode, split } from './codec.ts';
import { sampleSerial } from './driver.ts';

describe('sample-serial frames', () => {
  it('reads the same messages whatever the chunk boundaries', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -600, max: 10_000 }), { maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        (tenths, sizes) => {
          const stream = Uint8Array.from(tenths.flatMap((value) => [...frame(value)]));
          const read: unknown[] = [];
          let rest: Uint8Array = nothing;
          for (let at = 0; at < stream.length; ) {
            const size = sizes.next().value as number;
            const cut = split(rest, stream.subarray(at, at + size));
            read.push(...cut.frames.map(decode));
            rest = cut.rest;
            at += size;
          }
          expect(read).toEqual(tenths.map((value) => ({ kind: 'temperature', celsius: value / 10 })));
        },
      ),
    );
  });

  it('reads the next good frame after a corrupt one, and says how much it skipped', () => {
    const cut = split(nothing, Uint8Array.of(...frame(215).with(4, 0x00), ...frame(216)));
    expect(cut.frames.map(decode)).toEqual([{ kind: 'temperature', celsius: 21.6 }]);
    expect(cut.skipped).toBe(5);
  });

  it('knows the fault of the sheet and gives no meaning to what it does not know', () => {
    expect(decode(broken)).toEqual({ kind: 'broken' });
    expect(decode(frame(215, 0x77))).toBeUndefined();
  });
});

describe('sample-serial', () => {
  it('emits each value, also from a frame in two pieces', () => {
    const { wire, said } = bench();
    wire.say(frame(215).subarray(0, 2));
    wire.say(frame(215).subarray(2));
    expect(said()).toEqual([['temperature', 21.5, 'good']]);
  });

  it('has a fault instead of a value while its sensor is broken, until a good one comes', () => {
    const { wire, said, faultCodes } = bench();
    wire.say(broken);
    expect(faultCodes()).toEqual(['sensor-fault']);
    expect(said()).toEqual([]);
    wire.say(frame(-35));
    expect(faultCodes()).toEqual([]);
    expect(said()).toEqual([['temperature', -3.5, 'good']]);
  });

  it('refuses a value that cannot be', () => {
    const { wire, said, faultCodes } = bench();
    wire.say(frame(0x7fff));
    expect(said()).toEqual([]);
    expect(faultCodes()).toEqual(['reading-refused']);
  });

  it('says that the line carries what has no meaning', () => {
    const { wire, faultCodes } = bench();
    for (let count = 0; count < 10; count += 1) wire.say(frame(215, 0x77));
    expect(faultCodes()).toEqual(['line-garbage']);
  });

  it('does not complete half a frame with what comes after a loss', () => {
    const { wire, clock, said } = bench();
    wire.say(frame(215).subarray(0, 2));
    wire.unplug();
    wire.plug();
    clock.advance(0);
    wire.say(frame(220));
    expect(said()).toEqual([['temperature', 22, 'good']]);
  });
});

/** The driver at work, its line plugged in. */
function bench() {
  const home = driverBench(sampleSerial);
  home.wire.plug();
  home.clock.advance(0);
  return home;
}

function frame(tenths: number, kind = 0x01): Uint8Array {
  const high = (tenths >> 8) & 0xff;
  const low = tenths & 0xff;
  return Uint8Array.of(0xa5, kind, high, low, (kind + high + low) & 0xff);
}

const broken = frame(0, 0x02);
