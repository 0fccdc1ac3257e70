// Meters on Modbus, RTU and TCP: whether water is used and how much has passed, or what power is drawn.

import { defineDriver } from '#contract/driver.ts';
import { checkInMs } from '#driver-kit/modbus/poll.ts';
import { options } from './options.ts';
import { runSession } from './session.ts';

export const modbusMeter = defineDriver({
  id: 'modbus-meter',
  summary: 'Water or energy meter on Modbus RTU or TCP, by a register map or by what the config says of it',
  transport: 'modbus',
  kinds: ['water', 'switch'],
  options,
  provides: ['waterFlow', 'waterVolume', 'power'],
  accepts: [],
  checkIn: checkInMs,
  run: runSession,
});
