// The uplink as the daemon sees it.

import type { Alert } from '../alert.ts';
import type { Command, CommandAnswer } from '../command.ts';
import type { OutboxEntry } from '../delivery.ts';
import type { Device } from '../device.ts';
import type { Fault } from '../fault.ts';
import type { grantFaults, UplinkFault } from './reasons.ts';

/** Why there is no session, or why something does not leave. */
export interface Trouble {
  code: UplinkFault;
  detail: string;
  /** The broker's own reason code, where it gave one. */
  mqtt?: number | undefined;
}

/** What a broker can grant too little of. */
export type Shortage = (typeof grantFaults)[number];

export interface Uplink {
  start(): void;
  /** May be sent from now on: it is durable, or could not wait. Takes the place of what waits in its slot. */
  offer(entry: OutboxEntry): void;
  answer(answer: CommandAnswer): void;
  /** What a connection needs may be another since the last attempt (a certificate, the network): an attempt that waits is made now. */
  retry(): void;
  /** What was offered and not taken yet: by the broker, or, of an alert, by the platform. */
  waiting(): OutboxEntry[];
  /** Ends the session in an orderly way: sends what is in flight for up to a second, says offline, disconnects. */
  stop(): Promise<void>;
}

/** What an uplink tells; each call is one event, in order. */
export interface UplinkEvents {
  /** The broker acknowledged it (PUBACK). */
  sent(entry: OutboxEntry): void;
  /** The platform's receipt of an alert event came. */
  received(eventId: string): void;
  command(command: Command): void;
  /** The session's trouble, or undefined when there is none: first when a session is there or has failed, then at each change. At most one at a time. */
  session(trouble: Trouble | undefined): void;
  /** What the broker grants too little of, or undefined where it grants enough: first when that is known, then at each change. The session works on with what it grants. */
  shortOf(code: Shortage, detail: string | undefined): void;
  /** What a birth message lists, asked for at each connection. */
  inventory(): { devices: Device[]; alerts: Alert[]; faults: Fault[] };
}
