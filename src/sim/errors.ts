// Errors of this room: a line that cannot be made.

import { HearthwardError } from '#contract/errors.ts';

/** Codes: `no-socat`, `line-failed`. */
export class SimError extends HearthwardError {}
