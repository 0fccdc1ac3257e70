// What is known of a fault beforehand: when people are told, and in which words.

import type { Words } from './actuator.ts';

export interface FaultRow {
  /** Told to people only when it lasted this long. */
  visibleAfterMs: number;
  text: Words;
  /** What to do. */
  advice: Words;
}
