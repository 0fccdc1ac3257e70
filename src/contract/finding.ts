// What a detector concludes.

import type { Subject } from './device.ts';
import type { Because, OverBecause } from './facts.ts';
import type { Hazard, Severity } from './hazard.ts';
import type { Moment } from './time.ts';

interface About {
  hazard: Hazard;
  /** The device that noticed; of what no device alone can notice, the person or the room it is about. */
  subject: `device:${string}` | `person:${string}` | `room:${string}`;
  /** Where the subject is no device: the one that was heard last. */
  deviceId?: string | undefined;
  severity: Severity;
  at: Moment;
  /** Of a measured level, which climbs by steps: one alert of the device, whatever the severity of its step. */
  level?: true | undefined;
}

/** A condition that began: it raises an alert, or counts up the one that is open and calls again. */
export interface Begun extends About {
  active: true;
  because: Because[];
  /** Of a hazard that is born pending: how long the wearer may say that all is well. */
  cancelMs?: number | undefined;
  /** No new event: the newest open alert of the same key turned out graver. Its facts are added; it does not call anew. */
  worsens?: true | undefined;
  /** It was gone for a moment only: present again, as the open alert says, and no new call. */
  again?: true | undefined;
}

/** The condition is over: that is reported, and closes nothing. */
export interface Over extends About {
  active: false;
  because: OverBecause[];
  cancelMs?: undefined;
  worsens?: undefined;
  again?: undefined;
}

/** Detectors speak on change only, so each finding counts. */
export type Finding = Begun | Over;

/**
 * Findings with one key belong to one open alert. A measured level is kept apart from what a certified detector of the
 * same device decided, and elsewhere an early warning from the alarm of the same source.
 */
export type AlertKey = `${Hazard}/${Subject}/${'level' | 'early' | 'alarm'}`;
export const alertKey = ({ hazard, subject, severity, level }: Keyed): AlertKey =>
  `${hazard}/${subject}/${level ? 'level' : severity === 'early' ? 'early' : 'alarm'}`;
interface Keyed extends Pick<Finding, 'hazard' | 'severity' | 'level'> {
  subject: Subject;
}
