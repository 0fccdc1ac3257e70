// What is said in the home before an alert is raised, to a person who can still end it by moving or answering.

import type { Words } from './actuator.ts';
import type { Subject } from './device.ts';
import type { Because } from './finding.ts';
import type { Hazard } from './hazard.ts';
import type { Moment } from './time.ts';

/** It stays in the home, and its detector alone ends it. Saying the same again changes nothing. */
export interface Warning {
  hazard: Hazard;
  subject: Subject;
  active: boolean;
  at: Moment;
  because: Because[];
  /** What is said aloud; of `active` only. */
  say?: Words | undefined;
  /** While it is active it is said again so often, ms; said once without. */
  sayEveryMs?: number | undefined;
}

export type WarningKey = `${Hazard}/${Subject}`;
export const warningKey = ({ hazard, subject }: Pick<Warning, 'hazard' | 'subject'>): WarningKey =>
  `${hazard}/${subject}`;
