// What people say to the home: by a key in it, or from a distance.

import { deviceIn } from '#base/subject.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { AlertCommand, Command, CommandAnswer } from '#contract/command.ts';
import { alertKey } from '#contract/finding.ts';
import { graver } from '#contract/hazard.ts';
import { isHealthAct } from '#contract/health.ts';
import { own } from '#contract/own.ts';
import { isPresenceAct } from '#contract/presence.ts';
import type { Reading } from '#contract/reading.ts';
import type { Moment } from '#contract/time.ts';
import { applyCommand } from '#src/alerts/apply-command.ts';
import { answeredBy } from '#src/alerts/lifecycle.ts';
import { isStale, outdated } from '#src/alerts/outdated.ts';
import { isHeard } from '#src/supervision/faults.ts';
import { alertsOf } from './cases.ts';
import { askAll, carryOutOrder } from './detection.ts';
import type { HomeDevice } from './home.ts';
import { keepAlert } from './raise.ts';
import { allCases, type WatchedHome } from './watched-home.ts';

/** Carries out a command, or says why not. */
export function carryOutCommand(home: WatchedHome, command: Command, at: Moment): CommandAnswer {
  const { id, act, order } = command;
  if (isHealthAct(act))
    return order
      ? { commandId: id, ...carryOutOrder(home, { kind: 'order', at, id, order }) }
      : { commandId: id, done: false, refused: 'no-change' };
  if (!isPresenceAct(act)) return commandAlert(home, { ...command, act }, at);
  if (isStale(command, at)) return outdated(command);
  askAll(home, { kind: 'said', at, said: act });
  return { commandId: id, done: true };
}

function commandAlert(home: WatchedHome, command: AlertCommand, at: Moment): CommandAnswer {
  const { state } = home;
  const { answer, changed } = applyCommand(alertsOf(allCases(home)), command, at);
  for (const alert of changed) {
    const moved = alert.state !== own(state.cases, alert.id)?.alert.state;
    keepAlert(home, alert, at, moved);
    if (moved && alert.state === 'resolved' && !isCovered(alert, alertsOf(allCases(home))))
      askWhatStillHolds(home, alert, at);
  }
  return answer;
}

/** A later alert, no less grave, is open for the same: what was resolved was the older part of it. */
function isCovered(alert: Alert, alerts: readonly Alert[]): boolean {
  const same = alerts.filter((other) => alertKey(other) === alertKey(alert));
  const later = same.slice(same.findIndex(({ id }) => id === alert.id) + 1);
  return later.some((other) => isOpen(other) && graver(other.severity, alert.severity) === other.severity);
}

/** After an alert was resolved: what still holds is found again, and written together with its end. */
function askWhatStillHolds(home: WatchedHome, alert: Alert, at: Moment): void {
  const { state } = home;
  const { hazard, subject, deviceId, severity, level, resolution } = alert;
  // A device that was removed cannot be heard, whatever has its id later.
  const isThere = deviceIn(subject) === undefined || own(state.devices, deviceId) !== undefined;
  const heard = isThere && isHeard(state.faults, deviceId);
  askAll(home, {
    kind: 'resolved',
    at,
    hazard,
    subject,
    deviceId,
    severity,
    level: level === true,
    act: 'resolve',
    outcome: resolution?.outcome,
    heard,
  });
}

/** The button in the home that silences what sounds. */
export function silence(home: WatchedHome, { deviceId, at }: Reading): void {
  const by = { name: deviceId, role: 'resident' } as const;
  commandAlert(home, { id: home.ports.ids.next(), act: 'hush', by }, at);
}

/** The wearable's own key, held down while it asks: all is well. True where the hold meant that. */
export function answerByKey(
  home: WatchedHome,
  { deviceId, at, quantity, value }: Reading,
  device: HomeDevice,
): boolean {
  if (quantity !== 'button' || value !== 'hold') return false;
  const meant = answeredBy(alertsOf(allCases(home)), device, Object.values(home.state.devices));
  const by = { name: deviceId, role: 'resident' } as const;
  for (const { id: alertId } of meant)
    commandAlert(home, { id: home.ports.ids.next(), act: 'cancel', by, alertId }, at);
  return meant.length > 0;
}
