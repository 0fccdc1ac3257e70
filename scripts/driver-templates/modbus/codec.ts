// Registers of sample-modbus, holding table: 0 temperature in 0.1 °C, signed; 1 status.
// This map is a placeholder that works: put in its place what the manual says, and name the manual and clause here.

import { admitted } from '#driver-kit/modbus/conditions.ts';
import { type Block, numberAt, type Place, type Registers } from '#wire/modbus/registers.ts';

/** What is read in one question each. */
export const blocks: readonly Block[] = [{ table: 'holding', address: 0, count: 2 }];

const temperature: Place = { address: 0, type: 'i16' };

/** What the device admits of itself; `unknown` is a code that the manual does not list. */
export type Condition = 'ok' | 'warming-up' | 'broken' | 'unknown';
const status = {
  in: { address: 1 },
  codes: { 0: 'ok', 1: 'warming-up', 2: 'broken' },
} as const;

export interface Seen {
  /** °C, in steps of 0.1. */
  celsius: number;
  conditions: Condition[];
}

export const decode = (registers: Registers): Seen => ({
  celsius: numberAt(registers, temperature) / 10,
  conditions: admitted<Condition>(registers, { states: [status] }),
});
