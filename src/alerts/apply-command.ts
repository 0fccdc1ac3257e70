// What people do about alerts: a command is carried out, or refused with a reason. It changes no call that its sender cannot
// have known of.

import { type Alert, isOpen, type PersonAct, type StoryEntry } from '#contract/alert.ts';
import type { AlertCommand, CommandAnswer } from '#contract/command.ts';
import type { Moment } from '#contract/time.ts';
import { move, noted } from './lifecycle.ts';
import { hadSeen, isStale, outdated } from './outdated.ts';

/** The answer to a command, and the alerts that it changed. One that is refused changes nothing but the story. */
export function applyCommand(
  open: readonly Alert[],
  command: AlertCommand,
  at: Moment,
): { answer: CommandAnswer; changed: Alert[] } {
  if (isStale(command, at)) return { answer: outdated(command), changed: [] };
  if (command.act === 'hush') return silence(open, command, at);
  const alert = meant(open, command, at);
  if (alert && isOpen(alert) && !hadSeen(command, alert, at))
    return { answer: { ...outdated(command), alertId: alert.id }, changed: [] };
  if (!alert) return { answer: { commandId: command.id, done: false, refused: 'no-such-alert' }, changed: [] };
  const refused = objection(alert, command);
  const entry: StoryEntry = {
    kind: 'person',
    at,
    act: command.act,
    by: command.by,
    note: command.note,
    outcome: command.outcome,
    refused,
  };
  const answer = { commandId: command.id, alertId: alert.id, done: !refused, refused };
  if (refused === 'already-closed' || refused === 'no-change') return { answer, changed: [] };
  return { answer, changed: [noted(refused ? alert : done(alert, command), entry)] };
}

const causeOf = { acknowledge: 'person-acknowledged', resolve: 'person-resolved', cancel: 'self-cancel' } as const;

function objection(alert: Alert, { act }: AlertCommand): CommandAnswer['refused'] {
  if (!isOpen(alert)) return 'already-closed';
  if (act === 'on-the-way' || act === 'hush') return undefined;
  if (move(alert.state, causeOf[act])) return undefined;
  return act === 'cancel' ? 'cannot-be-cancelled' : 'no-change';
}

function done(alert: Alert, { act, by, note, outcome }: AlertCommand): Alert {
  switch (act as Exclude<PersonAct, 'hush'>) {
    case 'acknowledge':
      return { ...alert, state: 'acknowledged', acknowledgedBy: by };
    case 'on-the-way':
      // Who sets out has taken notice of the call.
      return {
        ...alert,
        onTheWay: by,
        ...(alert.state !== 'acknowledged' && { state: 'acknowledged', acknowledgedBy: by }),
      };
    case 'resolve':
      return { ...alert, state: 'resolved', resolution: { by, found: note ?? '', outcome } };
    case 'cancel':
      return { ...alert, state: 'cancelled' };
  }
}

/** The alert that a command names; of those that it can mean without naming one, the one that called last. */
function meant(open: readonly Alert[], command: AlertCommand, at: Moment): Alert | undefined {
  const { alertId, hazard } = command;
  if (alertId !== undefined) return open.find(({ id }) => id === alertId);
  return open
    .filter(
      (alert) => isOpen(alert) && (hazard === undefined || alert.hazard === hazard) && hadSeen(command, alert, at),
    )
    .toSorted((a, b) => byCall(a, b, at))
    .at(-1);
}

/** Silences what sounds: the alert that is named, or all open ones that had called when the command was made. */
function silence(
  open: readonly Alert[],
  command: AlertCommand,
  at: Moment,
): { answer: CommandAnswer; changed: Alert[] } {
  const { alertId, hazard } = command;
  const sounding = open.filter(
    (alert) =>
      isOpen(alert) &&
      (alertId === undefined || alert.id === alertId) &&
      (hazard === undefined || alert.hazard === hazard) &&
      hadSeen(command, alert, at),
  );
  const changed = sounding.map((alert) =>
    noted({ ...alert, hushedAt: at }, { kind: 'person', at, act: 'hush', by: command.by }),
  );
  const done = changed.length > 0;
  return { answer: { commandId: command.id, done, ...(!done && { refused: 'no-such-alert' as const }) }, changed };
}

/** Orders by call, earliest first. A call of an earlier boot comes before one of this boot; those stay in order of birth. */
function byCall(a: Alert, b: Alert, now: Moment): number {
  const rank = ({ calledAt }: Alert) => (calledAt.bootId === now.bootId ? calledAt.mono : -1);
  return rank(a) - rank(b);
}
