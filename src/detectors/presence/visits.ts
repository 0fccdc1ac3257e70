// Who may be inside after the door was used, as far as one door and movement can carry it. Whoever comes into an empty home
// is inside, moving or not; and nobody who leaves leaves the door open. How long such a silence lasts, as a rule, is for the
// inactivity detector to learn.

import { type Instant, instantOf, msSince } from '#base/instant.ts';
import { MINUTE, type Moment } from '#contract/time.ts';

/** Plain JSON. */
export type Visits = {
  /** Openings of the door since somebody last moved inside, those of one passage taken together. */
  uses: number;
  /** When it was opened last. */
  last: Instant | null;
  /** The last opening was that of an empty home: somebody may be back. */
  isBack: boolean;
  /** How often the door stood open for long, and nobody was lying there: in such a home it proves nothing. It fades. */
  leftOpen: number;
  /** Somebody came in by the door during a stay in hospital, and nobody has left since. */
  arrived: Instant | null;
};

/** The door opens twice for one passage: keys, a bag, a dog. */
const PASSAGE_MS = 2 * MINUTE;
/** Where "away" was said, whoever uses the door within this leaves by it, or comes back for the keys; later, somebody is back. */
const LEAVES_WITHIN_MS = 60 * MINUTE;
const LEFT_OPEN_MS = 20 * MINUTE;

export const newVisits = (): Visits => ({ uses: 0, last: null, isBack: false, leftOpen: 0, arrived: null });

/** The door was opened. @param isOut nobody is believed to be inside */
export function doorOpened(visits: Visits, at: Moment, isOut: boolean): Visits {
  const last = instantOf(at);
  if (visits.uses > 0 && visits.last && (msSince(visits.last, at) ?? PASSAGE_MS) < PASSAGE_MS)
    return { ...visits, last };
  // Opened again with nobody moving between: whoever looked in is gone again.
  return { ...visits, last, arrived: null, uses: isOut ? 1 : visits.uses + 1, isBack: isOut };
}

/** Somebody moves inside. */
export const movedInside = (visits: Visits): Visits =>
  visits.uses === 0 ? visits : { ...visits, uses: 0, isBack: false };

/** Movement during a stay in hospital: somebody who has just come in by the door is there until it is used again. */
export function movedWhileAway(visits: Visits, at: Moment): Visits {
  const cameIn = visits.uses > 0 && visits.last !== null && (msSince(visits.last, at) ?? COMES_IN_MS) < COMES_IN_MS;
  return { ...movedInside(visits), arrived: cameIn ? visits.last : visits.arrived };
}
const COMES_IN_MS = 30 * MINUTE;

/** What people say is known better. */
export const saidNow = ({ leftOpen }: Visits): Visits => ({ ...newVisits(), leftOpen });

/** The first sign after a silence, through which the door stood open for so long. */
export const foundOpen = (visits: Visits, ms: number): Visits =>
  ms < LEFT_OPEN_MS ? visits : { ...visits, leftOpen: visits.leftOpen + 1 };

/** Half of what was found is forgotten after three weeks: then an open door says something again. */
export const nextDay = (visits: Visits): Visits =>
  visits.leftOpen === 0 ? visits : { ...visits, leftOpen: Math.round(visits.leftOpen * 968) / 1_000 };
export const isShutAsARule = ({ leftOpen }: Visits): boolean => leftOpen < 0.5;

/** "Away" was said `since` ms ago, and the door is opened now: whether that is somebody who comes back. */
export const comesBack = (since: number): boolean => since > LEAVES_WITHIN_MS;
