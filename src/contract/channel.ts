// A way out of the home: what every channel does, what it is given, and what it reports back. MQTT stands behind it; SMS,
// SIA DC-09, SCAIP and voice stand beside it. docs/adding-a-channel.md says how one is added.

import type { Alert } from './alert.ts';
import type { Command, CommandAnswer } from './command.ts';
import type { Config, UplinkSecrets } from './config.ts';
import type { OutboxEntry } from './delivery.ts';
import type { Device } from './device.ts';
import type { Fault, FaultCodeOf } from './fault.ts';
import type { Measurement } from './health.ts';
import type { Ids } from './ids.ts';
import type { Log } from './log.ts';
import type { Reading } from './reading.ts';
import type { History } from './store.ts';
import type { Clock, Moment } from './time.ts';
import type { Words } from './words.ts';

/**
 * What can prove that an alert arrived: the receipt of a platform that has it on its disk; a network's report that it was
 * delivered to the recipient's device; or nothing, once it has left. Only a receipt makes the stage "received".
 */
export type Confirms = 'receipt' | 'delivery-report' | 'none';

/** What the core knows of a channel. */
export interface ChannelTerms {
  confirms: Confirms;
  /** Ms: a call whose proof takes longer is shown as "still trying". Where there is none to come, a call that has not left by then. */
  confirmWithinMs: number;
  /** The raw seconds around a fall may go there with its alert. */
  evidence?: boolean | undefined;
}

/** What is to be said, as facts: each channel makes its own message of it. */
export type Notice = { at: Moment } & (
  | {
      kind: 'alert';
      alert: Alert;
      /** In one sentence. */
      text: Words;
    }
  | { kind: 'fault'; id: string; fault: Fault; active: boolean }
  | { kind: 'measurement'; measurement: Measurement }
);

/** What the configuration says of one channel. */
export interface ChannelConfig {
  /** Its name, unique in the home: in deliveries, faults and names of secrets. */
  channel: string;
}

/** One way out, as a kind: any number of channels of it may be configured. */
export interface ChannelKind<Own extends ChannelConfig = ChannelConfig> {
  /** Unique among kinds: `mqtt`. */
  kind: string;
  /** Those that the configuration names. */
  configured(config: Config): readonly Own[];
  terms(config: Own): ChannelTerms;
  /**
   * The message as it is stored and later offered to this channel; undefined where this channel does not tell of such a
   * thing. Called for each channel at the instant of the commit, so it must be quick, and have no effect.
   */
  render(notice: Notice, config: Own): string | undefined;
  /** Whether a message that waits in the journal is for this address: the configuration may have changed since it was made. */
  isFor(entry: OutboxEntry, config: Own): boolean;
  open(io: ChannelIo<Own>): Channel;
}

/** A kind as the service holds it, whatever its configuration. */
// biome-ignore lint/suspicious/noExplicitAny: each kind is given the configuration that it found itself
export type AnyChannelKind = ChannelKind<any>;

/** Gives a kind of channel its types. */
export const defineChannel = <Own extends ChannelConfig>(kind: ChannelKind<Own>): ChannelKind<Own> => kind;

export interface ChannelIo<Own extends ChannelConfig = ChannelConfig> {
  config: Own;
  /** Read anew for each attempt to connect. What it throws is why there is no session. */
  secrets(): UplinkSecrets;
  clock: Clock;
  ids: Ids;
  log: Log;
  events: ChannelEvents;
  /** What there is in the home now, all of it. */
  inventory(): Inventory;
  /** For a channel that sends readings too, in its own time. */
  history: Pick<History, 'read'>;
  cursor: HistoryCursor;
  /** Whether a reading may leave the home. */
  leaves(reading: Reading): boolean;
  bootId: string;
  /** Of the product. */
  version: string;
}

/** Where the sending of history has come to: the position of the last record that was taken. */
export interface HistoryCursor {
  /** Asked before each batch, so a cursor set back (the ring was damaged and begun anew) counts at once. */
  get(): number;
  save(position: number): void;
}

export interface Inventory {
  devices: Device[];
  /** Open ones. */
  alerts: Alert[];
  faults: Fault[];
}

export interface Channel {
  start(): void;
  /** May be sent from now on: it is durable, or could not wait. Takes the place of what waits in its slot. */
  offer(entry: OutboxEntry): void;
  /** What a connection needs may be another since the last attempt (a certificate, the network): an attempt that waits is made now. */
  retry(): void;
  /** What was offered and is not done with: not sent, or an alert that the channel holds until its receipt. */
  waiting(): OutboxEntry[];
  /** Ends the session in an orderly way: sends what is on its way for up to a second. */
  stop(): Promise<void>;
}

/** What a channel reports; each call is one event, in order. It may come from within a call of `Channel`. */
export interface ChannelEvents {
  /** It has left: the next hop took it. */
  sent(entry: OutboxEntry): void;
  /** The proof of arrival came that this channel `confirms`, for the alert event of this id. */
  arrived(msgId: string): void;
  /** A person's command. The answer is the channel's to send. */
  command(command: Command): CommandAnswer;
  /** Why there is no session, or something does not leave; undefined when all is well. First when a session is there or has failed, then at each change. */
  session(trouble: ChannelTrouble | undefined): void;
  /** What the other end grants too little of, or undefined where it grants enough: first when that is known, then at each change. The session works on with what it grants. */
  limited(code: ChannelFault, detail: string | undefined): void;
}

export type ChannelFault = FaultCodeOf<'channel'>;

/** Why there is no session, or why something does not leave; one at a time. */
export interface ChannelTrouble {
  /** One of `sessionFaults`, or one of the channel's limits where that ended the session. */
  code: ChannelFault;
  detail: string;
  /** More for the fault's context: the other end's own reason code, for one. */
  context?: Fault['context'] | undefined;
}
