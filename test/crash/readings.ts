// What is asked of the readings after rounds of SIGKILL. In words of docs/uplink: the ring is what a cursor reads from, a
// batch in flight may come again, and nothing that no detector said is anywhere.

import type { Reading } from '#contract/reading.ts';
import { BATCH_MS } from '#src/store/history-batches.ts';
import type { Served } from './detectors.ts';

/** A gateway from its start to its death. */
export interface Life {
  begun: number;
  /** Infinity while it lives. */
  died: number;
}

export interface Death {
  at: number;
  /** How many times longer than on an idle machine things took then: what was under way is that much older. */
  slow: number;
}

/** A reading as it came over the wire, or as it lies on the platform's disk. */
export interface Forwarded {
  position: number;
  device: string;
  quantity: string;
  value: number | boolean | string;
  mono: number;
  /** When it came. */
  at: number;
}

export interface Evidence {
  served: ReadonlyMap<string, readonly Served[]>;
  lives: readonly Life[];
  /** Deaths of gateway and broker: only around one may a batch come again. */
  deaths: readonly Death[];
  /** The readings in the ring, by position. */
  ring: readonly { position: number; reading: Reading }[];
  wire: readonly Forwarded[];
  platform: readonly Forwarded[];
}

export interface Judgement {
  /** Answers given by detectors, levels read back from the ring, readings that came over the wire, and those that came again. */
  served: number;
  kept: number;
  forwarded: number;
  again: number;
  /** Answers that are in no ring, and the longest time between one of them and the kill that took it, ms. */
  lost: number;
  longestLossMs: number;
  problems: string[];
}

/**
 * What a kill may take with it: what waits in memory for its batch, at most `BATCH_MS` old, and the batch that the writer is at
 * on a card that drags. From a gateway that is killed while it starts, all since its start.
 */
const LOSS_MS = BATCH_MS + 2_000;
/** The cursor is committed at PUBACK, which a card that drags makes late: a kill before it sends again what came so shortly before. */
export const IN_FLIGHT_MS = 3_000;
/** What a killed gateway gave to the broker, or a killed broker to its socket, is heard a moment after the kill. */
const ON_THE_WIRE_MS = 1_000;
/** No gateway says anything so soon after its process began. */
const FIRST_WORD_MS = 250;
const MOST_PROBLEMS = 5;

export function judgeReadings(evidence: Evidence): Judgement {
  const { served, ring } = evidence;
  const judgement: Judgement = {
    served: [...served.values()].reduce((sum, answers) => sum + answers.length, 0),
    kept: ring.filter(({ reading }) => reading.quantity === 'gas').length,
    forwarded: evidence.wire.length,
    again: 0,
    lost: 0,
    longestLossMs: 0,
    problems: [],
  };
  for (const [device, answers] of served) held(device, answers, evidence, judgement);
  alarmBits(evidence, judgement);
  sameAsRing('over the wire', evidence.wire, evidence, judgement);
  sameAsRing('on the platform’s disk', evidence.platform, evidence, judgement);
  cameAgain(evidence, judgement);
  storedOnce(evidence, judgement);
  judgement.problems.splice(MOST_PROBLEMS);
  return judgement;
}

/** Of each life the ring holds the first answers, whole and in order; missing is what was young when the gateway was killed. */
function held(device: string, answers: readonly Served[], { lives, ring }: Evidence, judgement: Judgement): void {
  const levels = ring.filter(({ reading }) => reading.deviceId === device && reading.quantity === 'gas');
  for (const [number, { begun, died }] of lives.entries()) {
    const said = answers.filter(({ life }) => life === number);
    const next = lives[number + 1]?.begun ?? Number.POSITIVE_INFINITY;
    const read = levels.filter(({ reading }) => reading.at.mono >= begun && reading.at.mono < next);
    for (const [at, { reading }] of read.entries()) {
      const answer = said[at];
      if (!answer || answer.value !== reading.value || answer.mono > reading.at.mono + 1 || reading.quality === 'bad') {
        const expected = answer ? `${answer.value} at ${answer.mono}` : 'nothing more';
        judgement.problems.push(
          `${device}, gateway ${number + 1}: reading ${at + 1} in the ring is ${reading.value} (${reading.quality}) at ${reading.at.mono}; the detector said ${expected}`,
        );
        break;
      }
    }
    const missing = said.slice(read.length);
    const [first] = missing;
    judgement.lost += missing.length;
    if (!first || died === Number.POSITIVE_INFINITY) continue;
    const ms = died - first.mono;
    judgement.longestLossMs = Math.max(judgement.longestLossMs, ms);
    if (ms > LOSS_MS)
      judgement.problems.push(`${device}, gateway ${number + 1}: what it said ${ms} ms before the kill is in no ring`);
  }
}

/** Each alarm bit stands directly behind the level that it was read with. */
function alarmBits({ ring }: Evidence, { problems }: Judgement): void {
  for (const [at, { position, reading }] of ring.entries()) {
    if (reading.quantity !== 'gasAlarm') continue;
    const before = ring[at - 1];
    const fits =
      before?.position === position - 1 &&
      before.reading.deviceId === reading.deviceId &&
      before.reading.quantity === 'gas' &&
      reading.value === false;
    if (!fits) problems.push(`${reading.deviceId}: an alarm bit (${reading.value}) at ${position} without its level`);
  }
}

/** Nothing is sent that is not in the ring, at the same place. */
function sameAsRing(where: string, readings: readonly Forwarded[], { ring }: Evidence, { problems }: Judgement): void {
  const places = new Map(ring.map(({ position, reading }) => [position, reading]));
  for (const { position, device, quantity, value, mono } of readings) {
    const kept = places.get(position);
    const same =
      kept?.deviceId === device && kept.quantity === quantity && kept.value === value && kept.at.mono === mono;
    if (!same)
      problems.push(
        `${where}: ${device} ${quantity} ${value} at position ${position}, where the ring holds ${JSON.stringify(kept)}`,
      );
  }
}

/** A reading comes again only around a kill, if it had come shortly before. */
function cameAgain({ wire, deaths, lives }: Evidence, judgement: Judgement): void {
  const last = new Map<number, number>();
  for (const { position, at } of wire) {
    const before = last.get(position);
    last.set(position, at);
    if (before === undefined) continue;
    judgement.again += 1;
    /** What a next gateway has sent was on no wire when the one before it died. */
    const sentSince = ({ at: death }: Death) =>
      lives.some(({ begun }) => begun > death && begun + FIRST_WORD_MS <= before);
    const excused = deaths.some(
      (death) =>
        death.at <= at &&
        death.at - before <= IN_FLIGHT_MS * death.slow &&
        death.at >= before - ON_THE_WIRE_MS * death.slow &&
        !sentSince(death),
    );
    if (!excused)
      judgement.problems.push(
        `position ${position} came again ${at - before} ms later, and nothing had died when it first came, but ${nearest(deaths, before)}`,
      );
  }
}

const nearest = (deaths: readonly Death[], at: number): string => {
  const [ms = Number.NaN] = deaths.map((death) => death.at - at).toSorted((a, b) => Math.abs(a) - Math.abs(b));
  return `${Math.abs(ms)} ms ${ms < 0 ? 'before' : 'after'}`;
};

/** Whatever the positions are, one answer is one level on the platform's disk. */
function storedOnce({ platform }: Evidence, { problems }: Judgement): void {
  const seen = new Set<string>();
  for (const { device, quantity, mono } of platform) {
    const name = `${device} ${quantity} of ${mono}`;
    if (seen.has(name)) problems.push(`on the platform’s disk twice: ${name}`);
    seen.add(name);
  }
}
