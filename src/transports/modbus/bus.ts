// One port and the slaves on it: one question at a time, each with a deadline, and quiet after each that failed.
//
// RTU answers do not say what they answer. A late one must never pass for the answer to the next question, so after a
// failure (1) the line is left quiet for as long as the slowest slave may take, and (2) the slave in doubt is first asked
// something whose answer has another length, until it answers that: what is still on its way does not fit, and is heard.

import { countMisses, type Misses } from '#base/misses.ts';
import type { Log } from '#contract/log.ts';
import type { Clock, MonoMs } from '#contract/time.ts';
import type { LinkDown, ModbusFailure, ModbusSpec, SerialTransport } from '#contract/transport.ts';
import { type Question, speakers } from '#wire/modbus/frames.ts';
import { TransportError } from '../errors.ts';
import { STRIKES_LOST } from './breaker.ts';
import { asking } from './client.ts';
import type { Line } from './line.ts';
import { answerMs, firstQuestion, type Member } from './member.ts';
import { type Failed, openWire, type Wire } from './wire.ts';

export interface Bus {
  add(member: Member): void;
  remove(member: Member): void;
  read(member: Member, question: Question): Promise<number[]>;
  close(): Promise<void>;
}

export interface Wiring {
  clock: Clock;
  log: Log;
  serial: SerialTransport;
  line: Line;
  spec: ModbusSpec;
}

interface Job {
  member: Member;
  question: Question;
  resolve(data: number[]): void;
  reject(error: TransportError): void;
}

type Outcome = { data: number[] } | Failed;

interface State extends Wiring {
  readonly wire: Wire;
  readonly members: Set<Member>;
  queue: Job[];
  working: boolean;
  /** Failures in a row, of whatever slave. */
  readonly barren: Misses;
}

export function createBus(wiring: Wiring): Bus {
  const bus: State = {
    ...wiring,
    wire: openWire(wiring, { up: () => portUp(bus), down: (why) => portDown(bus, why) }),
    members: new Set(),
    queue: [],
    working: false,
    barren: countMisses(),
  };
  return {
    add: (member) => add(bus, member),
    remove: (member) => remove(bus, member),
    read: (member, question) => read(bus, member, question),
    close: bus.wire.close,
  };
}

function portUp({ barren, members }: State): void {
  barren.reset();
  for (const each of members) {
    // It may be the cable that kept it from answering.
    each.breaker.reset();
    each.up();
  }
}

function portDown(bus: State, why: LinkDown): void {
  for (const job of bus.queue.splice(0)) job.reject(errorOf(bus, job, 'modbus-down', { reason: why.reason }));
  for (const each of bus.members) each.down(why);
}

function add({ members, wire, clock }: State, member: Member): void {
  members.add(member);
  if (wire.state() === 'unknown') return;
  // Not within the caller's `open`: events come when it has its link in hand.
  clock.at(clock.now().mono, 'modbus-open', () => {
    const state = wire.state();
    if (!members.has(member)) return;
    if (state === 'up') member.up();
    else if (state !== 'unknown') member.down(state);
  });
}

function remove(bus: State, member: Member): void {
  bus.members.delete(member);
  const gone = bus.queue.filter((job) => job.member === member);
  bus.queue = bus.queue.filter((job) => job.member !== member);
  for (const job of gone) job.reject(errorOf(bus, job, 'modbus-closed'));
}

function read(bus: State, member: Member, question: Question): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const job: Job = { member, question, resolve, reject };
    if (!bus.members.has(member)) return reject(errorOf(bus, job, 'modbus-closed'));
    if (bus.wire.state() !== 'up') return reject(errorOf(bus, job, 'modbus-down'));
    if (member.breaker.resting(now(bus))) return reject(errorOf(bus, job, 'modbus-resting', { last: member.last }));
    bus.queue.push(job);
    void work(bus);
  });
}

async function work(bus: State): Promise<void> {
  if (bus.working) return;
  bus.working = true;
  for (let job = bus.queue.shift(); job; job = bus.queue.shift()) {
    const outcome = await ask(bus, job);
    settle(bus, job, outcome);
  }
  bus.working = false;
}

