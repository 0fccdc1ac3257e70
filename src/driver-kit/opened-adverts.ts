// How far an encrypted advert that the key has opened is believed. Nobody else could have made it, but anybody could
// have recorded it: its counter says whether it is new. A counter that goes back is an old advert sent again, or a
// device that counts from the start because its battery was changed; which of the two, only time shows.

import type { AdvertCounter } from '#contract/ble-port.ts';
import { MINUTE } from '#contract/time.ts';
import { type Advancing, advancing } from './advancing.ts';

/**
 * A device that counts from the start is believed again after this many counters, each above the one before and none
 * from an advert that was heard before, over this time, without one above the old mark in between. A recording is
 * finite: where the device goes on speaking, its own next advert ends the proof; where it is silent, as buttons are for
 * days, the recording would have to hold a dozen adverts that the gateway never heard or has forgotten. So a button is
 * doubted for a dozen presses, and its presses call all the same.
 */
export const HEALED = { counters: 12, ms: 30 * MINUTE } as const;
/** An advert heard again within this time is its repetition by the device, ms. */
const REPEATED_MS = 60_000;
/**
 * How many adverts of a device are recognised when they come again; four hours of one that says something new every
 * four seconds.
 */
const REMEMBERED = 4_000;
/**
 * A counter that started over lies below one that it had reached, and old adverts may lie above it. One that is this
 * far ahead at once, and not above the old mark, is an old advert; adverts that were missed in a gap of the radio are
 * fewer.
 */
const LEAP = 1_000;

export type OpenedVerdict =
  | { kind: 'repeat' }
  /** `anew`: it is below the one before; adverts from before may be recorded up to `old`. */
  | { kind: 'believed'; trust: 'full'; anew: boolean; old: number | undefined }
  | { kind: 'believed'; trust: 'low'; why: 'counter-went-back' };

const DOUBTED: OpenedVerdict = { kind: 'believed', trust: 'low', why: 'counter-went-back' };

/** @param size one above the counter's largest value; `kept` what was known of it before a restart */
export function openedAdverts(size: number, kept?: Pick<AdvertCounter, 'last' | 'old'>) {
  let known = advancing(size, kept?.last);
  let old = kept?.old;
  /** The bytes of the kept counter are not known: what comes under it first counts as its repetition. */
  let restored = kept?.last !== undefined;
  /** A sequence below the mark that may be the device's new one. */
  let anew: { counters: Advancing; advances: number; since: number } | undefined;
  /** The bytes that were heard, and when last; the latest last. */
  const heard = new Map<string, number>();
  let latest: string | undefined;

  function knownSince(bytes: Uint8Array, mono: number): 'latest' | 'recent' | 'old' | undefined {
    const text = String.fromCharCode(...bytes);
    const at = heard.get(text);
    const found =
      at === undefined ? undefined : text === latest ? 'latest' : mono - at < REPEATED_MS ? 'recent' : 'old';
    heard.delete(text);
    heard.set(text, mono);
    latest = text;
    for (const first of heard.keys()) {
      if (heard.size <= REMEMBERED) break;
      heard.delete(first);
    }
    return found;
  }

  /** One more of a sequence that went back: whether it has continued for long enough to be the device's own. */
  function goesOn(count: number, mono: number): boolean {
    const step = anew?.counters.hear(count);
    if (!anew || step === 'back') anew = { counters: advancing(size, count), advances: 1, since: mono };
    else if (step === 'new') anew.advances += 1;
    return anew.advances >= HEALED.counters && mono - anew.since >= HEALED.ms;
  }

  function believed(count: number, before: number | undefined): OpenedVerdict {
    const lower = before !== undefined && count < before;
    if (lower) old = Math.max(before, old ?? 0);
    else if (old !== undefined && count > old) old = undefined;
    anew = undefined;
    return { kind: 'believed', trust: 'full', anew: lower, old };
  }

  return {
    hear(count: number, bytes: Uint8Array, mono: number): OpenedVerdict {
      const before = known.highest;
      const atMark = count === before;
      const again = knownSince(bytes, mono);
      if (again === 'latest' || again === 'recent' || (again && atMark)) return { kind: 'repeat' };
      // Heard before, and long ago: sent again by somebody. It proves nothing either way.
      if (again) return DOUBTED;
      const first = restored && atMark;
      if (atMark) restored = false;
      if (first) return { kind: 'repeat' };
      // Two messages under one counter: the second is news, and was made by the device as well.
      if (atMark) return believed(count, before);
      const ofBefore = old !== undefined && before !== undefined && count <= old && count - before > LEAP;
      if (!ofBefore && known.hear(count) === 'new') return believed(count, before);
      if (!goesOn(count, mono)) return DOUBTED;
      known = advancing(size, count);
      return believed(count, before);
    },
  };
}
