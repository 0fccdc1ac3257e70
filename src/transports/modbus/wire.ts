// The port of a bus: bytes out and in, one question at a time between two silences, and what came while nobody had asked.

import { type Cancel, type Clock, later, type MonoMs, SECOND } from '#contract/time.ts';
import type {
  LinkDown,
  LinkEvents,
  ModbusFailure,
  ModbusSpec,
  SerialLink,
  SerialTransport,
} from '#contract/transport.ts';
import { LONGEST_FRAME, type Question } from '#wire/modbus/frames.ts';
import type { Line } from './line.ts';

/** How long past the quiet time a line may babble before a question is given up. */
const PATIENCE_MS = 2 * SECOND;
/** Parts of one frame do not come so far apart. */
const STALE_MS = SECOND;

export type Failed = { failure: ModbusFailure; context: Record<string, unknown> };

export interface Wire {
  state(): 'unknown' | 'up' | LinkDown;
  /** Resolves when the line has been silent long enough; with a failure when it is not there, or never is. */
  quiet(): Promise<Failed | undefined>;
  /** No question before so many ms have passed. */
  rest(ms: number): void;
  /** Puts one question on the line; resolves with the answer's RTU frame, or why there is none. The deadline is `answerMs` and the way. */
  exchange(question: Question, request: Uint8Array, answerMs: number): Promise<Uint8Array | ModbusFailure>;
  /** What came while nobody had asked, once. */
  strays(): Uint8Array;
  reopen(why: string): void;
  close(): Promise<void>;
}

export interface WireParts {
  clock: Clock;
  serial: SerialTransport;
  line: Line;
  spec: ModbusSpec;
}

/** Opens the port, for ever. What is under way when it is lost ends with `modbus-down`, before `down` is reported. */
export function openWire({ clock, serial, line, spec }: WireParts, events: LinkEvents): Wire {
  let state: 'unknown' | 'up' | LinkDown = 'unknown';
  let quietUntil = Number.NEGATIVE_INFINITY as MonoMs;
  let lastByteAt = Number.NEGATIVE_INFINITY as MonoMs;
  let stray: number[] = [];
  let out: { heard(): void; end(failure: ModbusFailure): void } | undefined;
  /** Ends the wait for a quiet line. */
  let wake: Cancel = idle;

  const now = () => clock.now().mono;
  const after = (ms: number, name: string, fire: () => void) => clock.at(later(now(), ms), name, fire);

  const link: SerialLink = serial.open(spec, {
    up() {
      state = 'up';
      line.reset();
      stray = [];
      quietUntil = later(now(), line.gapMs);
      events.up();
    },
    down(why) {
      lose(why);
      events.down(why);
    },
    bytes(chunk, at) {
      lastByteAt = at.mono;
      if (out) {
        line.hear(chunk);
        out.heard();
      } else if (!line.anonymous) line.hear(chunk);
      else if (stray.length < LONGEST_FRAME) stray.push(...chunk);
      if (line.lost()) reopen('what comes is no Modbus TCP');
    },
  });

  function lose(why: LinkDown): void {
    state = why;
    out?.end('modbus-down');
    wake();
  }

  function reopen(why: string): void {
    line.reset();
    link.reopen(why);
  }

  return {
    state: () => state,
    reopen,
    rest(ms) {
      quietUntil = later(now(), ms);
    },
    strays() {
      const bytes = Uint8Array.from(stray);
      stray = [];
      return bytes;
    },

    quiet() {
      const until = later(Math.max(now(), quietUntil) as MonoMs, PATIENCE_MS);
      return new Promise((resolve) => {
        const look = () => {
          wake = idle;
          if (state !== 'up') return resolve({ failure: 'modbus-down', context: {} });
          const at = Math.max(quietUntil, line.anonymous ? later(lastByteAt, line.gapMs) : lastByteAt) as MonoMs;
          if (at <= now()) return resolve(undefined);
          if (now() >= until)
            return resolve({ failure: 'modbus-garbled', context: { detail: 'the line is never quiet' } });
          const cancel = clock.at(Math.min(at, until) as MonoMs, 'modbus-quiet', look);
          wake = () => {
            cancel();
            look();
          };
        };
        look();
      });
    },

    exchange(question, request, answerMs) {
      const waitMs = answerMs + line.travelMs(question);
      return new Promise((resolve) => {
        let cancelGap: Cancel = idle;
        let overdue = false;
        const end = (result: Uint8Array | ModbusFailure) => {
          out = undefined;
          cancelDeadline();
          cancelGap();
          resolve(result);
        };
        const cancelDeadline = after(waitMs, 'modbus-answer', () => {
          overdue = true;
          // An answer that is whole waits only for the silence behind it.
          if (!line.answer()) end(line.instead().bytes === 0 ? 'modbus-timeout' : 'modbus-garbled');
        });
        out = {
          end,
          heard() {
            cancelGap();
            const answer = line.answer();
            if (line.lost()) end('modbus-garbled');
            else if (answer && line.gapMs === 0) end(answer);
            else if (answer) cancelGap = after(line.gapMs, 'modbus-gap', () => end(answer));
            // What was an answer is none with what came behind it, and no deadline is left to end it: also within the same ms.
            else if (overdue) end('modbus-garbled');
          },
        };
        if (now() - lastByteAt >= STALE_MS) line.forget();
        link.write(line.begin(question, request));
      });
    },

    async close() {
      lose({ reason: 'lost', detail: 'closed' });
      await link.close();
    },
  };
}

const idle: Cancel = () => undefined;
