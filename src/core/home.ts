// The whole state of a watched home, as plain data: what a restart, a fork and a replay work on.

import { elapsed } from '#base/instant.ts';
import type { Stage } from '#contract/actuator.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { Delivery } from '#contract/delivery.ts';
import type { AnyDetector } from '#contract/detector.ts';
import type { Device, Person, Subject } from '#contract/device.ts';
import { type Fault, faultKey } from '#contract/fault.ts';
import type { Json } from '#contract/json.ts';
import type { Presence } from '#contract/presence.ts';
import type { Reaction } from '#contract/reaction.ts';
import type { Restored } from '#contract/store.ts';
import type { Moment, MonoMs } from '#contract/time.ts';
import { written } from '#contract/uplink/messages.ts';
import type { Address } from '#contract/uplink/topics.ts';
import type { Warning } from '#contract/warning.ts';
import { restarted } from '#src/alerts/lifecycle.ts';
import type { AlertTimes } from '#src/alerts/reactions.ts';
import type { CheckIns } from '#src/supervision/check-in.ts';
import { type FaultBook, faultState } from '#src/supervision/faults.ts';
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

/** Takes up what the journal held. Returns the alerts that the restart itself moved, or that a channel was never offered. */
export function adopt(state: HomeState, restored: Restored, channels: readonly string[], now: Moment): string[] {
  const changed: string[] = [];
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
      state.deliveries[deliveryKey(delivery)] = { ...delivery, waitingSince: now.mono, overdue: false };
    // Neither received nor waiting to be sent: the platform gives its receipt for a double as well.
    const offered = known.filter(
      ({ channel, receivedRev }) =>
        receivedRev >= found.rev ||
        restored.outbox.some((entry) => entry.channel === channel && entry.slot === alertSlot(alert.id)),
    );
    const unoffered = channels.some((channel) => !offered.some((delivery) => delivery.channel === channel));
    if (alert.rev !== found.rev || (unoffered && isOpen(alert))) changed.push(alert.id);
  }
  for (const { kind, body } of restored.outbox) if (kind === 'fault') expectEnd(state.faults, body, now);
  return changed;
}

/** A fault of before that still waits to be told: unless it is seen again, what the platform gets to hear is that it is over. */
function expectEnd(faults: FaultBook, body: string, now: Moment): void {
  const { success, data: message } = written.faultMessage.safeParse(JSON.parse(body));
  if (!success || !message.data.active) return;
  const { code, context } = message.data;
  const fault: Fault = { code, subject: message.data.subject as Subject, since: now, dependsOn: [], context };
  faults[faultKey(fault)] ??= faultState(fault, {
    active: false,
    told: true,
    fresh: false,
    cause: { active: false, at: now.mono },
  });
}
