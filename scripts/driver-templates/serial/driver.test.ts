// sample-serial on a fake line and a virtual clock: the four cases that every driver has, and its life.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '#contract/fault.ts';
import type { Sample } from '#contract/reading.ts';
import { fakeSerial } from '#fakes/serial.ts';
import { virtualClock } from '#src/clock/virtual.ts';
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

  it('reads the next good frame after a corrupt one, and says how much it threw away', () => {
    const cut = split(nothing, Uint8Array.of(...frame(215).with(3, 0x00), ...frame(216)));
    expect(cut.frames.map(decode)).toEqual([{ kind: 'temperature', celsius: 21.6 }]);
    expect(cut.skipped).toBe(4);
  });

  it('knows the fault of the sheet and gives no meaning to what it does not know', () => {
    expect(decode(frame(0x8000))).toEqual({ kind: 'broken' });
    expect(decode(frame(0x7fff))).toBeUndefined();
  });
});

describe('sample-serial', () => {
  it('tells each value, also from a frame in two pieces', () => {
    const { line, samples } = bench();
    line.say(frame(215).subarray(0, 2));
    line.say(frame(215).subarray(2));
    expect(samples).toEqual([{ quantity: 'temperature', value: 21.5, quality: 'good' }]);
  });

  it('has a fault instead of a value while its sensor is broken, until a good one comes', () => {
    const { line, samples, faults } = bench();
    line.say(frame(0x8000));
    expect([...faults]).toEqual(['sensor-fault']);
    expect(samples).toEqual([]);
    line.say(frame(-35));
    expect([...faults]).toEqual([]);
    expect(samples).toEqual([{ quantity: 'temperature', value: -3.5, quality: 'good' }]);
  });

  it('says that the line carries garbage', () => {
    const { line, faults } = bench();
    line.say(new Uint8Array(100));
    expect([...faults]).toEqual(['line-garbage']);
  });

  it('does not glue what came before a loss to what comes after it', () => {
    const { line, clock, samples } = bench();
    line.say(frame(215).subarray(0, 2));
    line.unplug();
    line.plug();
    clock.advance(0);
    line.say(frame(220));
    expect(samples).toEqual([{ quantity: 'temperature', value: 22, quality: 'good' }]);
  });
});

/** The driver at work, its line plugged in. */
function bench() {
  const clock = virtualClock({ mono: 1_000_000 });
  const line = fakeSerial(clock);
  const samples: Sample[] = [];
  const faults = new Set<FaultCode>();
  const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
  sampleSerial.run({
    device: { id: 'device-1', kind: 'temperature' },
    options: sampleSerial.options.parse({ port: 'tcp://localhost:1' }),
    clock,
    transport: line.transport,
    emit: (sample) => samples.push(sample),
    fault: (code, active) => void (active ? faults.add(code) : faults.delete(code)),
    log: silent,
  });
  line.plug();
  clock.advance(0);
  return { clock, line, samples, faults };
}

function frame(tenths: number): Uint8Array {
  const high = (tenths >> 8) & 0xff;
  const low = tenths & 0xff;
  return Uint8Array.of(0xa5, high, low, (high + low) & 0xff);
}
