// What people say to the home: by a key in it, or from a distance.

import { type Alert, isOpen } from '#contract/alert.ts';
import type { AlertCommand, Command, CommandAnswer } from '#contract/command.ts';
import type { Input } from '#contract/detector.ts';
import { alertKey } from '#contract/finding.ts';
import { graver } from '#contract/hazard.ts';
import { isHealthAct } from '#contract/health.ts';
import type { Ids } from '#contract/ids.ts';
import { own } from '#contract/own.ts';
import { isPresenceAct } from '#contract/presence.ts';
import type { Reading } from '#contract/reading.ts';
import type { Moment } from '#contract/time.ts';
import { answeredBy } from '#src/alerts/lifecycle.ts';
import { obey } from '#src/alerts/obey.ts';
import { isStale, outdated } from '#src/alerts/outdated.ts';
import { isHeard } from '#src/supervision/faults.ts';
import type { HomeDevice, HomeState } from './home.ts';

interface Told {
  /** An alert changed by what was said. */
  keep(alert: Alert, at: Moment, isNews: boolean): void;
  ask(input: Input): void;
  order(input: Extract<Input, { kind: 'order' }>): Pick<CommandAnswer, 'done' | 'refused'>;
}

export function people(state: HomeState, ids: Ids, { keep, ask, order: carryOut }: Told) {
  const open = () => Object.values(state.alerts);

  /** A word about an alert. */
  function ofAlert(command: AlertCommand, at: Moment): CommandAnswer {
    const { answer, changed } = obey(open(), command, at);
    for (const alert of changed) {
      const moved = alert.state !== state.alerts[alert.id]?.state;
      keep(alert, at, moved);
      if (moved && alert.state === 'resolved' && !isCovered(alert)) dealt(alert, at);
    }
    return answer;
  }

  /** A later alert, no less grave, is open and stands for the same: what was resolved was the older part of it. */
  function isCovered(alert: Alert): boolean {
    const all = open().filter((other) => alertKey(other) === alertKey(alert));
    const later = all.slice(all.findIndex(({ id }) => id === alert.id) + 1);
    return later.some((other) => isOpen(other) && graver(other.severity, alert.severity) === other.severity);
  }

  /** What still holds is to be found again, in the same write as its end. */
  function dealt({ hazard, subject, deviceId, severity, level }: Alert, at: Moment): void {
    // A device that was removed is not heard, whatever takes its name later.
    const isThere = !subject.startsWith('device:') || own(state.devices, deviceId) !== undefined;
    const heard = isThere && isHeard(state.faults, deviceId);
    ask({ kind: 'dealt', at, hazard, subject, deviceId, severity, level: level === true, act: 'resolve', heard });
  }

  return {
    command(command: Command, at: Moment): CommandAnswer {
      const { id, act, order } = command;
      if (isHealthAct(act))
        return order
          ? { commandId: id, ...carryOut({ kind: 'order', at, id, order }) }
          : { commandId: id, done: false, refused: 'no-change' };
      if (!isPresenceAct(act)) return ofAlert({ ...command, act }, at);
      if (isStale(command, at)) return outdated(command);
      ask({ kind: 'said', at, said: act });
      return { commandId: id, done: true };
    },

    /** The button in the home that silences what sounds. */
    hush({ deviceId, at }: Reading): void {
      ofAlert({ id: ids.next(), act: 'hush', by: { name: deviceId, role: 'resident' } }, at);
    },

    /** The wearable's own key, held down while it asks: all is well. True when that is what the hold meant. */
    answered({ deviceId, at, quantity, value }: Reading, device: HomeDevice): boolean {
      if (quantity !== 'button' || value !== 'hold') return false;
      const meant = answeredBy(open(), device, Object.values(state.devices));
      for (const { id: alertId } of meant)
        ofAlert({ id: ids.next(), act: 'cancel', by: { name: deviceId, role: 'resident' }, alertId }, at);
      return meant.length > 0;
    },
  };
}
