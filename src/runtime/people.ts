// What people say to the home: by a key in it, or from a distance.

import type { Alert } from '#contract/alert.ts';
import type { AlertCommand, Command, CommandAnswer } from '#contract/command.ts';
import type { Input } from '#contract/detector.ts';
import { isHealthAct } from '#contract/health.ts';
import type { Ids } from '#contract/ids.ts';
import { isPresenceAct } from '#contract/presence.ts';
import type { Reading } from '#contract/reading.ts';
import type { Moment } from '#contract/time.ts';
import { answeredBy, obey } from '#src/alerts/lifecycle.ts';
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
    for (const alert of changed) keep(alert, at, alert.state !== state.alerts[alert.id]?.state);
    return answer;
  }

  return {
    command(command: Command, at: Moment): CommandAnswer {
      const { id, act, order } = command;
      if (isHealthAct(act))
        return order
          ? { commandId: id, ...carryOut({ kind: 'order', at, id, order }) }
          : { commandId: id, done: false, refused: 'no-change' };
      if (!isPresenceAct(act)) return ofAlert({ ...command, act }, at);
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
      const meant = answeredBy(open(), device);
      for (const { id: alertId } of meant)
        ofAlert({ id: ids.next(), act: 'cancel', by: { name: deviceId, role: 'resident' }, alertId }, at);
      return meant.length > 0;
    },
  };
}
