// What a detector concludes.

import type { Subject } from './device.ts';
import type { Because, OverBecause } from './facts.ts';
import type { Hazard, Severity } from './hazard.ts';
import type { Moment } from './time.ts';

interface About {
  hazard: Hazard;
  /** The device that noticed; where no device alone can, the person or the room it is about. */
  subject: `device:${string}` | `person:${string}` | `room:${string}`;
  /** Where the subject is no device: the device that was heard last. */
  deviceId?: string | undefined;
  severity: Severity;
  at: Moment;
  /** A measured level, which climbs by steps: one alert for the device, whatever the severity of its step. */
  level?: true | undefined;
}

/** A condition began: it raises an alert, or adds to the count of the open one and calls again. */
export interface Begun extends About {
  active: true;
  because: Because[];
  /** For a hazard that begins pending: how long the wearer may say that all is well. */
  cancelMs?: number | undefined;
  /**
   * No new event: the newest open alert with the same key turned out graver. Its facts are added; it does not call
   * again.
   */
  worsens?: true | undefined;
  /** It was gone only for a moment: the condition of the open alert is present again, and this is no new call. */
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

/** Detectors report changes only, so each finding counts. */
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
