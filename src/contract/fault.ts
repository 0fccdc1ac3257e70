// Technical faults: a class of their own beside alerts. One row per code; docs/faults.md is generated from the rows.

import type { Subject } from './device.ts';
import { bluetoothFaults } from './fault-bluetooth.ts';
import { deviceFaults } from './fault-device.ts';
import { gatewayFaults } from './fault-gateway.ts';
import { type Effect, effects, type FaultRow, type FaultSubject, type Raiser, type Silence } from './fault-row.ts';
import { uplinkFaults } from './fault-uplink.ts';
import { wearableFaults } from './fault-wearable.ts';
import { wiredFaults } from './fault-wired.ts';
import type { Moment } from './time.ts';
import { type Reason, reasonFor } from './uplink/reasons.ts';

export const faultCodes = {
  ...deviceFaults,
  ...wiredFaults,
  ...bluetoothFaults,
  ...wearableFaults,
  ...gatewayFaults,
  ...uplinkFaults,
} as const satisfies Record<string, FaultRow>;

export type FaultCode = keyof typeof faultCodes;
export const faultCodeNames = Object.keys(faultCodes) as [FaultCode, ...FaultCode[]];

/** A code's row, without the types of its own values. */
export const faultRow = (code: FaultCode): FaultRow => faultCodes[code];

/** The codes that one of these may raise. */
export type FaultCodeOf<By extends Raiser> = {
  [Code in FaultCode]: By & (typeof faultCodes)[Code]['raisedBy'][number] extends never ? never : Code;
}[FaultCode];
export const mayRaise = <By extends Raiser>(by: By, code: string): code is FaultCodeOf<By> =>
  Object.hasOwn(faultCodes, code) && faultRow(code as FaultCode).raisedBy.includes(by);

/** What a fault of this code can be about. */
export type SubjectOf<Code extends FaultCode> = Extract<Subject, Named<(typeof faultCodes)[Code]['subjects'][number]>>;
type Named<Kind extends FaultSubject> = Kind extends 'gateway' ? 'gateway' : `${Kind}:${string}`;

/** How a fault of this code silences its device; undefined for one that does not. */
export const silenceOf = (code: FaultCode): Silence | undefined => faultRow(code).silences;

/** While one of these is on, nothing that its device says can arrive. */
export const unheardCodes = faultCodeNames.filter((code) => {
  const silence = silenceOf(code);
  return silence === 'out-of-reach' || silence === 'cut-off';
});

/** The gravest first. */
export const byEffect = (a: Effect, b: Effect): number => effects.indexOf(a) - effects.indexOf(b);

/** One lasting technical condition. It is on until its cause is seen to be gone. */
export interface Fault {
  code: FaultCode;
  subject: SubjectOf<FaultCode>;
  since: Moment;
  /** Faults that explain this one: while one of them is on, this one is not shown or sent. */
  dependsOn: FaultKey[];
  context: Record<string, string | number | boolean>;
  /** Overrides that of its code: a wearable's silence alone is no news, for it may lie on its charger. */
  visibleAfterMs?: number | undefined;
}

/** The words for people. Where a broker gave a reason (`mqtt` in the context), they are those of that reason. */
export function faultWords({
  code,
  context: { mqtt },
}: Pick<Fault, 'code' | 'context'>): Pick<Reason, 'text' | 'advice'> {
  const reason = typeof mqtt === 'number' ? reasonFor(mqtt) : undefined;
  return reason?.fault === code ? reason : faultCodes[code];
}

export type FaultKey = `${FaultCode}@${Subject}`;
export const faultKey = ({ code, subject }: Pick<Fault, 'code' | 'subject'>): FaultKey => `${code}@${subject}`;
