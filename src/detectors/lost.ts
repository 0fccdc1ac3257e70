// Which devices cannot be heard, as their faults tell.

import { deviceIn } from '#base/subject.ts';
import type { Input } from '#contract/detector.ts';
import { deafening, type Fault, type FaultCode } from '#contract/fault.ts';
import { own } from '#contract/own.ts';

/** By device: the faults that silence it. Plain JSON. */
export type Lost = Record<string, FaultCode[]>;

const silencing: ReadonlySet<FaultCode> = new Set([
  ...deafening,
  'sensor-fault',
  'advert-unreadable',
  'service-missing',
  'device-busy',
  'device-behind-gateway',
  'device-not-understood',
] as const);

export function lostWith(lost: Lost, { code, subject }: Fault, active: boolean): Lost {
  const id = silenced(code, subject);
  if (id === undefined) return lost;
  const known = own(lost, id) ?? [];
  const { [id]: _, ...others } = lost;
  const codes = [...known.filter((other) => other !== code), ...(active ? [code] : [])];
  return codes.length > 0 ? { ...others, [id]: codes } : others;
}

/** The device that falls silent with this input. */
export const losing = (input: Input | FaultTold): string | undefined =>
  'fault' in input && input.active ? silenced(input.fault.code, input.fault.subject) : undefined;

export type FaultTold = { fault: Pick<Fault, 'code' | 'subject'>; active: boolean };

const silenced = (code: FaultCode, subject: string): string | undefined =>
  silencing.has(code) ? deviceIn(subject) : undefined;
