// Healthy detectors for the tests that every driver passes: gas and carbon monoxide, with an alarm of their own.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { modbusGas } from './driver.ts';

const options = { model: 'two-register-status', warmupSeconds: 0 };
/** Tenths of %LEL or ppm, and the status: 0 normal, 1 alarm. */
const registers = (message: number) => ({ 0: message % 100, 1: message % 7 === 6 ? 1 : 0 });

export const devices: readonly BenchDevice[] = [
  { driver: modbusGas, kind: 'gas', options, wire: 'modbus', registers },
  { driver: modbusGas, kind: 'co', options, wire: 'modbus', registers },
];
