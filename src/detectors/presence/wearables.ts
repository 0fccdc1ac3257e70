// What wearables say about who is at home: one that is worn and heard is with its wearer, and one that was lost when
// the exit door was used went out with them. A band on the table is nobody, and a radio that fails is no departure.

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
  /** When the exit door was last used, and when somebody last moved inside. */
  door: Instant | null;
  inside: Instant | null;
  /** Faults of radios that are on: what is lost with a radio is lost because of it. */
  radio: string[];
  /** When another device was last lost. */
  otherLost: Instant | null;
};
type Wearable = {
  heard: Instant;
  /** Not on the skin, by its own word. */
  off: boolean;
  /** Last acceleration that differed, g. */
  lies: [number, number, number] | null;
  /** When skin contact, a pulse or movement was last reported. */
  worn: Instant | null;
  /** Since when it is lost. */
  gone: Instant | null;
};

/** What a wearable reports vouches for its wearer this long. */
const VOUCH_MS = 10 * MINUTE;
/** Between the door and the loss, in either order: a lift, a staircase, a radio that is slow to notice. */
const TOGETHER_MS = 10 * MINUTE;
/** Movement this soon after the exit door was used comes from whoever leaves. */
const SEEN_OUT_MS = 2 * MINUTE;
/** A wearable that could report wear, and was not worn this lately, was not taken along. */
const WORN_LATELY_MS = 30 * MINUTE;
/** Devices that are lost within this of each other are lost by their radio. */
const AT_ONCE_MS = MINUTE;
/** The samples of a thing on a table differ by less than this, g. */
const MOVED_G = 0.1;
/** While a stream brings nothing new, it is looked at once in this time. */
const LOOK_MS = MINUTE;

export const newWearables = (): Wearables => ({ known: {}, door: null, inside: null, radio: [], otherLost: null });

/** A reading of a wearable, of any quantity. */
export function wearableHeard(all: Wearables, { deviceId, quantity, value, quality }: Reading, at: Moment): Wearables {
  // What a band reports in doubt may vouch for its wearer's being there, and never for their being away.
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
      // Optical sensors report 0 on a table.
      return Number(value) > 0 && !before.off ? set({ worn: now }) : set({});
    case 'acceleration': {
      const lately = (then: Instant | null) => then !== null && (msSince(then, at) ?? LOOK_MS) < LOOK_MS;
      const { xyz } = value as Samples;
      const last = xyz.at(-1);
      const lies: Wearable['lies'] = last ? [...last] : null;
      const moved = before.lies !== null && xyz.some((sample) => differs(sample, before.lies ?? sample));
      const nothingNew = !moved || before.off || lately(before.worn);
      if (known && !known.gone && nothingNew && before.lies !== null && lately(known.heard)) return all;
      return set(moved && !before.off ? { lies, worn: now } : { lies: moved || !before.lies ? lies : before.lies });
    }
    default:
      return set({});
  }
}

const differs = (a: readonly [number, number, number], b: readonly [number, number, number]): boolean =>
  Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2])) > MOVED_G;

/** A fault that may be a wearable's loss, or explain it. A pendant that only checks in may never have been heard before. */
export function wearableLost(
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

/** Until when somebody is at home, going by what they wear; undefined where nothing is reported. */
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
