// Gas and carbon monoxide detectors on Modbus, RTU and TCP: level, own alarm, and whether they see at all.

import { defineDriver } from '#contract/driver.ts';
import { SECOND } from '#contract/time.ts';
import { options } from './options.ts';
import { runSession } from './session.ts';

/** Silence that a detector may keep, in polls and at the least in ms: slaves that rest after failures are tried within it. */
const CHECK_IN_POLLS = 10;
const CHECK_IN_MS = 15 * SECOND;

export const modbusGas = defineDriver({
  id: 'modbus-gas',
  summary: 'Gas or carbon monoxide detector on Modbus RTU or TCP, by a register map',
  transport: 'modbus',
  kinds: ['gas', 'co'],
  options,
  provides: ['gas', 'co', 'gasAlarm', 'coAlarm'],
  accepts: [],
  checkIn: ({ pollSeconds }) => Math.max(CHECK_IN_MS, CHECK_IN_POLLS * pollSeconds * SECOND),
  run: runSession,
});
