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
  /**
   * Ms: a call whose proof takes longer is shown as "still trying"; on a channel that gives no proof, a call that has
   * not left by then.
   */
  confirmWithinMs: number;
  /** The raw seconds around a fall may go there with its alert. */
  evidence?: boolean | undefined;
}

/** What is to be sent, as facts: each channel makes its own message of it. */
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

/** What the configuration says about one channel. */
export interface ChannelConfig {
  /** Its name, unique in the home: in deliveries, faults and names of secrets. */
  channel: string;
}

/** A kind of channel; any number of channels of one kind may be configured. */
export interface ChannelKind<Own extends ChannelConfig = ChannelConfig> {
  /** Unique among kinds: `mqtt`. */
  kind: string;
  /** The channels of this kind that the configuration names. */
  configured(config: Config): readonly Own[];
  terms(config: Own): ChannelTerms;
  /**
   * The message as it is stored and later offered to this channel; undefined where this channel does not send such
   * notices. Called for each channel at the moment of the commit, so it must be quick and without side effects.
   */
  render(notice: Notice, config: Own): string | undefined;
  /**
   * Whether a message that waits in the journal is for this address: the configuration may have changed since it was
   * made.
   */
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
  /** Read again for each attempt to connect. What it throws is the reason why there is no session. */
  secrets(): UplinkSecrets;
  clock: Clock;
  ids: Ids;
  log: Log;
  events: ChannelEvents;
  /** Everything that is in the home now. */
  inventory(): Inventory;
  /** For a channel that also sends readings, at its own pace. */
  history: Pick<History, 'read'>;
  cursor: HistoryCursor;
  /** Whether a reading may leave the home. */
  leaves(reading: Reading): boolean;
  bootId: string;
  /** The product's version. */
  version: string;
}

/** How far the history has been sent: the position of the last record that was accepted. */
export interface HistoryCursor {
  /**
   * Asked before each batch, so that a cursor that was set back (the ring was damaged and started over) counts at once.
   */
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
  /** May be sent from now on: it is on the disk, or could not wait for that. Replaces what waits in its slot. */
  offer(entry: OutboxEntry): void;
  /**
   * What a connection needs may have changed since the last attempt (a certificate, the network): a waiting attempt is
   * made now.
   */
  retry(): void;
  /** What was offered and is not finished: not sent yet, or an alert that the channel holds until its receipt. */
  waiting(): OutboxEntry[];
  /** Ends the session in an orderly way: what is on its way is sent for up to a second. */
  stop(): Promise<void>;
}

/** What a channel reports; each call is one event, in order. It may come from within a call of `Channel`. */
export interface ChannelEvents {
  /** It has left: the next hop accepted it. */
  sent(entry: OutboxEntry): void;
  /** The proof of arrival that this channel `confirms` has come, for the alert event with this id. */
  arrived(msgId: string): void;
  /** A person's command. The answer is the channel's to send. */
  command(command: Command): CommandAnswer;
  /**
   * Why there is no session, or why something does not leave; undefined when all is well. Reported when the first
   * session is there or has failed, then at each change.
   */
  session(trouble: ChannelTrouble | undefined): void;
  /**
   * What the other end grants too little of, or undefined where it grants enough. Reported as soon as that is known,
   * then at each change. The session goes on with what is granted.
   */
  limited(code: ChannelFault, detail: string | undefined): void;
}

export type ChannelFault = FaultCodeOf<'channel'>;

/** Why there is no session, or why something does not leave; one at a time. */
export interface ChannelTrouble {
  /** One of `sessionFaults`, or one of the channel's limits where that ended the session. */
  code: ChannelFault;
  detail: string;
  /** More for the fault's context, such as the other end's own reason code. */
  context?: Fault['context'] | undefined;
}
