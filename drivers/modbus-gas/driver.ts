// Gas and carbon monoxide detectors on Modbus, RTU and TCP: level, own alarm, and whether they see at all.

import { defineDriver } from '#contract/driver.ts';
import { checkInMs } from '#driver-kit/modbus/poll.ts';
import { options } from './options.ts';
import { runSession } from './session.ts';

export const modbusGas = defineDriver({
  id: 'modbus-gas',
  summary: 'Gas or carbon monoxide detector on Modbus RTU or TCP, by a register map',
  transport: 'modbus',
  kinds: ['gas', 'co'],
  options,
  provides: ['gas', 'co', 'gasAlarm', 'coAlarm'],
  accepts: [],
  checkIn: checkInMs,
  run: runSession,
});
