// What is fired at: one driver of a Bluetooth device on its bench, and the hands that damage frames.

import type { Sample } from '#contract/reading.ts';
import type { Moment } from '#contract/time.ts';
import { ADDRESS, hex } from '#fakes/ble-bench.ts';

export const OWN = [...hex(ADDRESS.replaceAll(':', ''))];

export interface Rng {
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  bytes(most: number): number[];
}
/** One driver under fire: sends one frame, says what is wrong with what was told of it. */
export interface Target {
  fire(): string[];
  /** A good frame, which has to be told; undefined when it was. */
  good(): string | undefined;
  /** Breaks the connection and makes a new one. */
  reconnect?(): Promise<string[]>;
}
export type Told = Sample & { at: Moment };

export function mutated(bytes: readonly number[], { below, bytes: random }: Rng): number[] {
  switch (below(6)) {
    case 0:
      return bytes.slice(0, below(bytes.length + 1));
    case 1:
      return [...bytes, ...random(8)];
    case 2:
      return random(40);
    case 3:
      return bytes.map((byte) => (below(8) === 0 ? below(256) : byte));
    default: {
      const at = below(Math.max(1, bytes.length));
      return bytes.map((byte, index) => (index === at ? byte ^ (1 << below(8)) : byte));
    }
  }
}

/** Lets what was answered be answered. */
export const turns = async () => {
  for (let turn = 0; turn < 400; turn += 1) await Promise.resolve();
};
