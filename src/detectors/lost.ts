// Which devices cannot be heard, by their faults.

import { deviceIn } from '#base/subject.ts';
import type { Input } from '#contract/detector.ts';
import { type Fault, type FaultCode, silenceOf } from '#contract/fault.ts';
import { own, without } from '#contract/own.ts';

/** By device: the faults that silence it. Plain JSON. */
export type Lost = Record<string, FaultCode[]>;

export function lostWith(lost: Lost, { code, subject }: Fault, active: boolean): Lost {
  const id = silenced(code, subject);
  if (id === undefined) return lost;
  const known = own(lost, id) ?? [];
  const codes = [...known.filter((other) => other !== code), ...(active ? [code] : [])];
  return codes.length > 0 ? { ...without(lost, id), [id]: codes } : without(lost, id);
}

/** The device that falls silent with this input. */
export const losing = (input: Input | FaultChange): string | undefined =>
  'fault' in input && input.active ? silenced(input.fault.code, input.fault.subject) : undefined;

export type FaultChange = { fault: Pick<Fault, 'code' | 'subject'>; active: boolean };

const silenced = (code: FaultCode, subject: string): string | undefined =>
  silenceOf(code) === undefined ? undefined : deviceIn(subject);

/**
 * The device that a fault says is out of reach, while the way to it works. A radio that fails says nothing about one
 * device.
 */
export const outOfReach = ({ code, subject }: Pick<Fault, 'code' | 'subject'>): string | undefined =>
  silenceOf(code) === 'out-of-reach' ? deviceIn(subject) : undefined;
