// What wearables tell of who is at home: one that is worn and heard is with its wearer, and one that was lost when the
// exit door was used went out with them. A band on the table is nobody, and a radio that fails is no departure.

import { type Instant, instantOf, msSince } from '#base/instant.ts';
import type { Device } from '#contract/device.ts';
import type { Fault } from '#contract/fault.ts';
import { own } from '#contract/own.ts';
import type { Reading } from '#contract/reading.ts';
import { later, MINUTE, type Moment, type MonoMs, soonest } from '#contract/time.ts';
import type { Samples } from '#contract/value.ts';
import { outOfReach } from '../lost.ts';

/** Plain JSON. */
export type Wearables = {
  known: Record<string, Wearable>;
  /** The exit door was last used; somebody last moved inside. */
  door: Instant | null;
  inside: Instant | null;
  /** Faults of radios that are active: what is lost with them is lost by them. */
  radio: string[];
  /** Another device was lost last. */
  otherLost: Instant | null;
};
type Wearable = {
  heard: Instant;
  /** Not on the skin, by its own word. */
  off: boolean;
  /** Last acceleration that differed, g. */
  lies: [number, number, number] | null;
  /** Skin contact, a pulse or movement was last told. */
  worn: Instant | null;
  /** Lost since. */
  gone: Instant | null;
};

/** What a wearable tells vouches for so long. */
const VOUCH_MS = 10 * MINUTE;
/** Between the door and the loss, in either order: a lift, a staircase, a radio that is slow to notice. */
const TOGETHER_MS = 10 * MINUTE;
/** Movement so soon after the exit door is of who goes. */
const SEEN_OUT_MS = 2 * MINUTE;
/** One that was not worn so lately, though it could tell, was not taken along. */
const WORN_LATELY_MS = 30 * MINUTE;
/** Devices that are lost within this of each other are lost by their radio. */
const AT_ONCE_MS = MINUTE;
/** A thing on a table differs by less from sample to sample, g. */
const MOVED_G = 0.1;
/** A stream is looked at once in so long while it tells nothing new. */
const LOOK_MS = MINUTE;

export const newWearables = (): Wearables => ({ known: {}, door: null, inside: null, radio: [], otherLost: null });

/** A reading of a wearable, of any quantity. */
export function wearableHeard(all: Wearables, { deviceId, quantity, value, quality }: Reading, at: Moment): Wearables {
  // What a band tells in doubt may vouch for its wearer's being there, and never for their being away.
  if (quality === 'bad' || (quality !== 'good' && quantity === 'worn' && value !== true)) return all;
  const now = instantOf(at);
  const known = own(all.known, deviceId);
  const before = known ?? unheard(now);
  const set = (next: Partial<Wearable>): Wearables => ({
    ...all,
    known: { ...all.known, [deviceId]: { ...before, heard: now, gone: null, ...next } },
  });
  switch (quantity) {
    case 'worn':
      return value === true ? set({ off: false, worn: now }) : set({ off: true });
    case 'heartRate':
      // Nought is what optical sensors say of a table.
      return Number(value) > 0 && !before.off ? set({ worn: now }) : set({});
    case 'acceleration': {
      const lately = (then: Instant | null) => then !== null && (msSince(then, at) ?? LOOK_MS) < LOOK_MS;
      const { xyz } = value as Samples;
      const last = xyz.at(-1);
      const lies: Wearable['lies'] = last ? [...last] : null;
      const moved = before.lies !== null && xyz.some((sample) => differs(sample, before.lies ?? sample));
      const told = !moved || before.off || lately(before.worn);
      if (known && !known.gone && told && before.lies !== null && lately(known.heard)) return all;
      return set(moved && !before.off ? { lies, worn: now } : { lies: moved || !before.lies ? lies : before.lies });
    }
    default:
      return set({});
  }
}

const differs = (a: readonly [number, number, number], b: readonly [number, number, number]): boolean =>
  Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2])) > MOVED_G;

/** A fault that may be a wearable's loss, or explain it. A pendant that only checks in may never have been heard before. */
export function lossTold(
  all: Wearables,
  fault: Pick<Fault, 'code' | 'subject'>,
  active: boolean,
  at: Moment,
  devices: readonly Device[],
): Wearables {
  const { code, subject } = fault;
  // A radio that has trouble of any kind may be why a wearable is not heard.
  if (subject.startsWith('port:')) {
    const others = all.radio.filter((other) => other !== code);
    return { ...all, radio: active ? [...others, code] : others };
  }
  const id = outOfReach(fault);
  if (id === undefined) return all;
  const now = instantOf(at);
  if (devices.find((device) => device.id === id)?.kind !== 'wearable') return active ? { ...all, otherLost: now } : all;
  const known = own(all.known, id) ?? unheard(now);
  return { ...all, known: { ...all.known, [id]: { ...known, gone: active ? (known.gone ?? now) : null } } };
}

const unheard = (heard: Instant): Wearable => ({ heard, off: false, lies: null, worn: null, gone: null });

/** Until when somebody is at home by the word of what they wear; undefined where nothing is told. */
export function vouchedUntil({ known }: Wearables, at: Moment): MonoMs | undefined {
  let left = 0;
  for (const { worn, gone, off } of Object.values(known))
    if (worn && !gone && !off) left = Math.max(left, VOUCH_MS - (msSince(worn, at) ?? VOUCH_MS));
  return left > 0 ? later(at.mono, left) : undefined;
}

/**
 * When it is sure that a wearable went through the exit door, and nobody has moved inside since: a minute after its loss,
 * for a radio that fails takes others with it. Undefined where none did.
 */
export function wentOutAt({ known, door, inside, radio, otherLost }: Wearables): MonoMs | undefined {
  if (!door || radio.length > 0) return undefined;
  const apart = (a: Instant, b: Instant) => (a.bootId === b.bootId ? a.mono - b.mono : Number.POSITIVE_INFINITY);
  if (inside && apart(inside, door) > SEEN_OUT_MS) return undefined;
  const sure = Object.values(known).flatMap(({ gone, heard, worn, off }) => {
    if (!gone || off) return [];
    if (worn && apart(heard, worn) > WORN_LATELY_MS) return [];
    if (otherLost && Math.abs(apart(otherLost, gone)) <= AT_ONCE_MS) return [];
    const together = Math.min(Math.abs(apart(gone, door)), Math.abs(apart(heard, door))) <= TOGETHER_MS;
    return together ? [later(gone.mono, AT_ONCE_MS)] : [];
  });
  return soonest(...sure);
}
