// One port and the slaves on it: one question at a time, each with a deadline, and quiet after each that failed.
//
// RTU answers do not say what they answer. A late one must never pass for the answer to the next question, so after a
// failure (1) the line is left quiet for as long as the slowest slave may take, and (2) the slave in doubt is first asked
// something whose answer has another length, until it answers that: what is still on its way does not fit, and is heard.

import { countMisses } from '#base/misses.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, type MonoMs, SECOND } from '#contract/time.ts';
import type { LinkDown, ModbusFailure, ModbusSpec, SerialTransport } from '#contract/transport.ts';
import { answerBytes, type Question, speakers, unlike } from '#wire/modbus/frames.ts';
import { TransportError } from '../errors.ts';
import { type Breaker, breaker, STRIKES_LOST } from './breaker.ts';
import { asking } from './client.ts';
import type { Line } from './line.ts';
import { type Failed, openWire, type Wire } from './wire.ts';

const ANSWER_MS = 500;
/** No slave answers later than this: one in doubt that was not asked for so long is in doubt no more. */
const LATEST_ANSWER_MS = 5 * SECOND;

export interface Member {
  spec: ModbusSpec;
  up(): void;
  down(why: LinkDown): void;
  breaker: Breaker;
  /** Something of it may still be on its way. */
  doubtful: boolean;
  askedAt: MonoMs;
  /** Lengths of the answers to what it was ever asked, and when it was asked only to prove itself. */
  lengths: Map<number, 'question' | { proofAt: MonoMs }>;
  last: ModbusFailure | undefined;
}

export const member = (spec: ModbusSpec, { up, down }: Pick<Member, 'up' | 'down'>): Member => ({
  spec,
  up,
  down,
  breaker: breaker(),
  doubtful: false,
  askedAt: Number.NEGATIVE_INFINITY as MonoMs,
  lengths: new Map(),
  last: undefined,
});

export interface Bus {
  add(member: Member): void;
  remove(member: Member): void;
  read(member: Member, question: Question): Promise<number[]>;
  close(): Promise<void>;
}

interface Job {
  member: Member;
  question: Question;
  resolve(data: number[]): void;
  reject(error: TransportError): void;
}

type Outcome = { data: number[] } | Failed;

export interface Wiring {
  clock: Clock;
  log: Log;
  serial: SerialTransport;
  line: Line;
  spec: ModbusSpec;
}

