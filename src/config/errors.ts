// Errors of this room: a file of secrets that cannot be used, a last good copy that cannot be kept.

import { HearthwardError } from '#contract/errors.ts';

/** Codes: `secret-exposed`, `secret-unusable`, `last-good-unsaved`. */
export class ConfigError extends HearthwardError {}
