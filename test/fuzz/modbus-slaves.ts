// Hostile slaves on one Modbus line, byte by byte: truncated, doubled, corrupted, random, late, another's, too short, too
// long, in pieces. They keep account of what they said, and what was the truth.

import { type Clock, later } from '#contract/time.ts';
import { type Ask, sumOf } from './modbus-oracle.ts';

export interface Question extends Ask {
  number: number;
  transaction: [number, number];
  /** Registers as the slave had them when it was asked. */
  truth: Uint8Array;
  /** What was on the line from this question on to the next one; on TCP, what may have been half of a frame before it too. */
  heard: number[];
  /** Answers to questions that were over, said for the first time while this one was out: never its answer. */
  stale: Set<string>;
}

export interface Slaves {
  hear(request: Uint8Array): void;
  /** The newest question to a unit about this place. */
  asked(ask: Ask): Question | undefined;
  /** From now on all answer as they should, at once. */
  behave(good: boolean): void;
  /** Noise that answers nothing. */
  noise(): void;
  frames(): number;
}

export interface Surroundings {
  clock: Clock;
  tcp: boolean;
  /** Model of each unit. */
  units: ReadonlyMap<number, string>;
  /** A likely word of a model's register; undefined for one that may be anything. */
  usual(model: string, address: number, below: (limit: number) => number): number | undefined;
  random(): number;
  /** Puts bytes on the line. */
  say(bytes: Uint8Array): void;
}

const LATEST_MS = 3_000;
/**
 * A copy of an answer, or what another slave says in its name, passes for the next answer to the same question: that is what
 * RTU cannot show. The real one, if it is late, then passes for the one after it, until something stands where nothing was
 * asked. That long nothing is called stale.
 */