export function createBus({ clock, log, serial, line, spec }: Wiring): Bus {
  const members = new Set<Member>();
  let queue: Job[] = [];
  let working = false;
  /** Failures in a row, of whatever slave. */
  const barren = countMisses();

  const now = () => clock.now().mono;
  const answerMs = ({ spec }: Member) => spec.answerMs ?? ANSWER_MS;
  const slowest = () => Math.max(0, ...[...members].map(answerMs));

  const wire: Wire = openWire(
    { clock, serial, line, spec },
    {
      up() {
        barren.reset();
        for (const each of members) {
          // It may be the cable that kept it from answering.
          each.breaker.reset();
          each.up();
        }
      },
      down(why) {
        for (const job of queue.splice(0)) job.reject(error(job, 'modbus-down', { reason: why.reason }));
        for (const each of members) each.down(why);
      },
    },
  );

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let job = queue.shift(); job; job = queue.shift()) {
      const outcome = await ask(job);
      settle(job, outcome);
    }
    working = false;
  }

  function settle(job: Job, outcome: Outcome): void {
    const { breaker, spec } = job.member;
    const lost = breaker.strikes >= STRIKES_LOST;
    if ('data' in outcome) {
      if (lost) log.info({ unit: spec.unit }, 'modbus slave answers again');
      breaker.reset();
      return job.resolve(outcome.data);
    }
    const { failure, context } = outcome;
    if (failure === 'modbus-exception') breaker.reset();
    else if (failure !== 'modbus-down' && failure !== 'modbus-closed') {
      breaker.strike(now());
      job.member.last = failure;
      if (!lost && breaker.strikes >= STRIKES_LOST)
        log.warn({ unit: spec.unit, failure, ...context }, 'modbus slave lost');
    }
    job.reject(error(job, failure, context));
  }

  /** What is garbled may be another's doing: it is asked once more. A slave that is merely silent is not. */
  async function ask({ member, question }: Job): Promise<Outcome> {
    const first = await attempt(member, question);
    return 'failure' in first && first.failure === 'modbus-garbled' ? attempt(member, question) : first;
  }

  async function attempt(member: Member, question: Question): Promise<Outcome> {
    hearStrays();
    if (now() - member.askedAt >= LATEST_ANSWER_MS) member.doubtful = false;
    for (const [bytes, use] of member.lengths)
      if (use !== 'question' && now() - use.proofAt >= LATEST_ANSWER_MS) member.lengths.delete(bytes);
    const bytes = answerBytes(question);
    // What is still on its way from a proof has this length: for a moment nothing of it can be told apart.
    if ((member.lengths.get(bytes) ?? 'question') !== 'question') return inDoubt;
    member.lengths.set(bytes, 'question');
    if (member.doubtful) {
      const proof = unlike(question, new Set(member.lengths.keys()));
      if (!proof) return inDoubt;
      member.lengths.set(answerBytes(proof), { proofAt: now() });
      const given = await put(member, proof);
      if ('failure' in given && given.failure !== 'modbus-exception') return given;
      member.doubtful = false;
    }
    return put(member, question);
  }

  /** Puts one question on the wire, when the line is quiet. */
  async function put(member: Member, question: Question): Promise<Outcome> {
    const { request, read } = await asking(question);
    const calm = await wire.quiet();
    if (calm !== undefined) return calm;
    hearStrays();
    member.askedAt = now();
    const frame = await wire.exchange(question, request, answerMs(member));
    return typeof frame === 'string' ? failed(member, frame) : understood(frame, read);
  }

  function failed(member: Member, failure: ModbusFailure): Outcome {
    if (failure === 'modbus-down') return { failure, context: {} };
    const { bytes, speakers: spoke } = line.instead();
    if (line.anonymous) {
      member.doubtful = true;
      doubt(spoke);
      wire.rest(slowest());
    }
    if (barren.miss()) wire.reopen(`${barren.count} questions without an answer`);
    return { failure, context: failure === 'modbus-garbled' ? { bytes, speakers: spoke } : {} };
  }

  async function understood(frame: Uint8Array, read: (frame: Uint8Array) => Promise<number[]>): Promise<Outcome> {
    barren.reset();
    try {
      return { data: await read(frame) };
    } catch (thrown) {
      const { modbusCode, message } = thrown as { modbusCode?: number; message?: string };
      if (modbusCode !== undefined) return { failure: 'modbus-exception', context: { exception: modbusCode } };
      return { failure: 'modbus-garbled', context: { detail: String(message) } };
    }
  }

  /** Answers that came while nobody had asked: who sends such, late or twice, is in doubt. */
  function hearStrays(): void {
    const stray = wire.strays();
    if (stray.length === 0) return;
    const units = speakers(stray);
    log.debug({ bytes: stray.length, units }, 'bytes that nobody asked for');
    doubt(units);
  }

  function doubt(units: readonly number[]): void {
    for (const each of members) if (units.includes(each.spec.unit)) each.doubtful = true;
  }

  const error = ({ member, question }: Job, failure: ModbusFailure, context: Record<string, unknown>) =>
    new TransportError(failure, messages[failure], {
      port: spec.path,
      ...question,
      strikes: member.breaker.strikes,
      ...context,
    });

  return {
    add(member) {
      members.add(member);
      if (wire.state() === 'unknown') return;
      // Not within the caller's `open`: events come when it has its link in hand.
      clock.at(now(), 'modbus-open', () => {
        const state = wire.state();
        if (!members.has(member)) return;
        if (state === 'up') member.up();
        else if (state !== 'unknown') member.down(state);
      });
    },
    remove(member) {
      members.delete(member);
      const [mine, others] = [
        queue.filter((job) => job.member === member),
        queue.filter((job) => job.member !== member),
      ];
      queue = others;
      for (const job of mine) job.reject(error(job, 'modbus-closed', {}));
    },
    read(member, question) {
      return new Promise((resolve, reject) => {
        const job: Job = { member, question, resolve, reject };
        if (!members.has(member)) return reject(error(job, 'modbus-closed', {}));
        if (wire.state() !== 'up') return reject(error(job, 'modbus-down', {}));
        if (member.breaker.resting(now())) return reject(error(job, 'modbus-resting', { last: member.last }));
        queue.push(job);
        void work();
      });
    },
    close: wire.close,
  };
}

const inDoubt: Outcome = { failure: 'modbus-garbled', context: { detail: 'its answers cannot be told apart yet' } };

const messages: Record<ModbusFailure, string> = {
  'modbus-timeout': 'the slave did not answer in time',
  'modbus-garbled': 'what came is no answer to the question',
  'modbus-exception': 'the slave refused the question',
  'modbus-resting': 'the slave failed too often and is left alone for a while',
  'modbus-down': 'the port is not there',
  'modbus-closed': 'the link was closed',
};
