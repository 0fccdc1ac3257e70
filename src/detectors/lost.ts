// Which devices cannot be heard, as their faults tell.

import type { Fault, FaultCode } from '#contract/fault.ts';

/** By device: the faults that silence it. Plain JSON. */
export type Lost = Record<string, FaultCode[]>;

const silencing: ReadonlySet<FaultCode> = new Set([
  'device-silent',
  'device-lost',
  'serial-port-lost',
  'gpio-line-lost',
  'bluetooth-lost',
  'driver-failed',
  'sensor-fault',
  'advert-unreadable',
  'service-missing',
] as const);

export function lostWith(lost: Lost, { code, subject }: Fault, active: boolean): Lost {
  if (!subject.startsWith('device:') || !silencing.has(code)) return lost;
  const id = subject.slice('device:'.length);
  const { [id]: known = [], ...others } = lost;
  const codes = [...known.filter((other) => other !== code), ...(active ? [code] : [])];
  return codes.length > 0 ? { ...others, [id]: codes } : others;
}
