// What a detector concludes.

import type { Subject } from './device.ts';
import type { Hazard, Severity } from './hazard.ts';
import type { Moment } from './time.ts';

/** One fact behind a finding, as data; `alerts/words.ts` makes the sentence in each language. */
export interface Because {
  fact: string;
  [detail: string]: string | number | boolean;
}

/**
 * A condition that began (`active`) or ended. Detectors speak on change only, so each active finding is heard:
 * it raises an alert, or counts up the one that is open and calls again.
 */
export interface Finding {
  hazard: Hazard;
  /** The device that noticed; of what no device alone can notice, the person or the room it is about. */
  subject: `device:${string}` | `person:${string}` | `room:${string}`;
  /** Where the subject is no device: the one that was heard last. */
  deviceId?: string | undefined;
  active: boolean;
  severity: Severity;
  at: Moment;
  because: Because[];
  /** Of a hazard that is born pending: how long the wearer may say that all is well. */
  cancelMs?: number | undefined;
  /** No new event: the newest open alert of the same key turned out graver. Its facts are added; it does not call anew. */
  worsens?: true | undefined;
  /** It was gone for a moment only: present again, as the open alert says, and no new call. */
  again?: true | undefined;
  /** Of a measured level, which climbs by steps: one alert of the device, whatever the severity of its step. */
  level?: true | undefined;
}

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
