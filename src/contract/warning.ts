// What is said in the home before an alert is raised, to a person who can still end it by moving or answering.

import type { Subject } from './device.ts';
import type { Because, OverBecause } from './facts.ts';
import type { Hazard } from './hazard.ts';
import type { Moment } from './time.ts';
import type { Words } from './words.ts';

interface About {
  hazard: Hazard;
  subject: Subject;
  at: Moment;
}

export interface BegunWarning extends About {
  active: true;
  because: Because[];
  /** What is said aloud. */
  say?: Words | undefined;
  /** Said again this often, ms; without it, said once. */
  sayEveryMs?: number | undefined;
}

export interface OverWarning extends About {
  active: false;
  because: OverBecause[];
  say?: undefined;
  sayEveryMs?: undefined;
}

/** A warning stays in the home, and only its detector ends it. Repeating the same changes nothing. */
export type Warning = BegunWarning | OverWarning;

export type WarningKey = `${Hazard}/${Subject}`;
export const warningKey = ({ hazard, subject }: Pick<Warning, 'hazard' | 'subject'>): WarningKey =>
  `${hazard}/${subject}`;
