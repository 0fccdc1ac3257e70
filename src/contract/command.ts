// What a person, or the platform in a person's name, tells the gateway.

import type { AlertOutcome, Person, PersonAct } from './alert.ts';
import type { Hazard } from './hazard.ts';
import type { HealthAct, HealthOrder, HealthRefusal } from './health.ts';
import type { PresenceAct } from './presence.ts';
import type { WallMs } from './time.ts';

export interface Command {
  /** The sender's id for the command: answered once, and harmless when repeated. */
  id: string;
  /** About an alert, about who is in the home, or about measurements of the body. */
  act: PersonAct | PresenceAct | HealthAct;
  by: Person;
  /** When its sender made it, by the sender's clock; absent for what is said in the home, now. */
  madeAt?: WallMs | undefined;
  /**
   * The alert that is meant; without it, the open alert (of `hazard` where given) that had called last when the command
   * was made.
   */
  alertId?: string | undefined;
  /** With `alertId`: the newest rev of it that the sender had seen. */
  rev?: number | undefined;
  hazard?: Hazard | undefined;
  /** With `resolve`: what was found. */
  note?: string | undefined;
  /** With `resolve`: whether help was needed. */
  outcome?: AlertOutcome | undefined;
  /** For an act about measurements: its content. */
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
