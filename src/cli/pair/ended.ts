// Pairing that goes no further.

import { exit } from '../verb.ts';

/** The message says why, for the person. */
export class Ended extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exit.no) {
    super(message);
    this.exitCode = exitCode;
  }
}
