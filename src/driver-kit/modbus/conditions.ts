// What a device on Modbus admits of itself in its registers, and what comes of it: a device that talks but cannot see is a fault.

import type { DriverFault, DriverIo } from '#contract/driver.ts';
import type { Quality } from '#contract/reading.ts';
import { bitAt, numberAt, type Place, type Registers } from '#wire/modbus/registers.ts';

export interface Admits<Condition extends string> {
  /** Conditions by code; a code that is not listed is one that we do not know, and so a fault. */
  states?: readonly { in: Place; codes: Readonly<Record<number, Condition>> }[];
  /** Conditions by bit of a register. */
  bits?: readonly { address: number; bit: number; means: Condition }[];
}

/** `unknown`: a code that the row does not list. */
export const admitted = <Condition extends string>(
  registers: Registers,
  { states = [], bits = [] }: Admits<Condition>,
): (Condition | 'unknown')[] => [
  ...states.map(({ in: place, codes }) => codes[numberAt(registers, place)] ?? ('unknown' as const)),
  ...bits.flatMap((each) => (bitAt(registers, each) ? [each.means] : [])),
];

/** Begins and ends the faults of all conditions of `effects`; a fault's context holds its conditions, and their reasons. */
export function reportConditions<Condition extends string>(
  fault: DriverIo<'modbus', unknown>['fault'],
  present: readonly Condition[],
  effects: Readonly<Record<Condition, { fault: DriverFault; reason?: string }>>,
): void {
  const codes = new Set(Object.values<{ fault: DriverFault }>(effects).map((effect) => effect.fault));
  for (const code of codes) {
    const these = present.filter((condition) => effects[condition].fault === code);
    if (these.length === 0) {
      fault(code, false, {});
      continue;
    }
    const reasons = new Set(these.flatMap((condition) => effects[condition].reason ?? []));
    fault(code, true, { condition: these.join(' '), ...(reasons.size > 0 && { reason: [...reasons].join(' ') }) });
  }
}

export const worstOf = (qualities: readonly Quality[]): Quality =>
  qualities.includes('bad') ? 'bad' : qualities.includes('uncertain') ? 'uncertain' : 'good';