const SHIFTED_MS = 10_000;
/** Bytes before a question in which a frame of TCP may begin. */
const TAIL = 300;

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export function hostileSlaves({ clock, tcp, units, usual, random, say }: Surroundings): Slaves {
  const below = (limit: number) => Math.floor(random() * limit);
  const byte = () => below(256);
  const asked = new Map<string, Question>();
  /** When each slave is done with what it has to say: it answers in the order it was asked, however late. */
  const busyUntil = new Map<number, number>();
  /** A slave that has become sluggish: each of its next answers comes so late, the one in the turn of the other. */
  const sluggish = new Map<number, { ms: number; answers: number }>();
  const copiedAt = new Map<number, number>();
  let current: Question | undefined;
  let number = 0;
  let good = false;
  let frames = 0;
  let tail: number[] = [];
  const now = () => clock.now().mono;

  const nameOf = ({ unit, code, address, count }: Ask) => `${unit}/${code}/${address}/${count}`;

  function onLine(bytes: readonly number[]): void {
    tail = [...tail, ...bytes].slice(-TAIL);
    current?.heard.push(...bytes);
    say(Uint8Array.from(bytes));
  }

  /** Says it `ms` from now, in one piece or in several, and never before what its slave said earlier. */
  function send(unit: number, bytes: readonly number[], ms: number, over: () => void = () => undefined): void {
    const pieces: [piece: readonly number[], ms: number][] = [];
    if (good || below(3) > 0) pieces.push([bytes, ms]);
    else
      for (let at = 0, wait = ms; at < bytes.length; wait += below(20)) {
        const size = 1 + below(12);
        pieces.push([bytes.slice(at, at + size), wait]);
        at += size;
      }
    for (const [at, [piece, wait]] of pieces.entries()) {
      const when = Math.max(now() + wait, busyUntil.get(unit) ?? 0);
      busyUntil.set(unit, when);
      clock.at(later(clock.now().mono, when - now()), 'slave', () => {
        onLine(piece);
        if (at === pieces.length - 1) over();
      });
    }
  }

  const framed = (unit: number, body: readonly number[], [high, low]: readonly [number, number]): number[] =>
    tcp
      ? [high, low, 0, 0, (body.length + 1) >> 8, (body.length + 1) & 0xff, unit, ...body]
      : [unit, ...body, ...sumOf(Uint8Array.of(unit, ...body))];
  const anyWords = (count: number) => Array.from({ length: 2 * count }, byte);
  /** What a line makes by itself: half the time what its bias would, else anything. */
  const strays = (): number[] => {
    const [idle, length] = [below(2) === 0, 1 + below(6)];
    return Array.from({ length }, () => (idle ? -below(2) & 0xff : byte()));
  };
  const otherUnit = (unit: number) => {
    const all = [...units.keys(), 1 + below(247)].filter((other) => other !== unit);
    return all[below(all.length)] ?? unit + 1;
  };

  function answer(question: Question): void {
    const { unit, code, count, truth, transaction } = question;
    const body = [code, 2 * count, ...truth];
    const right = framed(unit, body, transaction);
    const soon = 1 + below(30);
    const whole = (ms: number, bytes: readonly number[] = right) =>
      send(unit, bytes, ms, () => {
        const shifted = now() - (copiedAt.get(unit) ?? Number.NEGATIVE_INFINITY) < SHIFTED_MS;
        if (current && current !== question && !shifted) current.stale.add(hex(truth));
      });
    const other = (bytes: readonly number[]) => send(unit, bytes, soon);
    frames += 1;
    if (good) return whole(soon);
    const mood = sluggish.get(unit);
    if (mood && mood.answers > 0) {
      mood.answers -= 1;
      return whole(mood.ms);
    }
    // One that owes much says nothing more for a while, so that nothing comes later than slaves do.
    const slow = (busyUntil.get(unit) ?? 0) > now() + LATEST_MS;
    switch (slow ? 0 : below(21)) {
      case 0:
        return;
      case 20:
        sluggish.set(unit, { ms: 400 + below(2_000), answers: 1 + below(6) });
        return;
      case 1:
        return whole(below(LATEST_MS));
      case 2:
        return other(right.slice(0, 1 + below(right.length - 1)));
      case 3:
        frames += 1;
        whole(soon);
        return send(unit, right, soon + below(below(2) ? 60 : LATEST_MS), () => copiedAt.set(unit, now()));
      case 4:
        return other(right.with(below(right.length), byte()));
      case 5:
        return other(right.map((each) => (below(8) === 0 ? each ^ (1 << below(8)) : each)));
      case 6:
        return other(Array.from({ length: 1 + below(40) }, byte));
      case 7: {
        const named = otherUnit(unit);
        const bytes = framed(named, [code, 2 * count, ...anyWords(count)], transaction);
        return send(unit, bytes, soon, () => copiedAt.set(named, now()));
      }
      case 8: {
        const wrong = [1, 2, 3, 4, 6, 16].filter((each) => each !== code);
        return other(framed(unit, [wrong[below(wrong.length)] ?? 1, 2 * count, ...anyWords(count)], transaction));
      }
      case 9: {
        const fewer = Math.max(0, count - 1 - below(count));
        return other(framed(unit, [code, 2 * fewer, ...truth.subarray(0, 2 * fewer)], transaction));
      }
      case 10:
        return other(framed(unit, [code, 2 * count + 2, ...truth, byte(), byte()], transaction));
      case 11:
        // The right length of frame, with another said in it.
        return other(framed(unit, [code, byte(), ...truth], transaction));
      case 12:
        return other(framed(unit, [code | 0x80, below(12)], transaction));
      case 13:
        return whole(soon, [...strays(), ...right]);
      case 14:
        return whole(soon, [...right, ...strays()]);
      case 15:
        frames += 1;
        other(right.slice(0, 1 + below(right.length - 1)));
        return whole(soon + below(40));
      case 16:
        return tcp
          ? other(framed(unit, body, [byte(), byte()]))
          : whole(soon, [...right, ...framed(otherUnit(unit), body, transaction)]);
      default:
        return whole(soon);
    }
  }

  function truthOf(ask: Ask): Uint8Array {
    const model = units.get(ask.unit) ?? '';
    const data = Buffer.from(anyWords(ask.count));
    // Mostly what such a device says on a good day, so that there is something to be told.
    if (good || below(4) > 0)
      for (let at = 0; at < ask.count; at += 1) {
        const word = usual(model, ask.address + at, below);
        if (word !== undefined) data.writeUInt16BE(word & 0xffff, 2 * at);
      }
    return data;
  }

  return {
    frames: () => frames,
    asked: (ask) => asked.get(nameOf(ask)),
    behave(now) {
      good = now;
    },
    noise() {
      frames += 1;
      onLine(Array.from({ length: 1 + below(20) }, byte));
    },
    hear(request) {
      const from = tcp ? 6 : 0;
      const at = (offset: number) => request[from + offset] ?? 0;
      const ask: Ask = {
        ...{ unit: at(0), code: at(1) },
        ...{ address: (at(2) << 8) | at(3), count: (at(4) << 8) | at(5) },
      };
      number += 1;
      const transaction: [number, number] = [request[0] ?? 0, request[1] ?? 0];
      const heard = tcp ? [...tail] : [];
      current = { ...ask, number, transaction, truth: truthOf(ask), heard, stale: new Set() };
      asked.set(nameOf(ask), current);
      answer(current);
    },
  };
}
