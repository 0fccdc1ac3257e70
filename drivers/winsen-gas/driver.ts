// Winsen combustible-gas modules on a serial line: gas in %LEL, read by query or as the module uploads it.

import { defineDriver } from '#contract/driver.ts';
import { SECOND } from '#contract/time.ts';
import { options } from './options.ts';
import { runSession } from './session.ts';

/** The silence that a module may keep, in polls and at the least in ms. */
const CHECK_IN_POLLS = 10;
const CHECK_IN_MS = 10 * SECOND;

export const winsenGas = defineDriver({
  id: 'winsen-gas',
  summary: 'Winsen combustible-gas module with 9-byte UART frames (MH-440D, ZC series)',
  transport: 'serial',
  kinds: ['gas'],
  options,
  provides: ['gas'],
  accepts: [],
  checkIn: ({ pollSeconds }) => Math.max(CHECK_IN_MS, CHECK_IN_POLLS * pollSeconds * SECOND),
  run: runSession,
});
