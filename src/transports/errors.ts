// What goes wrong with a port: `code` says which way, `context` names the port.

import { HearthwardError } from '#contract/errors.ts';

export class TransportError extends HearthwardError {}
