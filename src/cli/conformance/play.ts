// What a check works with, and its result.

import type { Alert } from '#contract/alert.ts';
import type { Ids } from '#contract/ids.ts';
import type { Moment } from '#contract/time.ts';
import type { Address } from '#contract/uplink/topics.ts';
import { type Bend, type Event, eventOf, helpCall } from './events.ts';
import type { Player } from './player.ts';
import type { CheckName, FaultName, Gaps, prompts, SkipName } from './words.ts';

export interface Finding {
  fault: FaultName;
  gaps: Gaps;
}

export type Outcome = Finding[] | { skipped: SkipName; gaps?: Gaps };

export interface Play {
  player: Player;
  address: Address;
  ids: Ids;
  /** This machine's clock, taken as trusted. */
  now(): Moment;
  /** How long an answer may take, ms; and how long to wait for a superfluous one before the next check. */
  withinMs: number;
  quietMs: number;
  /** How long a person may take. */
  personMs: number;
  /** Event id -> how many copies of it were sent. */
  sent: Map<string, number>;
  /** Ids of events whose superfluous receipts were reported already. */
  doubled: Set<string>;
  /** Alerts that stand open, by id, in their newest rev. */
  open: Map<string, Alert>;
  /** Asks the person at the terminal. */
  ask(prompt: keyof typeof prompts, gaps: Gaps): void;
}

export interface Check {
  name: CheckName;
  /** Skipped where no receipt comes at all. */
  needsReceipts?: true;
  /** Tried only when asked for by this option. */
  option?: '--with-commands' | '--with-restart';
  try(play: Play): Promise<Outcome>;
}

/** A new alert, open until the last check closes it. */
export function newAlert(play: Play, at = play.now()): Alert {
  const alert = helpCall(`conformance-${play.ids.next()}`, at);
  play.open.set(alert.id, alert);
  return alert;
}

export const eventNow = (play: Play, alert: Alert, bend?: Bend): Event =>
  eventOf(alert, play.address, play.now(), bend);
