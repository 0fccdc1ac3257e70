// What can go wrong outside the receiver's own code.

import { HearthwardError } from '#contract/errors.ts';

/** Codes: `data-dir`, `http-port`, `store`. */
export class ReceiverError extends HearthwardError {}