function settle(bus: State, job: Job, outcome: Outcome): void {
  const { breaker, spec } = job.member;
  const lost = breaker.strikes >= STRIKES_LOST;
  if ('data' in outcome) {
    if (lost) bus.log.info({ unit: spec.unit }, 'modbus slave answers again');
    breaker.reset();
    return job.resolve(outcome.data);
  }
  const { failure, context } = outcome;
  if (failure === 'modbus-exception') breaker.reset();
  else if (failure !== 'modbus-down' && failure !== 'modbus-closed') {
    breaker.strike(now(bus));
    job.member.last = failure;
    if (!lost && breaker.strikes >= STRIKES_LOST)
      bus.log.warn({ unit: spec.unit, failure, ...context }, 'modbus slave lost');
  }
  job.reject(errorOf(bus, job, failure, context));
}

/** What is garbled may be another's doing: it is asked once more. A slave that is merely silent is not. */
async function ask(bus: State, { member, question }: Job): Promise<Outcome> {
  const first = await attempt(bus, member, question);
  return 'failure' in first && first.failure === 'modbus-garbled' ? attempt(bus, member, question) : first;
}

async function attempt(bus: State, member: Member, question: Question): Promise<Outcome> {
  hearStrays(bus);
  const first = firstQuestion(member, question, now(bus));
  if (!first) return inDoubt;
  if (first !== question) {
    const proof = await put(bus, member, first);
    if ('failure' in proof && proof.failure !== 'modbus-exception') return proof;
    member.doubtful = false;
  }
  return put(bus, member, question);
}

/** Puts one question on the wire, when the line is quiet. */
async function put(bus: State, member: Member, question: Question): Promise<Outcome> {
  const { request, read } = await asking(question);
  const calm = await bus.wire.quiet();
  if (calm !== undefined) return calm;
  hearStrays(bus);
  member.askedAt = now(bus);
  const frame = await bus.wire.exchange(question, request, answerMs(member));
  return typeof frame === 'string' ? failed(bus, member, frame) : understood(bus, frame, read);
}

function failed(bus: State, member: Member, failure: ModbusFailure): Outcome {
  const { wire, line, members, barren } = bus;
  if (failure === 'modbus-down') return { failure, context: {} };
  const { bytes, speakers: spoke } = line.instead();
  if (line.anonymous) {
    member.doubtful = true;
    doubt(members, spoke);
    wire.rest(Math.max(0, ...[...members].map(answerMs)));
  }
  if (barren.miss()) wire.reopen(`${barren.count} questions without an answer`);
  return { failure, context: failure === 'modbus-garbled' ? { bytes, speakers: spoke } : {} };
}

async function understood(
  { barren }: State,
  frame: Uint8Array,
  read: (frame: Uint8Array) => Promise<number[]>,
): Promise<Outcome> {
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
function hearStrays({ wire, members, log }: State): void {
  const stray = wire.strays();
  if (stray.length === 0) return;
  const units = speakers(stray);
  log.debug({ bytes: stray.length, units }, 'bytes that nobody asked for');
  doubt(members, units);
}

function doubt(members: Iterable<Member>, units: readonly number[]): void {
  for (const each of members) if (units.includes(each.spec.unit)) each.doubtful = true;
}

const now = ({ clock }: State): MonoMs => clock.now().mono;

const errorOf = (
  { spec }: State,
  { member, question }: Job,
  failure: ModbusFailure,
  context: Record<string, unknown> = {},
) =>
  new TransportError(failure, messages[failure], {
    port: spec.path,
    ...question,
    strikes: member.breaker.strikes,
    ...context,
  });

const inDoubt: Outcome = { failure: 'modbus-garbled', context: { detail: 'its answers cannot be told apart yet' } };

const messages: Record<ModbusFailure, string> = {
  'modbus-timeout': 'the slave did not answer in time',
  'modbus-garbled': 'what came is no answer to the question',
  'modbus-exception': 'the slave refused the question',
  'modbus-resting': 'the slave failed too often and is left alone for a while',
  'modbus-down': 'the port is not there',
  'modbus-closed': 'the link was closed',
};
