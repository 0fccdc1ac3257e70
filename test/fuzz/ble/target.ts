// What is fired at: one driver of a Bluetooth device on its bench.

import type { Sample } from '#contract/reading.ts';
import type { Moment } from '#contract/time.ts';
import { ADDRESS, hex } from '#fakes/driver-bench.ts';

export const OWN = [...hex(ADDRESS.replaceAll(':', ''))];

/** One driver under fire: sends one frame, says what is wrong with what was told of it. */
export interface Target {
  fire(): string[];
  /** A good frame, which has to be told; undefined when it was. */
  good(): string | undefined;
  /** Breaks the connection and makes a new one. */
  reconnect?(): Promise<string[]>;
}
export type Told = Sample & { at: Moment };
