// Winsen frames against the manuals' own bytes, and against everything else.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nothing } from '#wire/frames.ts';
import { decode, modeCommand, readCommand, split } from './codec.ts';
import { measure, modelIds, models } from './models.ts';

const hex = (text: string) => Uint8Array.from(text.split(' ').map((byte) => Number.parseInt(byte, 16)));
const read = (bytes: Uint8Array) => split(nothing, bytes).frames.map(decode);

describe('the manuals’ own frames', () => {
  it.each([
    ['FF 86 02 60 47 00 00 00 D1', { kind: 'reply', high: 0x02, low: 0x60 }],
    ['FF 04 03 01 00 05 13 88 58', { kind: 'upload', high: 0, low: 5, gas: 4, unit: 3, decimals: 1, fullScale: 5_000 }],
    ['FF 78 01 00 00 00 00 00 87', { kind: 'switched', done: true }],
    ['FF 78 00 00 00 00 00 00 88', { kind: 'switched', done: false }],
  ])('%s', (bytes, message) => expect(read(hex(bytes))).toEqual([message]));

  it('are what we send', () => {
    expect(readCommand(1)).toEqual(hex('FF 01 86 00 00 00 00 00 79'));
    expect(modeCommand(1, 0x04)).toEqual(hex('FF 01 78 04 00 00 00 00 83'));
    expect(modeCommand(1, 0x03)).toEqual(hex('FF 01 78 03 00 00 00 00 84'));
    expect(modeCommand(1, 0x41)).toEqual(hex('FF 01 78 41 00 00 00 00 46'));
  });

  it('are not mistaken for gas when they are our own, come back', () => {
    for (const own of [readCommand(1), modeCommand(1, 4), modeCommand(9, 3), readCommand(0x99)])
      expect(read(own)).toEqual([{ kind: 'echo' }]);
  });

  it('mean nothing when no manual has them: all zeroes above all, whose checksum is right', () => {
    expect(read(hex('FF 00 00 00 00 00 00 00 00'))).toEqual([]);
    for (const odd of ['FF 01 02 09 00 05 03 E8 04', 'FF 00 02 01 00 46 03 E8 CC', 'FF 01 00 01 00 46 03 E8 CD'])
      expect(read(hex(odd))).toEqual([]);
  });
});

describe('the framer', () => {
  const reply = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 })).map(([high, low]) => {
    const body = [0x86, high, low, 0, 0, 0, 0];
    return [0xff, ...body, -body.reduce((a, b) => a + b, 0) & 0xff];
  });

  it('reads the same whatever the chunk boundaries', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 6 }), sizes, (frames, chunks) => {
        const stream = frames.flat();
        const got: unknown[] = [];
        let rest: Uint8Array = nothing;
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = chunks[turn % chunks.length] ?? 1;
          const cut = split(rest, Uint8Array.from(stream.slice(at, at + size)));
          got.push(...cut.frames.map(decode));
          ({ rest } = cut);
          at += size;
        }
        expect(got).toEqual(frames.map(([, , high, low]) => ({ kind: 'reply', high, low })));
      }),
    );
  });

  it('never throws and never gives a frame that was not there, on any bytes', () => {
    const near = fc.constantFrom(0xff, 0x86, 0x00, 0x01, 0x78, 0x79, 0x7a);
    const noise = fc.array(fc.oneof(near, fc.integer({ min: 0, max: 255 })), { maxLength: 80 });
    fc.assert(
      fc.property(noise, (bytes) => {
        const { frames, rest, skipped } = split(nothing, Uint8Array.from(bytes));
        for (const frame of frames) {
          decode(frame);
          expect([...frame.subarray(1)].reduce((a, b) => a + b, 0) % 256).toBe(0);
          expect(bytes.map((_, at) => bytes.slice(at, at + 9).join()).includes([...frame].join())).toBe(true);
        }
        expect(frames.length * 9 + rest.length + skipped).toBe(bytes.length);
      }),
    );
  });
});

describe('the models’ scales', () => {
  const lel = (id: keyof typeof models, counts: number, ppm = 50_000) =>
    measure(models[id], counts >> 8, counts & 0xff, ppm);

  it('count 500 ppm, 100 ppm or 0.1 %LEL, so that 10 %LEL is 10, 50 or 100 counts', () => {
    expect(lel('mh-440d-lel', 10)).toEqual({ kind: 'gas', percentLel: 10 });
    expect(lel('mh-440d-vol', 50)).toEqual({ kind: 'gas', percentLel: 10 });
    expect(lel('zc-lel', 100)).toEqual({ kind: 'gas', percentLel: 10 });
    expect(lel('zc-lel', 3)).toEqual({ kind: 'gas', percentLel: 0.3 });
  });

  it('warn earlier with the explosive limit of IEC 60079-20-1, and end at 100', () => {
    expect(lel('mh-440d-lel', 10, 44_000)).toEqual({ kind: 'gas', percentLel: 11.36 });
    expect(lel('mh-440d-lel', 100, 44_000)).toEqual({ kind: 'gas', percentLel: 100 });
  });

  it('end: the last value is what the truth is at or beyond, and the fault bit and all ones are none', () => {
    expect(lel('mh-440d-lel', 101)).toEqual({ kind: 'off-scale', percentLel: 100 });
    expect(lel('zc-lel', 1_001)).toEqual({ kind: 'off-scale', percentLel: 100 });
    // 5 %vol is half of an explosive limit of 10 %vol.
    expect(lel('mh-440d-lel', 101, 100_000)).toEqual({ kind: 'off-scale', percentLel: 50 });
    expect(lel('zc-lel', 0x8000 | 100)).toEqual({ kind: 'fault' });
    // The infrared modules have no such bit: there it is a count like any other.
    expect(lel('mh-440d-lel', 0x8000)).toEqual({ kind: 'off-scale', percentLel: 100 });
    expect(lel('mh-440d-lel', 0xffff)).toEqual({ kind: 'no-value' });
  });

  it.each(modelIds)('of %s: worse never means less, up to the end of the scale and beyond it', (id) => {
    const last = models[id].faultBit ? 0x7fff : 0xfffe;
    const raw = fc.integer({ min: 0, max: last });
    const reported = (counts: number, lelPpm: number) => {
      const measured = measure(models[id], counts >> 8, counts & 0xff, lelPpm);
      return 'percentLel' in measured ? measured.percentLel : -1;
    };
    fc.assert(
      fc.property(raw, raw, fc.integer({ min: 5_000, max: 100_000 }), (one, other, lelPpm) => {
        expect(reported(Math.max(one, other), lelPpm)).toBeGreaterThanOrEqual(reported(Math.min(one, other), lelPpm));
      }),
    );
    // Of thirteen bits the next count would be nothing at all.
    expect(reported(0x2000, 50_000)).toBe(100);
  });
});
