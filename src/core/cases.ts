// A case: an alert with everything that is kept about it, from the moment it is raised until every channel has its last rev.

import { elapsed } from '#base/instant.ts';
import type { Stage } from '#contract/actuator.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { Delivery } from '#contract/delivery.ts';
import { own } from '#contract/own.ts';
import type { Moment, MonoMs } from '#contract/time.ts';
import { isSettled } from '#src/alerts/delivery.ts';
import type { AlertTimes } from '#src/alerts/reactions.ts';
import { type ChannelTable, confirmsOf } from './channel-table.ts';

export interface Case {
  alert: Alert;
  times: AlertTimes;
  /** By channel. */
  deliveries: Record<string, Delivery>;
  /** Newest rev known to be on the disk; 0 for none. */
  registeredRev: number;
  /** The cue given last; undefined before the first one, and once the alert is closed. */
  cue?: GivenCue | undefined;
}

/** The stage of a call that the resident was shown last, and when it was last said. */
export interface GivenCue {
  stage: Stage;
  callRev: number;
  saidAt: MonoMs;
}

/** By alert id, oldest first. */
export type Cases = Record<string, Case>;

export const newCase = (alert: Alert, now: Moment): Case => ({
  alert,
  times: timesOf(alert, now),
  deliveries: {},
  registeredRev: 0,
});

export const alertsOf = (cases: readonly Case[]): Alert[] => cases.map(({ alert }) => alert);
export const deliveriesOf = ({ deliveries }: Case): Delivery[] => Object.values(deliveries);
export const deliveryOn = ({ deliveries }: Case, channel: string): Delivery | undefined => own(deliveries, channel);

/** Puts a delivery in the place of the one before it. */
export function setDelivery(one: Case, delivery: Delivery): void {
  one.deliveries = { ...one.deliveries, [delivery.channel]: delivery };
}

/** Drops the deliveries of channels that are no longer configured: nobody waits for a receipt from there. */
export function keepDeliveries(one: Case, channels: readonly string[]): void {
  one.deliveries = Object.fromEntries(Object.entries(one.deliveries).filter(([channel]) => channels.includes(channel)));
}

/** Closed, on the disk, and settled with every channel that it was offered to: nobody needs it any more. */
export const isDone = (one: Case, channels: ChannelTable): boolean =>
  !isOpen(one.alert) &&
  one.registeredRev >= one.alert.rev &&
  deliveriesOf(one).every((delivery) => isSettled(delivery, confirmsOf(channels, delivery.channel)));

export const timesOf = ({ calledAt, hushedAt }: Alert, now: Moment): AlertTimes => ({
  calledAt: onThisBoot(calledAt, now),
  silencedAt: hushedAt && onThisBoot(hushedAt, now),
});

/** Where nobody can know how much time has passed, none has: what sounded before a restart sounds again. */
const onThisBoot = (then: Moment, now: Moment): MonoMs => (now.mono - elapsed(then, now)) as MonoMs;
