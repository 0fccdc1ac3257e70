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

interface State extends WireParts {
  readonly link: SerialLink;
  state: ReturnType<Wire['state']>;
  quietUntil: MonoMs;
  lastByteAt: MonoMs;
  /** What came while nobody had asked. */
  stray: number[];
  /** The question that is out. */
  out: { heard(): void; end(failure: ModbusFailure): void } | undefined;
  /** Ends the wait for a quiet line. */
  wake: Cancel;
}

/** Opens the port, for ever. What is under way when it is lost ends with `modbus-down`, before `down` is reported. */
export function openWire(parts: WireParts, events: LinkEvents): Wire {
  const wire: State = {
    ...parts,
    link: parts.serial.open(parts.spec, {
      up() {
        cameUp(wire);
        events.up();
      },
      down(why) {
        lose(wire, why);
        events.down(why);
      },
      bytes: (chunk, at) => hear(wire, chunk, at.mono),
    }),
    state: 'unknown',
    quietUntil: Number.NEGATIVE_INFINITY as MonoMs,
    lastByteAt: Number.NEGATIVE_INFINITY as MonoMs,
    stray: [],
    out: undefined,
    wake: idle,
  };
  return {
    state: () => wire.state,
    reopen: (why) => reopen(wire, why),
    rest(ms) {
      wire.quietUntil = later(now(wire), ms);
    },
    strays: () => strays(wire),
    quiet: () => quiet(wire),
    exchange: (question, request, answerMs) => exchange(wire, question, request, answerMs),
    async close() {
      lose(wire, { reason: 'lost', detail: 'closed' });
      await wire.link.close();
    },
  };
}

const idle: Cancel = () => undefined;

const now = ({ clock }: State): MonoMs => clock.now().mono;

const after = (wire: State, ms: number, name: string, fire: () => void): Cancel =>
  wire.clock.at(later(now(wire), ms), name, fire);

function cameUp(wire: State): void {
  wire.state = 'up';
  wire.line.reset();
  wire.stray = [];
  wire.quietUntil = later(now(wire), wire.line.gapMs);
}

function lose(wire: State, why: LinkDown): void {
  wire.state = why;
  wire.out?.end('modbus-down');
  wire.wake();
}

function reopen({ line, link }: State, why: string): void {
  line.reset();
  link.reopen(why);
}

function hear(wire: State, chunk: Uint8Array, at: MonoMs): void {
  const { line, out, stray } = wire;
  wire.lastByteAt = at;
  if (out) {
    line.hear(chunk);
    out.heard();
  } else if (!line.anonymous) line.hear(chunk);
  else if (stray.length < LONGEST_FRAME) stray.push(...chunk);
  if (line.lost()) reopen(wire, 'what comes is no Modbus TCP');
}

function strays(wire: State): Uint8Array {
  const bytes = Uint8Array.from(wire.stray);
  wire.stray = [];
  return bytes;
}

function quiet(wire: State): Promise<Failed | undefined> {
  const { line, clock } = wire;
  const until = later(Math.max(now(wire), wire.quietUntil) as MonoMs, PATIENCE_MS);
  return new Promise((resolve) => {
    const look = () => {
      wire.wake = idle;
      if (wire.state !== 'up') return resolve({ failure: 'modbus-down', context: {} });
      const silentAt = line.anonymous ? later(wire.lastByteAt, line.gapMs) : wire.lastByteAt;
      const at = Math.max(wire.quietUntil, silentAt) as MonoMs;
      if (at <= now(wire)) return resolve(undefined);
      if (now(wire) >= until)
        return resolve({ failure: 'modbus-garbled', context: { detail: 'the line is never quiet' } });
      const cancel = clock.at(Math.min(at, until) as MonoMs, 'modbus-quiet', look);
      wire.wake = () => {
        cancel();
        look();
      };
    };
    look();
  });
}

function exchange(
  wire: State,
  question: Question,
  request: Uint8Array,
  answerMs: number,
): ReturnType<Wire['exchange']> {
  const { line, link } = wire;
  return new Promise((resolve) => {
    let cancelGap: Cancel = idle;
    let overdue = false;
    const end = (result: Uint8Array | ModbusFailure) => {
      wire.out = undefined;
      cancelDeadline();
      cancelGap();
      resolve(result);
    };
    const cancelDeadline = after(wire, answerMs + line.travelMs(question), 'modbus-answer', () => {
      overdue = true;
      // An answer that is whole waits only for the silence behind it.
      if (!line.answer()) end(line.instead().bytes === 0 ? 'modbus-timeout' : 'modbus-garbled');
    });
    wire.out = {
      end,
      heard() {
        cancelGap();
        const answer = line.answer();
        if (line.lost()) end('modbus-garbled');
        else if (answer && line.gapMs === 0) end(answer);
        else if (answer) cancelGap = after(wire, line.gapMs, 'modbus-gap', () => end(answer));
        // What was an answer is none with what came behind it, and no deadline is left to end it: also within the same ms.
        else if (overdue) end('modbus-garbled');
      },
    };
    if (now(wire) - wire.lastByteAt >= STALE_MS) line.forget();
    link.write(line.begin(question, request));
  });
}
