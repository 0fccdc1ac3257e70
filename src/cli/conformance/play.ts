// What a check is given, and what it gives back.

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
  /** By this machine's clock, which is taken at its word. */
  now(): Moment;
  /** How long an answer may take, and how long to listen for one too many before the next check. */
  withinMs: number;
  quietMs: number;
  /** How long a person may take. */
  personMs: number;
  /** Event id -> how many copies of it were sent. */
  sent: Map<string, number>;
  /** Ids of events of which too many receipts were told already. */
  doubled: Set<string>;
  /** Alerts that stand open, by id, in their newest rev. */
  open: Map<string, Alert>;
  /** Asks the person at the terminal. */
  ask(prompt: keyof typeof prompts, gaps: Gaps): void;
}

export interface Check {
  name: CheckName;
  /** Of no use while no receipt comes at all. */
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
