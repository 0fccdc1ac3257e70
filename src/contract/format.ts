// The format of what outlives a start: every file says which versions of this program can read it, and a program that was
// rolled back knows by that what to do with a file of its successor.

/** Whole numbers from 1 up. */
export interface Format {
  /** The version that wrote it. */
  version: number;
  /** The oldest version that can work with it: that one may leave alone what was added since. */
  readableFrom: number;
}

/** The format of everything that has never changed. */
export const firstFormat: Format = { version: 1, readableFrom: 1 };
