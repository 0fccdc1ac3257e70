// Lines of our script on a Bangle.js.

import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunks, decodeLine, splitLines, startText, stopText } from './codec.ts';

it.each([
  ['HWA5,0,0,1000', { kind: 'motion', frame: { xyz: [[0, 0, 1]], clockMs: 100 } }],
  [
    'HWA10,-12,34,-999,1,2,3',
    {
      kind: 'motion',
      frame: {
        xyz: [
          [-0.012, 0.034, -0.999],
          [0.001, 0.002, 0.003],
        ],
        clockMs: 200,
      },
    },
  ],
  ['HWP87', { kind: 'battery', percent: 87 }],
  ['HWHELD', { kind: 'held' }],
  ['HWHELD5', undefined],
  ['HWH', undefined],
  ['HWP101', undefined],
  ['HWA5,0,0', undefined],
  ['HWA5,0,0,99999', undefined],
  ['>HWA5,0,0,1000', undefined],
  ['HWA5,0,0,1000 ', undefined],
  ['HWA,0,0,1000', undefined],
  ['', undefined],
])('%s', (line, read) => expect(decodeLine(line)).toEqual(read));

it('finds the same lines whatever the chunk boundaries', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (sizes) => {
      const bytes = new TextEncoder().encode('>\r\nHWA5,1,2,3\r\nnoise\nHWP50\r\nHWA10,');
      const lines: string[] = [];
      let rest = '';
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] as number;
        const cut = splitLines(rest, bytes.subarray(at, at + size));
        lines.push(...cut.lines);
        rest = cut.rest;
        at += size;
      }
      expect(lines.map((line) => line.trim())).toEqual(['>', 'HWA5,1,2,3', 'noise', 'HWP50']);
      expect(rest).toBe('HWA10,');
    }),
  );
});

it('keeps no endless line', () => {
  let rest = '';
  for (let turn = 0; turn < 100; turn += 1) rest = splitLines(rest, new Uint8Array(20).fill(65)).rest;
  expect(rest.length).toBeLessThanOrEqual(300);
});

it('never throws, and never reads a line of ours in bytes that do not hold one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      for (const line of splitLines('', bytes).lines) if (decodeLine(line)) expect(line).toMatch(/^HW([AP]\d|HELD$)/);
    }),
  );
});

it('is typed in pieces of at most twenty bytes, one command a line', () => {
  expect(Buffer.concat(chunks(startText)).toString()).toBe(startText);
  for (const piece of chunks(startText)) expect(piece.length).toBeLessThanOrEqual(20);
  const lines = startText.trimEnd().split('\n');
  for (const line of lines) expect(line.replace('\x03', '')[0]).toBe('\x10');
  // It parses: a slip in it would only show on a watch.
  for (const line of lines) expect(() => new Function(line.replace('\x03', '').slice(1))).not.toThrow();
});

/** The script on a watch made of plain objects, its time stepped by hand. */
function watch() {
  const said: string[] = [];
  const options: Record<string, unknown> = {};
  const timers = new Map<number, { at: number; fire: () => void }>();
  let now = 0;
  let press: ((event: { state: boolean }) => void) | undefined;
  const globals: Record<string, unknown> = {
    Bluetooth: { println: (text: string) => said.push(text) },
    Bangle: {
      on: () => undefined,
      removeListener: () => undefined,
      setOptions: (set: object) => Object.assign(options, set),
      accelWr: () => undefined,
      setPollInterval: () => undefined,
    },
    NRF: { on: () => undefined },
    E: { getBattery: () => 64 },
    BTN1: 17,
    setWatch(heard: typeof press) {
      press = heard;
      return 1;
    },
    clearWatch() {
      press = undefined;
    },
    setInterval: () => 1,
    clearInterval: () => undefined,
    setTimeout(fire: () => void, ms: number) {
      timers.set(timers.size + 1, { at: now + ms, fire });
      return timers.size;
    },
    clearTimeout: (id: number) => timers.delete(id),
  };
  globals.global = globals;
  const context = createContext(globals);
  const type = (text: string) => {
    for (const line of text.split('\n')) runInContext(line.replace('\x03', '').replace('\x10', ''), context);
  };
  type(startText);
  return {
    said,
    options,
    type,
    key: (state: boolean) => press?.({ state }),
    pass(ms: number) {
      now += ms;
      for (const [id, { at, fire }] of timers)
        if (at <= now) {
          timers.delete(id);
          fire();
        }
    },
  };
}

it('tells of its key when it was held for five seconds, and of nothing shorter', () => {
  const { said, key, pass } = watch();
  expect(said.splice(0)).toEqual(['HWP64']);
  key(true);
  pass(4_999);
  key(false);
  pass(10_000);
  expect(said).toEqual([]);
  key(true);
  pass(5_000);
  key(false);
  pass(10_000);
  expect(said).toEqual(['HWHELD']);
});

it('leaves the watch as it was: a long press restarts it again, its key is not listened to', () => {
  const { said, key, pass, options, type } = watch();
  expect(options).toEqual({ powerSave: false, btnLoadTimeout: 0 });
  key(true);
  type(stopText);
  pass(5_000);
  key(true);
  pass(5_000);
  expect(said).toEqual(['HWP64']);
  expect(options).toEqual({ powerSave: true, btnLoadTimeout: 1_500 });
});
