// What a driver host is given and what it is, for wires and radios alike.

import type { OutputAction, OutputResult } from '#contract/alert.ts';
import type { ConfiguredDevice } from '#contract/config.ts';
import { HearthwardError } from '#contract/errors.ts';
import type { Fault, FaultCode, FaultCodeOf, FaultKey, SubjectOf } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import type { Clock } from '#contract/time.ts';
import type { HomeDevice } from '#src/core/home.ts';

export class HostError extends HearthwardError {}

export type FaultPort = (
  code: FaultCode,
  subject: SubjectOf<FaultCode>,
  active: boolean,
  context?: Fault['context'],
  dependsOn?: FaultKey[],
) => void;

/** A link to a device, or something else that ends with the run of a driver. */
export interface Closable {
  close(): Promise<void>;
}

export interface HostPorts {
  clock: Clock;
  log: Log;
  transports: HostedTransports;
  accept(reading: Reading): void;
  /** A device was heard and had no news; reported at most every ten seconds. */
  heard?(deviceId: string): void;
  /**
   * What a radio gives each of its drivers beside its transport, made for each run of a driver and closed with it.
   * @param renew restarts the driver: something that it read at its start has changed
   */
  extras?(deviceId: string, renew: (why: string) => void): Closable & { io: unknown };
  fault: FaultPort;
  /** A device begins or ends; `checkInMs` is its longest healthy silence. */
  install(device: HomeDevice, checkInMs: number | null): void;
  remove(deviceId: string): void;
}

/** By transport: those that this process has, and the fault of a device whose link is not there. */
export type HostedTransports = Readonly<Partial<Record<string, { port: object; lost: FaultCodeOf<'host'> }>>>;

export interface DriverHost {
  /** Makes the running drivers those of `devices`: what did not change goes on untouched. */
  apply(devices: readonly ConfiguredDevice[]): Promise<void>;
  perform(deviceId: string, action: OutputAction, text?: string): Promise<OutputResult>;
  /** Devices of which it is not known yet whether their links are there. */
  unsettled(): string[];
  /** Counts those as lost until they report otherwise. */
  giveUpWaiting(): void;
  stop(): Promise<void>;
}
