// Modbus without a bus, for drivers; and slaves that misbehave, for the bus itself.

import type { Clock } from '#contract/time.ts';
import type { LinkEvents, ModbusFailure, ModbusSpec, ModbusTransport } from '#contract/transport.ts';
import { TransportError } from '#src/transports/errors.ts';
import { functionCode, type Question, withCrc } from '#wire/modbus/frames.ts';
import { fakeSerial } from './serial.ts';

/** What virtual time starts goes on in promises: time passes in small steps, and they are let finish after each. */
export async function pass(clock: { advance(ms: number): void }, ms: number, step = 5): Promise<void> {
  for (let gone = 0; gone < ms; gone += step) {
    clock.advance(Math.min(step, ms - gone));
    await new Promise(setImmediate);
  }
}

export interface FakeModbus {
  transport: ModbusTransport;
  /** Registers of every slave, by address. What is not there is refused with exception 2. */
  registers: Map<number, number>;
  plug(): void;
  unplug(): void;
  /** Reads fail so from now on; undefined: they succeed. */
  fail(code: ModbusFailure | undefined, context?: object): void;
  opened: ModbusSpec[];
  reads: [table: string, address: number, count: number][];
  closed(): boolean;
  /** How many links are open. */
  open(): number;
}

/** The port as a driver sees it. */
export function fakeModbus(): FakeModbus {
  const registers = new Map<number, number>();
  const opened: ModbusSpec[] = [];
  const reads: FakeModbus['reads'] = [];
  const links = new Set<LinkEvents>();
  let failure: { code: ModbusFailure; context: object } | undefined;
  const read = async (table: string, address: number, count: number): Promise<number[]> => {
    reads.push([table, address, count]);
    if (failure) throw new TransportError(failure.code, 'fake', { ...failure.context });
    return Array.from({ length: count }, (_, at) => {
      const value = registers.get(address + at);
      if (value === undefined) throw new TransportError('modbus-exception', 'fake', { exception: 2 });
      return value;
    });
  };
  return {
    registers,
    opened,
    reads,
    closed: () => opened.length > 0 && links.size === 0,
    open: () => links.size,
    plug: () => {
      for (const { up } of links) up();
    },
    unplug: () => {
      for (const { down } of links) down({ reason: 'lost', detail: 'fake' });
    },
    fail(code, context = {}) {
      failure = code && { code, context };
    },
    transport: {
      open(spec, events) {
        opened.push(spec);
        links.add(events);
        return {
          readHolding: (address, count) => read('holding', address, count),
          readInput: (address, count) => read('input', address, count),
          close: async () => void links.delete(events),
        };
      },
    },
  };
}

/** Gives bytes, so many ms from now. */
export type Say = (bytes: Uint8Array, afterMs?: number) => void;
/** What a slave makes of a question, with the answer that a good one would give. */
export type Manners = (answer: Uint8Array, say: Say, question: Question) => void;

export const healthy: Manners = (answer, say) => say(answer, 10);
export const silent: Manners = () => undefined;
export const late =
  (ms: number): Manners =>
  (answer, say) =>
    say(answer, ms);
export const half =
  (bytes: number): Manners =>
  (answer, say) =>
    say(answer.subarray(0, bytes), 10);
export const doubled =
  (gapMs: number): Manners =>
  (answer, say) => {
    say(answer, 10);
    say(answer, 10 + gapMs);
  };
export const forAnother =
  (unit: number): Manners =>
  (answer, say) =>
    say(withCrc(Uint8Array.of(unit, ...answer.subarray(1, -2))), 10);
/** As it should, among bytes that a line without bias makes by itself. */
export const among =
  (before: readonly number[], behind: readonly number[], chunk: number): Manners =>
  (answer, say) => {
    const bytes = Uint8Array.of(...before, ...answer, ...behind);
    for (let at = 0; at < bytes.length; at += chunk) say(bytes.subarray(at, at + chunk), 10 + at);
  };
export const corrupt =
  (at: number, flip: number): Manners =>
  (answer, say) =>
    say(answer.with(at % answer.length, (answer[at % answer.length] ?? 0) ^ flip), 10);

/**
 * Slaves on an RTU line, byte by byte. A register holds `unit * 1000 + address`, but the second of each answer, which
 * holds the number of the question: so an answer shows whose it is, where it was read and what it answers.
 */
export function roughBus(clock: Clock & { now(): ReturnType<Clock['now']> }) {
  const line = fakeSerial(clock);
  const manners = new Map<number, Manners>();
  const asked: Question[] = [];
  const say: Say = (bytes, afterMs = 0) => {
    const copy = Uint8Array.from(bytes);
    clock.at((clock.now().mono + afterMs) as never, 'slave', () => line.say(copy));
  };
  /** When each slave is done with what it has to say: it answers in the order it was asked, however late. */
  const busyUntil = new Map<number, number>();
  line.hear((request) => {
    const [unit = 0, code = 0, a = 0, b = 0, c = 0, d = 0] = request;
    const table = code === functionCode.input ? 'input' : 'holding';
    const question: Question = { unit, table, address: (a << 8) | b, count: (c << 8) | d };
    asked.push(question);
    const words = Array.from({ length: question.count }, (_, at) =>
      at === 1 ? asked.length : unit * 1_000 + question.address + at,
    );
    const answer = withCrc(
      Uint8Array.of(unit, code, 2 * question.count, ...words.flatMap((word) => [(word >> 8) & 0xff, word & 0xff])),
    );
    const inOrder: Say = (bytes, afterMs = 0) => {
      const now = clock.now().mono;
      const at = Math.max(now + afterMs, busyUntil.get(unit) ?? now);
      busyUntil.set(unit, at);
      say(bytes, at - now);
    };
    manners.get(unit)?.(answer, inOrder, question);
  });
  return { line, manners, asked, say };
}
