// What the radio is given, and what it reports to the transport.

import type { Advert, GattDown } from '#contract/ble-port.ts';
import type { FaultCodeOf } from '#contract/fault.ts';
import type { LinkDown } from '#contract/link.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, SECOND } from '#contract/time.ts';
import type { Rungs } from './ladder.ts';
import type { Adapter, PeerEvent, Stack } from './stack.ts';

export type RadioFault = FaultCodeOf<'radio'>;

export interface RadioOptions {
  clock: Clock;
  log: Log;
  adapter: Adapter;
  /** A fault of the adapter begins or ends. */
  fault(code: RadioFault, active: boolean, context?: Record<string, string | number>): void;
  /** Resetting did not help: the process should be started afresh. Goes on by itself where nobody does. */
  stalled(why: string): void;
  rungs?: Rungs | undefined;
  /** Silence is borne so many times as long; 1 by default. */
  patience?: number | undefined;
  within?: Deadlines | undefined;
  /** Where /sys and /proc are, for tests. */
  root?: string | undefined;
}

export interface Deadlines {
  start: number;
  connect: number;
  /** Of a request to a connected device. */
  answer: number;
}
export const DEADLINES: Deadlines = { start: 5 * SECOND, connect: 4 * SECOND, answer: 5 * SECOND };

export interface RadioEvents {
  up(): void;
  down(why: LinkDown): void;
  /** Somebody wants to hear what this address says. */
  listening(address: string): boolean;
  /** A device of this home. */
  ours(address: string): boolean;
  advert(advert: Advert): void;
  /** A device that offers a connection now; true: connect it. */
  wanted(address: string): boolean;
  connected(address: string, stack: Stack): void;
  rejected(address: string, detail: string): void;
  disconnected(address: string, why: GattDown): void;
  peer(address: string, event: PeerEvent): void;
}
