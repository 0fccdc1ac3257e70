// A silence in the home: since when, and where somebody was heard last.

import type { Instant } from '../since.ts';

/** The last sign of life, or where none is known, when listening began. */
export type Silence = Instant & {
  day: number;
  /** Local time of day at which it began. */
  minute: number;
  /** False where the wall clock could not be trusted. */
  dated: boolean;
  /** Index among the places; null where nothing was heard. */
  place: number | null;
  deviceId: string | null;
  room: string | null;
};
