// What people say to the home: by a key in it, or from a distance.

import type { Alert } from '#contract/alert.ts';
import type { AlertCommand, Command, CommandAnswer } from '#contract/command.ts';
import type { Input } from '#contract/detector.ts';
import { isHealthAct } from '#contract/health.ts';
import type { Ids } from '#contract/ids.ts';
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
      if (moved && alert.state === 'resolved') dealt(alert, at);
    }
    return answer;
  }

  /** What still holds is to be found again, in the same write as its end. */
  function dealt({ hazard, subject, deviceId, severity, level }: Alert, at: Moment): void {
    const heard = isHeard(state.faults, deviceId);
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
