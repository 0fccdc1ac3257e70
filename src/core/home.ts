// The whole state of a watched home, as plain data: what a restart, a fork and a replay work on.

import type { AnyDetector } from '#contract/detector.ts';
import type { Device, Person } from '#contract/device.ts';
import type { Json } from '#contract/json.ts';
import type { Presence } from '#contract/presence.ts';
import type { Reaction } from '#contract/reaction.ts';
import type { MonoMs } from '#contract/time.ts';
import type { BegunWarning } from '#contract/warning.ts';
import type { CheckIns } from '#src/supervision/check-in.ts';
import type { FaultBook } from '#src/supervision/faults.ts';
import type { Cases } from './cases.ts';
import type { ChannelTable } from './channel-table.ts';

/** A device as the pipeline needs it. */
export interface HomeDevice extends Device {
  /** Fans: may run in gas. */
  explosionProof?: boolean | undefined;
  /** Wearables: can be made to vibrate. */
  vibrates?: true | undefined;
  /** Wearables: their key, held down, is reported, and answers that all is well. */
  reportsHold?: true | undefined;
}

/** The policy in force. */
export interface Rules {
  /** IANA zone of the home. */
  zone: string;
  /** Who lives in the home. */
  people?: readonly Person[] | undefined;
  reactions: readonly Reaction[];
  detectors: readonly AnyDetector[];
  detectorOptions: Readonly<Record<string, Record<string, unknown>>>;
  /** By name: what proves that an alert arrived there, and what may go there. */
  channels: ChannelTable;
}

export interface HomeState {
  devices: Record<string, HomeDevice>;
  checkIns: CheckIns;
  /** Detector id -> state. */
  detectors: Record<string, Json>;
  /** Detector id -> when it asked to be woken. */
  wakes: Record<string, MonoMs>;
  /** Whether the detectors have been told that the gateway is up. */
  started: boolean;
  /** Wall clock, ms: the home was watched until then, before the gateway came up; null where it never was, or nobody knows. */
  seenUntil: number | null;
  /** When what the detectors learn was last handed to the journal; null before the first time. */
  keptAt: MonoMs | null;
  /** What the presence model believes. */
  presence: Presence;
  /** Warnings that are on, by `warningKey`; `saidAt`: when each was last spoken, null for not yet. */
  warnings: Record<string, { warning: BegunWarning; saidAt: MonoMs | null }>;
  faults: FaultBook;
  /** Open alerts, and closed ones whose last rev is not settled with every channel. */
  cases: Cases;
  /** Output id -> the last action it was given, and the call that was for; `retryAt` after a failure. */
  outputs: Record<string, { action: 'on' | 'off' | 'close'; call: string; retryAt?: MonoMs | undefined }>;
  /** Of the newest outbox entry. */
  lastSeq: number;
}

export const emptyHome = (): HomeState => ({
  devices: {},
  checkIns: {},
  detectors: {},
  wakes: {},
  started: false,
  seenUntil: null,
  keptAt: null,
  presence: 'unknown',
  warnings: {},
  faults: {},
  cases: {},
  outputs: {},
  lastSeq: 0,
});
