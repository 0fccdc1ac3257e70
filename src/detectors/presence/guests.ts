// How many may be inside, as far as one door and movement can count: somebody came by the door while somebody was in, and
// was there for a while; when the door is used next one of them leaves, and one may have stayed. Shared by the presence
// model and by inactivity.

import { type Instant, instantOf, msSince } from '#base/instant.ts';
import { HOUR, MINUTE, type Moment } from '#contract/time.ts';

/** Plain JSON. */
export type Guests = {
  /** Since when one more may be inside. */
  since: Instant | null;
  /** How the door was used last, and when; settled once somebody was heard inside after it. */
  passage: { by: Passage; last: Instant; isSettled: boolean } | null;
};
/** `back`: into an empty home, or out again for the luggage. `errand`: out and in again, or a parcel. */
type Passage = 'guest-comes' | 'guest-leaves' | 'back' | 'errand';

/** The door opens twice for one passage: keys, a bag, a dog. Movement this soon after it comes from whoever leaves. */
const PASSAGE_MS = 2 * MINUTE;
/** Whoever came in is heard within this. */
const HEARD_IN_MS = 15 * MINUTE;
/** Nobody was heard for so long after the door: whoever comes now may come into an empty home. */
const EMPTY_MS = 5 * MINUTE;
/** The door is used again sooner for the post, a parcel, the bin, luggage: that is no visit. */
const SHORTEST_VISIT_MS = 30 * MINUTE;
/** Whoever came longer ago stays for the night, or has left unnoticed. */
const LONGEST_VISIT_MS = 10 * HOUR;

export const newGuests = (): Guests => ({ since: null, passage: null });

/** The door is used. @param isAway nobody is believed to be inside */
export function usesDoor(guests: Guests, at: Moment, isAway: boolean): Guests {
  const last = instantOf(at);
  const { passage } = guests;
  if (passage && !passage.isSettled && msAgo(passage.last, at) < PASSAGE_MS)
    return { ...guests, passage: { ...passage, last } };
  return {
    since: null,
    passage: { by: isAway ? 'back' : passageOf(guests, at), last, isSettled: false },
  };
}

function passageOf(guests: Guests, at: Moment): Passage {
  const { since, passage } = guests;
  // Whom a guest may have left behind is counted still when the next one comes.
  if (seemsEmpty(guests, at)) return isGuestLeaving(guests) ? 'guest-comes' : 'back';
  const staysMs = msAgo(since, at);
  if (staysMs < SHORTEST_VISIT_MS) return 'errand';
  if (staysMs <= LONGEST_VISIT_MS) return 'guest-leaves';
  return passage?.by === 'back' && msAgo(passage.last, at) < SHORTEST_VISIT_MS ? 'back' : 'guest-comes';
}

/** Somebody moves inside. */
export function heardInside(guests: Guests, at: Moment): Guests {
  const { passage } = guests;
  if (!passage || passage.isSettled) return guests;
  const ms = msAgo(passage.last, at);
  if (ms < PASSAGE_MS) return guests;
  const hasCome = passage.by === 'guest-comes' && ms < HEARD_IN_MS;
  return { since: hasCome ? passage.last : null, passage: { ...passage, isSettled: true } };
}

/** A guest was in, the door was used, and nobody was heard since: who lives here may have stayed. */
export const isGuestLeaving = ({ passage }: Guests): boolean => passage?.by === 'guest-leaves' && !passage.isSettled;

/** The door was used, and nobody was heard since. */
export const seemsEmpty = ({ passage }: Guests, at: Moment): boolean =>
  passage !== null && !passage.isSettled && msAgo(passage.last, at) >= EMPTY_MS;

const msAgo = (then: Instant | null, at: Moment): number =>
  (then ? msSince(then, at) : undefined) ?? Number.POSITIVE_INFINITY;
