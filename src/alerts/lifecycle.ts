// The life of an alert: which states there are, who may cause each move, and what a finding makes of it. What a person
// does about it is in `apply-command.ts`.

import { type Alert, type AlertState, isOpen, STORY_LIMIT, type StoryEntry } from '#contract/alert.ts';
import type { Device } from '#contract/device.ts';
import type { Evidence } from '#contract/evidence.ts';
import { alertKey, type Begun, type Finding, type Over } from '#contract/finding.ts';
import { graver, hazards, isEachNew } from '#contract/hazard.ts';
import { later, type Moment, type MonoMs, SECOND } from '#contract/time.ts';

/** What noticed, as an alert keeps it. */
export type Source = Pick<Device, 'id' | 'room'> & { kind: Alert['deviceKind'] };

export type Cause = 'self-cancel' | 'no-answer' | 'restart' | 'person-acknowledged' | 'person-resolved';

/** The whole life of an alert. A cause that a row does not list leaves the alert as it is; whoever gave it is answered so. */
export const moves = {
  pending: {
    'self-cancel': 'cancelled',
    'no-answer': 'raised',
    // Nobody knows what was answered while the gateway was off, so help is called.
    restart: 'raised',
    'person-acknowledged': 'acknowledged',
    'person-resolved': 'resolved',
  },
  raised: { 'person-acknowledged': 'acknowledged', 'person-resolved': 'resolved' },
  acknowledged: { 'person-resolved': 'resolved' },
  resolved: {},
  cancelled: {},
} as const satisfies Record<AlertState, Partial<Record<Cause, AlertState>>>;

export function move(state: AlertState, cause: Cause): AlertState | undefined {
  const row: Partial<Record<Cause, AlertState>> = moves[state];
  return row[cause];
}

/**
 * What a finding makes of the open alerts: a new alert, changes to open ones, or nothing.
 * Until a person has acknowledged, the same condition beginning again, or a level that climbs a step, counts up and calls
 * again; afterwards it is a new alert, so that somebody is called. Nothing that begins makes an alert less grave.
 */
export function raiseOrUpdate(open: readonly Alert[], finding: Finding, source: Source, newId: () => string): Alert[] {
  const { at, subject } = finding;
  const key = alertKey(finding);
  const known = open.filter((alert) => alert.subject === subject && isOpen(alert) && alertKey(alert) === key);
  if (!finding.active) return gone(known, finding);
  if (finding.worsens) return worsened(known, finding);
  const newest = known.at(-1);
  // Graver than the open alert, it calls anew, however short the pause was.
  if (finding.again && newest && graver(newest.severity, finding.severity) === newest.severity)
    return newest.conditionPresent ? [] : [revised({ ...newest, conditionPresent: true }, at)];
  const unacknowledged = known.find(({ state }) => state === 'raised' || state === 'pending');
  if (!unacknowledged || isEachNew(finding.hazard)) return [born(finding, source, newId())];
  const called = {
    ...unacknowledged,
    conditionPresent: true,
    count: unacknowledged.count + 1,
    because: finding.because,
    severity: graver(unacknowledged.severity, finding.severity),
  };
  return [asCall(revised(called, at), at)];
}

/** The condition is gone: of every open alert of its key, or, where each finding is an event of its own, of the newest. */
function gone(known: readonly Alert[], { hazard, at }: Over): Alert[] {
  const present = known.filter(({ conditionPresent }) => conditionPresent);
  return (isEachNew(hazard) ? present.slice(-1) : present).map((alert) =>
    revised({ ...alert, conditionPresent: false }, at),
  );
}

/** An open alert has turned out graver; the facts that show it are added. */
function worsened(known: readonly Alert[], { severity, because, at }: Begun): Alert[] {
  const newest = known.at(-1);
  if (!newest) return [];
  return [
    revised({ ...newest, severity: graver(newest.severity, severity), because: [...newest.because, ...because] }, at),
  ];
}

function born({ hazard, subject, severity, level, at, because, cancelMs }: Begun, source: Source, id: string): Alert {
  return {
    id,
    hazard,
    subject,
    deviceId: source.id,
    deviceKind: source.kind,
    room: source.room,
    state: hazards[hazard].bornRaised ? 'raised' : 'pending',
    severity,
    ...(level && { level }),
    conditionPresent: true,
    count: 1,
    raisedAt: at,
    ...(!hazards[hazard].bornRaised && { cancelMs: cancelMs ?? CANCEL_MS }),
    changedAt: at,
    because,
    rev: 1,
    callRev: 1,
    calledAt: at,
    story: [],
  };
}

/** A pending alert waits so long for an answer, unless its detector says otherwise. */
const CANCEL_MS = 20 * SECOND;

/** When a pending alert is raised if nobody answers; undefined for one that is not pending. */
export const answerDue = ({ state, raisedAt, cancelMs = CANCEL_MS }: Alert): MonoMs | undefined =>
  state === 'pending' ? later(raisedAt.mono, cancelMs) : undefined;

/** Nobody said that all is well, so help is called. */
export const unanswered = (alert: Alert, at: Moment): Alert => asCall(revised({ ...alert, state: 'raised' }, at), at);

/** The alerts that a wearer answers by holding down a key: the pending ones of that wearable and of others of the same person. */
export function answeredBy(open: readonly Alert[], device: Device, devices: readonly Device[]): Alert[] {
  if (device.kind !== 'wearable') return [];
  const worn = devices.filter(
    ({ kind, wearer }) => kind === 'wearable' && wearer !== undefined && wearer === device.wearer,
  );
  return open.filter(
    ({ state, deviceId }) => state === 'pending' && (deviceId === device.id || worn.some(({ id }) => id === deviceId)),
  );
}

const asCall = (alert: Alert, at: Moment): Alert => ({ ...alert, callRev: alert.rev, calledAt: at });

/** More revs than a gateway can send before they are on the disk, and be killed. */
const LEAP = 1_000;

const revised = (alert: Alert, at: Moment, entry?: StoryEntry): Alert => ({
  ...alert,
  rev: alert.rev + 1,
  changedAt: at,
  story: entry ? [...alert.story, entry].slice(-STORY_LIMIT) : alert.story,
});

/** The alert with a line added to its story: a new rev, which is sent. */
export const noted = (alert: Alert, entry: StoryEntry): Alert => revised(alert, entry.at, entry);

/** The alert with what a wearable measured around the fall, for a platform that may have it. */
export const witnessed = (alert: Alert, evidence: Evidence, at: Moment): Alert => revised({ ...alert, evidence }, at);

/**
 * An alert that was open before a restart, as it goes on after it. It is sent anew, above every rev that may have left before
 * it was on the disk: a platform that saw it resolved in that instant is to know that here it is open.
 */
export function restarted(found: Alert, at: Moment): Alert {
  if (!isOpen(found)) return found;
  const alert: Alert = { ...found, rev: found.rev + LEAP };
  const state = move(alert.state, 'restart');
  return state ? asCall(noted({ ...alert, state }, { kind: 'restarted', at }), at) : alert;
}
