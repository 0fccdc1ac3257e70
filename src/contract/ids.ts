// Names given to things, from one passed-in source so that a replay gives the same ones.

export interface Ids {
  /** A new id, unique for ever, that sorts after those before it: a ULID in a live gateway, counted in a replay. */
  next(): string;
  /** A number in [0, 1), for jitter. */
  random(): number;
}
