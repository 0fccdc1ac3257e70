// The whole state of a watched home, as plain data: what a restart, a fork and a replay work on.

import { elapsed } from '#base/instant.ts';
import type { Stage } from '#contract/actuator.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { Delivery } from '#contract/delivery.ts';
import type { AnyDetector } from '#contract/detector.ts';
import type { Device, Person } from '#contract/device.ts';
import type { Fault } from '#contract/fault.ts';
import type { Json } from '#contract/json.ts';
import type { Presence } from '#contract/presence.ts';
import type { Reaction } from '#contract/reaction.ts';
import type { Restored } from '#contract/store.ts';
import type { Moment, MonoMs } from '#contract/time.ts';
import type { Address } from '#contract/uplink/topics.ts';
import type { Warning } from '#contract/warning.ts';
import { awaitsReceipt } from '#src/alerts/delivery.ts';
import { restarted } from '#src/alerts/lifecycle.ts';
import type { AlertTimes } from '#src/alerts/reactions.ts';
import { carryOver } from '#src/supervision/carried-over.ts';
import type { CheckIns } from '#src/supervision/check-in.ts';
import type { FaultBook } from '#src/supervision/faults.ts';
import { alertSlot } from './outgoing.ts';

/** A device as the pipeline needs it. */
export interface HomeDevice extends Device {
  /** Fans: may run in gas. */
  explosionProof?: boolean | undefined;
  /** Wearables: can be made to vibrate. */
  vibrates?: true | undefined;
  /** Wearables: their key, held down, is heard, and answers that all is well. */
  tellsHold?: true | undefined;
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
  /** Channel -> this gateway's address there, and whether the seconds around a fall may go there with its alert. */
  channels: Readonly<Record<string, Address & { evidence?: boolean | undefined }>>;
}

export interface HomeState {
  devices: Record<string, HomeDevice>;
  checkIns: CheckIns;
  /** Detector id -> state. */
  detectors: Record<string, Json>;
  /** Detector id -> when it asked to be woken. */
  wakes: Record<string, MonoMs>;
  /** Whether the detectors were told that the gateway is up. */
  started: boolean;
  /** Wall clock, ms: until then the home was watched, before the gateway came up; null: never, or nobody knows. */
  seenUntil: number | null;
  /** When what is learned was last written, or began to be; null before. */
  keptAt: MonoMs | null;
  /** What the presence model believes. */
  presence: Presence;
  /** Warnings that are on, by `warningKey`; when each was last said, null for not yet. */
  warnings: Record<string, { warning: Warning; saidAt: MonoMs | null }>;
  faults: FaultBook;
  /** Open alerts, and closed ones whose last word has no receipt yet. */
  alerts: Record<string, Alert>;
  times: Record<string, AlertTimes>;
  /** `<alertId>/<channel>` */
  deliveries: Record<string, Delivery>;
  /** Alert id -> newest rev known to be on the disk. */
  registered: Record<string, number>;
  /** Output id -> what it was last told, for which call; `retryAt` after a failure. */
  outputs: Record<string, { action: 'on' | 'off' | 'close'; call: string; retryAt?: MonoMs | undefined }>;
  /** Alert id -> the stage last told. */
  told: Record<string, { stage: Stage; callRev: number; saidAt: MonoMs }>;
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
  alerts: {},
  times: {},
  deliveries: {},
  registered: {},
  outputs: {},
  told: {},
  lastSeq: 0,
});

export const deliveryKey = ({ alertId, channel }: Pick<Delivery, 'alertId' | 'channel'>) => `${alertId}/${channel}`;

/** With no way to know, no time has passed: what sounded sounds again. */
const since = (then: Moment, now: Moment): MonoMs => (now.mono - elapsed(then, now)) as MonoMs;

export const timesOf = ({ calledAt, hushedAt }: Alert, now: Moment): AlertTimes => ({
  calledAt: since(calledAt, now),
  hushedAt: hushedAt && since(hushedAt, now),
});

/**
 * Takes up what the journal held. Returns the alerts that the restart itself moved, or that a channel was never offered; and
 * the faults that were on.
 */
export function adopt(
  state: HomeState,
  restored: Restored,
  channels: readonly string[],
  now: Moment,
): { moved: string[]; carried: Fault[] } {
  const changed: string[] = [];
  const carried = carryOver(state.faults, restored, now);
  const overdue = (delivery: Delivery, alert: Alert): boolean =>
    isOpen(alert) && awaitsReceipt(delivery, alert) && carried.some((fault) => isNoReceipt(fault, delivery.channel));
  state.seenUntil ??= typeof restored.facts.floor === 'number' ? restored.facts.floor : null;
  // A card that could be read only late may know less than what has happened since.
  for (const [id, checkpoint] of Object.entries(restored.checkpoints)) state.detectors[id] ??= checkpoint;
  state.lastSeq = restored.outbox.reduce(
    (last, { seq }) => Math.max(last, seq),
    Math.max(state.lastSeq, Number(restored.facts['last-seq'] ?? 0)),
  );
  for (const found of restored.alerts) {
    if (state.alerts[found.id]) continue;
    const alert = restarted(found, now);
    state.alerts[alert.id] = alert;
    state.times[alert.id] = timesOf(alert, now);
    state.registered[alert.id] = found.rev;
    const known = restored.deliveries.filter(
      ({ alertId, channel }) => alertId === alert.id && channels.includes(channel),
    );
    for (const delivery of known)
      state.deliveries[deliveryKey(delivery)] = {
        ...delivery,
        waitingSince: now.mono,
        // The wait begins anew, but where people know that it was too long already.
        overdue: overdue(delivery, alert),
      };
    // Neither received nor waiting to be sent: the platform gives its receipt for a double as well.
    const offered = known.filter(
      ({ channel, receivedRev }) =>
        receivedRev >= found.rev ||
        restored.outbox.some((entry) => entry.channel === channel && entry.slot === alertSlot(alert.id)),
    );
    const unoffered = channels.some((channel) => !offered.some((delivery) => delivery.channel === channel));
    if (alert.rev !== found.rev || (unoffered && isOpen(alert))) changed.push(alert.id);
  }
  return { moved: changed, carried };
}

/** People know that calls on this channel wait too long for their receipt. */
const isNoReceipt = ({ code, subject }: Fault, channel: string): boolean =>
  code === 'uplink-no-receipt' && subject === `uplink:${channel}`;
