// The life of an alert: which states there are, who may cause each move, and what a finding or a person makes of it.

import { type Alert, type AlertState, isOpen, type PersonAct, STORY_LIMIT, type StoryEntry } from '#contract/alert.ts';
import type { AlertCommand, CommandAnswer } from '#contract/command.ts';
import type { Device } from '#contract/device.ts';
import type { Evidence } from '#contract/evidence.ts';
import { alertKey, type Finding } from '#contract/finding.ts';
import { hazards, isEachNew } from '#contract/hazard.ts';
import { later, type Moment, type MonoMs, SECOND } from '#contract/time.ts';

/** What noticed, as an alert keeps it. */
type Source = Pick<Device, 'id' | 'room'> & { kind: Alert['deviceKind'] };

export type Cause = 'self-cancel' | 'no-answer' | 'restart' | 'person-acknowledged' | 'person-resolved';

/** The whole life of an alert. A cause that a row does not list leaves the alert as it is, and is reported. */
export const moves = {
  pending: {
    'self-cancel': 'cancelled',
    'no-answer': 'raised',
    // Nobody knows what was answered while the box was off: the cautious side.
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
 * What a finding makes of the open alerts: a new alert, the open one changed, or nothing.
 * While a person has not acknowledged, the same condition beginning again counts up and calls again; afterwards it is a
 * new alert, so that somebody hears it.
 */
export function hear(open: readonly Alert[], finding: Finding, device: Source, newId: () => string): Alert | undefined {
  const known = open.filter((alert) => isOpen(alert) && alertKey(alert) === alertKey(finding));
  if (!finding.active) {
    const present = known.findLast(({ conditionPresent }) => conditionPresent);
    return present && revised({ ...present, conditionPresent: false }, finding.at);
  }
  if (finding.worsens) return worsened(known, finding);
  const unheard = known.find(({ state }) => state === 'raised' || state === 'pending');
  if (!unheard || isEachNew(finding.hazard)) return born(finding, device, newId());
  const called = {
    ...unheard,
    conditionPresent: true,
    count: unheard.count + 1,
    because: finding.because,
    severity: finding.severity,
  };
  return asCall(revised(called, finding.at), finding.at);
}

/** What was found out later of what is open: graver, and why. */
function worsened(known: readonly Alert[], { severity, because, at }: Finding): Alert | undefined {
  const newest = known.at(-1);
  return newest && revised({ ...newest, severity, because: [...newest.because, ...because] }, at);
}

function born({ hazard, subject, severity, at, because, cancelMs }: Finding, device: Source, id: string): Alert {
  return {
    id,
    hazard,
    subject,
    deviceId: device.id,
    deviceKind: device.kind,
    room: device.room,
    state: hazards[hazard].bornRaised ? 'raised' : 'pending',
    severity,
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

/** Unless its detector says otherwise, a pending alert waits so long for an answer. */
const CANCEL_MS = 20 * SECOND;

/** When a pending alert is raised for want of an answer; undefined for one that is not pending. */
export const answerDue = ({ state, raisedAt, cancelMs = CANCEL_MS }: Alert): MonoMs | undefined =>
  state === 'pending' ? later(raisedAt.mono, cancelMs) : undefined;

/** Nobody said that all is well: help is called. */
export const unanswered = (alert: Alert, at: Moment): Alert => asCall(revised({ ...alert, state: 'raised' }, at), at);

/** The alerts that a wearer's own key, held down, answers: those of that wearable that are pending. */
export const answeredBy = (open: readonly Alert[], device: Device): Alert[] =>
  device.kind === 'wearable' ? open.filter(({ state, deviceId }) => state === 'pending' && deviceId === device.id) : [];

const asCall = (alert: Alert, at: Moment): Alert => ({ ...alert, callRev: alert.rev, calledAt: at });

/** More revs than can be sent from memory, unsaved, before a gateway is killed. */
const LEAP = 1_000;

const revised = ({ leap, ...alert }: Alert, at: Moment, entry?: StoryEntry): Alert => ({
  ...alert,
  rev: alert.rev + (leap ? LEAP : 1),
  changedAt: at,
  story: entry ? [...alert.story, entry].slice(-STORY_LIMIT) : alert.story,
});

/** Adds a line to the alert's story; a change that is sent. */
export const told = (alert: Alert, entry: StoryEntry): Alert => revised(alert, entry.at, entry);

/** What a wearable told around the fall, for a platform that may have it. */
export const witnessed = (alert: Alert, evidence: Evidence, at: Moment): Alert => revised({ ...alert, evidence }, at);

/** An alert as a restart finds it. */
export function restarted(found: Alert, at: Moment): Alert {
  const alert: Alert = { ...found, leap: true };
  const state = move(alert.state, 'restart');
  return state ? asCall(told({ ...alert, state }, { kind: 'restarted', at }), at) : alert;
}

/** Carries out what a person said, and the answer to it. What may not be done changes nothing but the story. */
export function obey(
  open: readonly Alert[],
  command: AlertCommand,
  at: Moment,
): { answer: CommandAnswer; changed: Alert[] } {
  if (command.act === 'hush') return hush(open, command, at);
  const alert = meant(open, command);
  if (!alert) return { answer: { commandId: command.id, done: false, refused: 'no-such-alert' }, changed: [] };
  const refused = objection(alert, command);
  const entry: StoryEntry = { kind: 'person', at, act: command.act, by: command.by, note: command.note, refused };
  const answer = { commandId: command.id, alertId: alert.id, done: !refused, refused };
  if (refused === 'already-closed' || refused === 'no-change') return { answer, changed: [] };
  return { answer, changed: [told(refused ? alert : done(alert, command), entry)] };
}

const causeOf = { acknowledge: 'person-acknowledged', resolve: 'person-resolved', cancel: 'self-cancel' } as const;

function objection(alert: Alert, { act }: AlertCommand): CommandAnswer['refused'] {
  if (!isOpen(alert)) return 'already-closed';
  if (act === 'on-the-way' || act === 'hush') return undefined;
  if (move(alert.state, causeOf[act])) return undefined;
  return act === 'cancel' ? 'cannot-be-cancelled' : 'no-change';
}

function done(alert: Alert, { act, by, note }: AlertCommand): Alert {
  switch (act as Exclude<PersonAct, 'hush'>) {
    case 'acknowledge':
      return { ...alert, state: 'acknowledged', acknowledgedBy: by };
    case 'on-the-way':
      // Somebody who sets out has heard the call.
      return {
        ...alert,
        onTheWay: by,
        ...(alert.state !== 'acknowledged' && { state: 'acknowledged', acknowledgedBy: by }),
      };
    case 'resolve':
      return { ...alert, state: 'resolved', resolution: { by, found: note ?? '' } };
    case 'cancel':
      return { ...alert, state: 'cancelled' };
  }
}

/** The alert a command names, or the newest open one it can mean. */
function meant(open: readonly Alert[], { alertId, hazard }: AlertCommand): Alert | undefined {
  if (alertId !== undefined) return open.find(({ id }) => id === alertId);
  return open.findLast((alert) => isOpen(alert) && (hazard === undefined || alert.hazard === hazard));
}

/** Silences what sounds: the alert named, or all open ones. */
function hush(open: readonly Alert[], command: AlertCommand, at: Moment): { answer: CommandAnswer; changed: Alert[] } {
  const { alertId, hazard } = command;
  const sounding = open.filter(
    (alert) =>
      isOpen(alert) &&
      (alertId === undefined || alert.id === alertId) &&
      (hazard === undefined || alert.hazard === hazard),
  );
  const changed = sounding.map((alert) =>
    told({ ...alert, hushedAt: at }, { kind: 'person', at, act: 'hush', by: command.by }),
  );
  const done = changed.length > 0;
  return { answer: { commandId: command.id, done, ...(!done && { refused: 'no-such-alert' as const }) }, changed };
}
