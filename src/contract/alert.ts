// An alert: what the box says to the home and to the platform until a person has dealt with it.

import type { DeviceKind, OutputKind, Subject } from './device.ts';
import type { Evidence } from './evidence.ts';
import type { Fact } from './facts.ts';
import type { Hazard, Severity } from './hazard.ts';
import type { Moment } from './time.ts';

export const alertStates = ['pending', 'raised', 'acknowledged', 'resolved', 'cancelled'] as const;
export type AlertState = (typeof alertStates)[number];

export const isOpen = ({ state }: Pick<Alert, 'state'>) => state !== 'resolved' && state !== 'cancelled';

/**
 * A person, named as the platform or the home knows them. `role` is what the broker's access list allows them to be.
 */
export interface Person {
  name: string;
  role: 'resident' | 'operator' | 'responder' | 'installer' | 'family';
}

/**
 * What a resolved alert turned out to be, as whoever resolved it says: somebody needed help, or nobody did. Detectors learn
 * from it; of an alert of which nobody says it, nothing is learned.
 */
export const alertOutcomes = ['genuine', 'false-alarm'] as const;
export type AlertOutcome = (typeof alertOutcomes)[number];

/** One entry in the story of an alert: what was done about it. */
export type StoryEntry = { at: Moment } & (
  | {
      kind: 'output';
      output: string;
      outputKind: OutputKind;
      action: OutputAction;
      result: OutputResult;
      attempts: number;
    }
  | {
      kind: 'person';
      act: PersonAct;
      by: Person;
      note?: string | undefined;
      outcome?: AlertOutcome | undefined;
      refused?: string | undefined;
    }
  | { kind: 'restarted' }
);

export type PersonAct = 'acknowledge' | 'on-the-way' | 'resolve' | 'cancel' | 'hush';
/** `close` is for valves. No action opens one: whoever opens a valve must stand in front of it. */
export const outputActions = ['on', 'off', 'close'] as const;
export type OutputAction = (typeof outputActions)[number];
/** `confirmed` needs a feedback input that agreed; `commanded` is all that can be said without one. */
export type OutputResult = 'commanded' | 'confirmed' | 'unconfirmed' | 'failed';

export interface Alert {
  id: string;
  hazard: Hazard;
  subject: Subject;
  /** The device that noticed it, and its room; `gateway` where no single device did. */
  deviceId: string;
  deviceKind: DeviceKind | 'gateway';
  room?: string | undefined;
  state: AlertState;
  severity: Severity;
  /** A measured level: one alert, whose severity rises with its steps. */
  level?: true | undefined;
  /** False once the condition has gone; the alert stays until a person resolves it (latching). */
  conditionPresent: boolean;
  /** How often the condition was seen to begin: presses of a button, for one. */
  count: number;
  raisedAt: Moment;
  /** While it is pending: raised after this many ms without an answer. */
  cancelMs?: number | undefined;
  changedAt: Moment;
  because: Fact[];
  /** Rises with every change that is sent, and leaps at a restart. Event id: `<id>.<rev>`. */
  rev: number;
  /** The newest rev that called for help (raised, or counted up): the stages shown to the resident are this one's. */
  callRev: number;
  /** When that call was made: the instant of the press, not of its processing. */
  calledAt: Moment;
  /** The latest `hush`: it silences sound only, and lapses with a newer call. */
  hushedAt?: Moment | undefined;
  onTheWay?: Person | undefined;
  acknowledgedBy?: Person | undefined;
  /** Recorded around a fall, added some seconds after it; kept with the alert only where a platform may have it. */
  evidence?: Evidence | undefined;
  resolution?: { by: Person; found: string; outcome?: AlertOutcome | undefined } | undefined;
  /** The newest entries, at most `STORY_LIMIT`. */
  story: StoryEntry[];
}

export const STORY_LIMIT = 40;
