// What one radio has of its own. The host of its devices, its process, their messages and the child know nothing else of it:
// a radio is added by a profile, and by main.ts that opens its transport in a child process.

import type { z } from 'zod';
import type { ConfiguredDevice } from '#contract/config.ts';
import type { TrialReport } from '#contract/control/pairing.ts';
import type { Subject } from '#contract/device.ts';
import type { Fault, FaultCode, FaultCodeOf } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import type { Sample } from '#contract/reading.ts';
import type { Closable } from '../ports.ts';

/**
 * @typeParam Settings what the configuration says of the radio; its process is set up with it
 * @typeParam Kept what is remembered of one device over restarts of the radio's process and of the gateway
 * @typeParam Found a device that could be paired
 */
export interface RadioProfile<Settings, Kept, Found> {
  /** Whose drivers run in its process; what `--child` names, too. */
  transport: string;
  /** What the faults of the radio itself are about. */
  subject: Extract<Subject, `port:${string}`>;
  faults: RadioFaults;
  /**
   * Name of a device's own secret, a bind key or an install code, as in `<device id>.<name>` among the secrets; undefined
   * for a radio whose devices have none.
   */
  secret: string | undefined;
  settings: z.ZodType<Settings>;
  /** Small: it is written to the card. */
  kept: z.ZodType<Kept>;
  found: z.ZodType<Found>;
  /** What a driver is given beside the transport: `Radios[…]['extras']` of the contract. */
  extras(device: RadioDevice<Kept>): unknown;
  trial: {
    /** Whether a sample proves that the device is the one it is said to be, and that its secret is right. */
    proves(sample: Sample, secret: string | undefined): boolean;
    /** What a fault means for the trial, where it means something. A failed driver and what is not understood mean the same for all. */
    verdict(code: FaultCode, active: boolean, context: Fault['context']): TrialReport | undefined;
  };
}

export interface RadioFaults {
  /** Of a device: its radio does not work. */
  lost: FaultCodeOf<'host'>;
  /** Of the radio: each explains why its devices are lost. */
  causes: readonly FaultCodeOf<'radio'>[];
  /** Of the radio beside these: its devices may be there all the same. */
  others: readonly FaultCodeOf<'radio'>[];
  /** The cause that ends when the radio receives something again; the next process then has its usual patience. */
  stalled: FaultCodeOf<'radio'> | undefined;
}

/** One device as the radio's process knows it. */
export interface RadioDevice<Kept> {
  /** Throws where its file may be read by others. When the secret changes later, the driver is restarted. */
  secret(): string | undefined;
  kept: Kept | undefined;
  /** `urgent`: it must not be lost in a power cut. Else it is written within minutes. */
  keep(kept: Kept, urgent: boolean): void;
}

/** What opens a radio is given. */
export interface RadioSurroundings<Settings> {
  settings: Settings;
  /** Silence is to be borne so many times as long as usual: it grows with each fresh process that did not help. */
  patience: number;
  log: Log;
  /** A fault of the radio itself. */
  fault(code: FaultCodeOf<'radio'>, active: boolean, context?: Fault['context']): void;
  /** Nothing is received, whatever was tried: a fresh process is the last thing left. The radio goes on by itself until then. */
  stalled(why: string): void;
}

export interface OpenRadio<Found> {
  /** The port that its drivers get: `Transports[…]` of the contract. */
  port: object;
  /** Looks for devices that could be paired, until closed; a radio that lets devices join lets them meanwhile. */
  search(): Closable & { found(): Found[] };
}

/** What is remembered of devices over restarts of the gateway. */
export interface KeptStore<Kept> {
  /** Of this very device: another one, or one that was paired again, has nothing kept under the same id. */
  of(device: ConfiguredDevice): Kept | undefined;
  keep(device: ConfiguredDevice, kept: Kept, urgent: boolean): void;
}
