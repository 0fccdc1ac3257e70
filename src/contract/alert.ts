// An alert: what the box says to the home and to the platform until a person has dealt with it.

import type { DeviceKind, OutputKind, Subject } from './device.ts';
import type { Evidence } from './evidence.ts';
import type { Fact } from './facts.ts';
import type { Hazard, Severity } from './hazard.ts';
import type { Moment } from './time.ts';

export const alertStates = ['pending', 'raised', 'acknowledged', 'resolved', 'cancelled'] as const;
export type AlertState = (typeof alertStates)[number];

export const isOpen = ({ state }: Pick<Alert, 'state'>) => state !== 'resolved' && state !== 'cancelled';

/** A person, as the platform or the home names them. `role` is what the broker's access list let them be. */
export interface Person {
  name: string;
  role: 'resident' | 'operator' | 'responder' | 'installer' | 'family';
}

/** One line of what was done about an alert. */
export type StoryEntry = { at: Moment } & (
  | {
      kind: 'output';
      output: string;
      outputKind: OutputKind;
      action: OutputAction;
      result: OutputResult;
      attempts: number;
    }
  | { kind: 'person'; act: PersonAct; by: Person; note?: string | undefined; refused?: string | undefined }
  | { kind: 'restarted' }
);

export type PersonAct = 'acknowledge' | 'on-the-way' | 'resolve' | 'cancel' | 'hush';
/** `close` is a valve's; there is no action that opens one. */
export const outputActions = ['on', 'off', 'close'] as const;
export type OutputAction = (typeof outputActions)[number];
/** `confirmed` needs a feedback input that agreed; `commanded` is all that can be said without one. */
export type OutputResult = 'commanded' | 'confirmed' | 'unconfirmed' | 'failed';

export interface Alert {
  id: string;
  hazard: Hazard;
  subject: Subject;
  /** The device that noticed, and the room it is in; `gateway` where none did by itself. */
  deviceId: string;
  deviceKind: DeviceKind | 'gateway';
  room?: string | undefined;
  state: AlertState;
  severity: Severity;
  /** Of a measured level: one alert, whose severity rises with its steps. */
  level?: true | undefined;
  /** False once the condition has gone; the alert stays until a person resolves it (latching). */
  conditionPresent: boolean;
  /** How often the condition was seen to begin: presses of a button, for one. */
  count: number;
  raisedAt: Moment;
  /** While it is pending: with no answer for so long, ms, it is raised. */
  cancelMs?: number | undefined;
  changedAt: Moment;
  because: Fact[];
  /** Rises with every change that is sent, and leaps at a restart. Event id: `<id>.<rev>`. */
  rev: number;
  /** The newest rev that called for help (raised, or counted up): the stages shown to the resident are this one's. */
  callRev: number;
  /** When that call was made: the instant of the press, not of its processing. */
  calledAt: Moment;
  /** The newest hush: sound only, and void once a newer call came. */
  hushedAt?: Moment | undefined;
  onTheWay?: Person | undefined;
  acknowledgedBy?: Person | undefined;
  /** Of a fall, some seconds after it; kept with the alert only where a platform may have it. */
  evidence?: Evidence | undefined;
  resolution?: { by: Person; found: string } | undefined;
  /** The newest entries, at most `STORY_LIMIT`. */
  story: StoryEntry[];
}

export const STORY_LIMIT = 40;
