// Chance by a seed, and what it does to bytes.

import { seededIds } from '#base/ids.ts';

export interface Rng {
  /** A whole number from 0, below `limit`. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  /** At most so many. */
  bytes(most: number): number[];
}

export function rngOf(seed: number): Rng {
  const { random } = seededIds(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return {
    below,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    bytes: (most) => Array.from({ length: below(most + 1) }, () => below(256)),
  };
}

/** Cut, lengthened, random, several bytes changed, or one bit. */
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

export interface Fuzzed {
  frames: number;
  samples: number;
  /** In words; none is what is asked. */
  problems: string[];
}
