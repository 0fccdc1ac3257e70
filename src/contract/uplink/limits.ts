// How much of a message a platform needs to keep and show. A longer message is accepted all the same, and cut: an alert
// is never refused for its length.

/** Characters (UTF-16 units), or how many of a list. */
export const LIMITS = {
  /** A sentence for people, a note, a part of a fact or of a story. */
  text: 2_000,
  /** A name, an id, a code, a key. */
  name: 128,
  /** Facts behind an alert; the first ones count. */
  because: 20,
  /** What was done about it; the newest count. */
  story: 40,
  /** Parts of one fact, of one entry of a story, of a fault's context. */
  parts: 32,
  /** Facts and story of one alert together, as JSON. */
  free: 20_000,
  /** Open alerts that a birth lists. */
  openAlerts: 1_000,
  /** Who shares a meter; values of one measurement. */
  people: 20,
  values: 20,
} as const;
