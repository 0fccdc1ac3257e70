// The receive loop of devices on a serial line, over a fake line and a virtual clock: what is asked when, what is given up
// when, and what is said of a line that carries garbage.

import { describe, expect, it } from 'vitest';
import type { FaultCode } from '#contract/fault.ts';
import { type FrameDevice, runFrames } from '#driver-kit/run-frames.ts';
import { fakeSerial } from '#fakes/serial.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { splitFixed } from '#wire/frames.ts';

const LEAD = 0xa5;
/** A frame says one number; 99 is an echo, 98 is of no meaning. */
const frame = (number: number) => Uint8Array.of(LEAD, number, 0xff - number);
const QUESTION = Uint8Array.of(0x3f);
const COMMAND = Uint8Array.of(0x21);

function bench(device: Partial<FrameDevice<number>> = {}) {
  const clock = virtualClock({ mono: 1_000_000 });
  const line = fakeSerial(clock);
  const taken: [number, number][] = [];
  const faults = new Map<FaultCode, object | undefined>();
  const written: [string, number][] = [];
  const warnings: string[] = [];
  const silent = { debug() {}, info() {}, warn: (_: object, text: string) => warnings.push(text), error() {} };
  const log = { ...silent, child: () => log };
  const since = () => clock.now().mono - 1_000_000;
  line.hear((bytes) => written.push([bytes[0] === QUESTION[0] ? 'question' : 'command', since()]));
  const running = runFrames<number>(
    {
      device: { id: 'd1', kind: 'temperature' },
      options: {},
      clock,
      transport: line.transport,
      emit: () => undefined,
      fault: (code, active, context) => void (active ? faults.set(code, context) : faults.delete(code)),
      log,
    },
    {
      line: { path: '/dev/serial0', baudRate: 9_600 },
      split: (rest, chunk) =>
        splitFixed(rest, chunk, { lead: LEAD, length: 3, valid: (f) => (f[1] ?? 0) + (f[2] ?? 0) === 0xff }),
      decode: ([, number]) => (number === 98 ? undefined : number),
      everyMs: 1_000,
      take(number) {
        taken.push([number, since()]);
        return number !== 99;
      },
      ...device,
    },
  );
  return { clock, line, taken, faults, written, warnings, running };
}

const asked = { turn: () => ({ question: { bytes: QUESTION, answerMs: 500 } }) };

describe('a device that speaks by itself', () => {
  it('is heard frame by frame, at whatever boundaries its bytes come', () => {
    const { clock, line, taken } = bench();
    line.plug();
    clock.advance(100);
    line.say(frame(1).subarray(0, 2));
    line.say(Uint8Array.of(...frame(1).subarray(2), ...frame(2)));
    expect(taken).toEqual([
      [1, 100],
      [2, 100],
    ]);
  });

  it('is written to by nobody, and has its line opened anew when it is silent', () => {
    const { clock, line, written, warnings } = bench();
    line.plug();
    clock.advance(5_000);
    expect(line.reopened).toEqual(['5 answers missing']);
    expect(warnings).toEqual(['device does not answer']);
    expect(written).toEqual([]);
    line.say(frame(1));
    clock.advance(4_999);
    line.say(frame(2));
    clock.advance(1_000);
    expect(line.reopened).toEqual(['5 answers missing']);
  });

  it('that only echoes is silent', () => {
    const { clock, line } = bench();
    line.plug();
    for (let second = 0; second < 6; second += 1) {
      clock.advance(900);
      line.say(frame(99));
    }
    expect(line.reopened).toEqual(['5 answers missing']);
  });

  it('never has half a frame completed by bytes that came a while later, nor by those after a loss', () => {
    const { clock, line, taken } = bench();
    line.plug();
    clock.advance(10);
    line.say(frame(1).subarray(0, 2));
    clock.advance(251);
    line.say(Uint8Array.of(...frame(1).subarray(2), ...frame(2)));
    line.say(frame(3).subarray(0, 2));
    line.unplug();
    line.plug();
    clock.advance(0);
    line.say(Uint8Array.of(...frame(3).subarray(2), ...frame(4)));
    expect(taken.map(([number]) => number)).toEqual([2, 4]);
  });
});

describe('a device that is asked', () => {
  it('is asked as soon as its line is up, and once a turn', () => {
    const { clock, line, written } = bench(asked);
    line.plug();
    for (let turn = 0; turn < 3; turn += 1) {
      clock.advance(100);
      line.say(frame(1));
      clock.advance(900);
    }
    expect(written).toEqual([
      ['question', 0],
      ['question', 1_000],
      ['question', 2_000],
      ['question', 3_000],
    ]);
  });

  it('has a line opened anew after five answers that did not come, and is asked again right after', () => {
    const { clock, line, written } = bench(asked);
    line.plug();
    clock.advance(4_499);
    expect(line.reopened).toEqual([]);
    clock.advance(1);
    expect(line.reopened).toEqual(['5 answers missing']);
    clock.advance(200);
    expect(written.at(-1)).toEqual(['question', 4_700]);
  });

  it('is given a command first where one is due, and time to act on it', () => {
    let due = true;
    const { clock, line, written } = bench({
      begin() {
        due = true;
      },
      turn() {
        const command = due ? { bytes: COMMAND, settleMs: 100 } : undefined;
        due = false;
        return { command, question: { bytes: QUESTION, answerMs: 500 } };
      },
    });
    line.plug();
    clock.advance(1_100);
    expect(written).toEqual([
      ['command', 0],
      ['question', 100],
      ['question', 1_100],
    ]);
  });

  it('is known to be silent from the fifth missing answer on, until it answers', () => {
    const turns: boolean[] = [];
    const { clock, line } = bench({
      turn(silent) {
        turns.push(silent);
        return asked.turn();
      },
    });
    line.plug();
    clock.advance(5_500);
    expect(turns.slice(-2)).toEqual([false, true]);
    line.say(frame(1));
    clock.advance(1_000);
    expect(turns.at(-1)).toBe(false);
  });

  it('is left alone while its line is down', () => {
    const { clock, line, written } = bench(asked);
    line.plug();
    clock.advance(0);
    line.unplug();
    clock.advance(60_000);
    expect(written).toHaveLength(1);
    expect(line.reopened).toEqual([]);
  });
});

describe('a line that carries garbage', () => {
  it('is a fault while it does, and what a frame without meaning holds is garbage too', () => {
    const { clock, line, faults } = bench();
    line.plug();
    clock.advance(10);
    for (let count = 0; count < 6; count += 1) line.say(frame(98));
    expect([...faults]).toEqual([['line-garbage', undefined]]);
    clock.advance(11_000);
    line.say(frame(1));
    expect([...faults]).toEqual([]);
  });

  it('counts half a frame that was given up', () => {
    const { clock, line, faults } = bench();
    line.plug();
    for (let count = 0; count < 9; count += 1) {
      clock.advance(300);
      line.say(frame(1).subarray(0, 2));
    }
    expect([...faults]).toEqual([]);
    clock.advance(300);
    line.say(frame(1).subarray(0, 2));
    expect([...faults.keys()]).toEqual(['line-garbage']);
  });
});

it('leaves no timer and no open line when it is stopped', async () => {
  const { clock, line, running, written } = bench(asked);
  line.plug();
  clock.advance(1_200);
  await running.stop();
  expect(clock.next()).toBeUndefined();
  const before = written.length;
  line.say(frame(1));
  clock.advance(10_000);
  expect(written).toHaveLength(before);
});
