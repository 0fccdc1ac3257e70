// The receive loop of every device on a serial line: opens the line, hands the messages on, counts garbage, asks at
// intervals where the device has to be asked, and reopens the line when nothing is heard. A driver is left with its
// codec, its table of models and what the messages mean.

import { countMisses } from '#base/misses.ts';
import type { DriverIo, RunningDriver } from '#contract/driver.ts';
import { type Cancel, later } from '#contract/time.ts';
import type { SerialSpec } from '#contract/transport.ts';
import { type Frames, frameReceiver } from './frame-receiver.ts';

/** From a reopening to the next turn. A line that does not open by then is `down`, and the next `up` starts over. */
const REOPEN_MS = 200;

export interface Turn {
  /** Written first; the question follows once the device has had `settleMs` to act on it. */
  command?: { bytes: Uint8Array; settleMs: number } | undefined;
  /**
   * Answered within `answerMs` by a message for which `take` returns true. Without a question the device is expected to
   * speak by itself.
   */
  question?: { bytes: Uint8Array; answerMs: number } | undefined;
}

export interface FrameDevice<Message> extends Omit<Frames<Message>, 'take'> {
  line: SerialSpec;
  /** From one turn to the next, ms. Of a device that speaks by itself: the longest healthy time between two messages. */
  everyMs: number;
  /**
   * What is written in this turn; nothing, where it is left out.
   * @param silent several answers in a row are missing: the device may have lost its power, and its settings
   */
  turn?(silent: boolean): Turn;
  /** The line came up: what the device said before says nothing about now. */
  begin?(): void;
  /** A message; true when the device shows by it that it is there and does what it is for. An echo of a command does not. */
  take(message: Message, at: Parameters<Frames<Message>['take']>[1]): boolean;
}

export function runFrames<Message>(io: DriverIo<'serial', unknown>, device: FrameDevice<Message>): RunningDriver {
  const { clock, log } = io;
  const misses = countMisses();
  /** An answer, or a message of a device that speaks by itself, is due. */
  let waiting = false;
  let timers: Cancel[] = [];

  const receiver = frameReceiver(io, {
    split: device.split,
    decode: device.decode,
    take(message, at) {
      if (device.take(message, at)) present();
    },
  });

  const link = io.transport.open(device.line, {
    up() {
      receiver.forget();
      misses.reset();
      waiting = false;
      device.begin?.();
      after(0, 'frames-turn', turn);
    },
    down: pause,
    bytes: receiver.receive,
  });

  function after(ms: number, name: string, fire: () => void): void {
    timers.push(clock.at(later(clock.now().mono, ms), name, fire));
  }

  function pause(): void {
    for (const cancel of timers) cancel();
    timers = [];
  }

  function present(): void {
    misses.reset();
    waiting = false;
  }

  function turn(): void {
    pause();
    if (waiting && miss()) return;
    const { command, question } = device.turn?.(misses.silent) ?? {};
    waiting = question === undefined;
    if (command) link.write(command.bytes);
    const settleMs = command?.settleMs ?? 0;
    after(settleMs + device.everyMs, 'frames-turn', turn);
    if (question && settleMs > 0) after(settleMs, 'frames-settle', () => ask(question));
    else if (question) ask(question);
  }

  function ask({ bytes, answerMs }: NonNullable<Turn['question']>): void {
    waiting = true;
    after(answerMs, 'frames-answer', () => {
      if (waiting) miss();
    });
    link.write(bytes);
  }

  /** Counts an answer that did not come; true when the line is reopened because of it. */
  function miss(): boolean {
    waiting = false;
    const known = misses.silent;
    const reopens = misses.miss();
    if (misses.silent && !known) log.warn({ misses: misses.count }, 'device does not answer');
    if (reopens) reopen();
    return reopens;
  }

  function reopen(): void {
    pause();
    receiver.forget();
    after(REOPEN_MS, 'frames-turn', turn);
    link.reopen(`${misses.count} answers missing`);
  }

  return {
    async stop() {
      pause();
      await link.close();
    },
  };
}
