// The first reason given for an alarm that a person resolved while its cause lasts.

import type { Because } from '#contract/facts.ts';

export const STILL_PRESENT: Because = { fact: 'still-present' };
