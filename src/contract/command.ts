// What a person, or the platform in a person's name, tells the gateway.

import type { Person, PersonAct } from './alert.ts';
import type { Hazard } from './hazard.ts';
import type { HealthAct, HealthOrder, HealthRefusal } from './health.ts';
import type { PresenceAct } from './presence.ts';

export interface Command {
  /** The sender's id of the command: answered once, repeated harmlessly. */
  id: string;
  /** About an alert, about who is in the home, or about measurements of the body. */
  act: PersonAct | PresenceAct | HealthAct;
  by: Person;
  /** The alert meant; without it the newest open one of `hazard`, or the newest open one. */
  alertId?: string | undefined;
  hazard?: Hazard | undefined;
  /** With `resolve`: what was found. */
  note?: string | undefined;
  /** Of an act about measurements: what it says. */
  order?: HealthOrder | undefined;
}

/** About an alert. */
export type AlertCommand = Command & { act: PersonAct };

export interface CommandAnswer {
  commandId: string;
  done: boolean;
  alertId?: string | undefined;
  /** Why not, as a code that `alerts/words.ts` has words for. */
  refused?: 'no-such-alert' | 'already-closed' | 'cannot-be-cancelled' | 'no-change' | HealthRefusal | undefined;
}
