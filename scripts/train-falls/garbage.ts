// What a broken frame makes of a stream: bytes that were never a movement. No fall, however hard it looks.

import { normal } from './variants.ts';

type Axes = { x: number[]; y: number[]; z: number[] };
type Random = () => number;

/** Spoils one to four stretches of a stream, as long as a notification's samples or as the whole. */
export function spoil({ x, y, z }: Axes, random: Random): void {
  const stretches = 1 + Math.floor(random() * 4);
  for (let n = 0; n < stretches; n += 1) {
    const length = Math.ceil(random() < 0.15 ? x.length : 1 + 60 * random() ** 2);
    const from = Math.floor(random() * Math.max(1, x.length - length));
    const kind = kinds[Math.floor(random() * kinds.length)] as (typeof kinds)[number];
    kind({ x, y, z }, from, Math.min(x.length, from + length), random);
  }
}

const amplitude = (random: Random) => [1, 2, 4, 8, 16][Math.floor(random() * 5)] as number;
const even = (random: Random, size: number) => (2 * random() - 1) * size;

const kinds: readonly ((axes: Axes, from: number, to: number, random: Random) => void)[] = [
  // Bytes at random.
  ({ x, y, z }, from, to, random) => {
    const size = amplitude(random);
    for (let i = from; i < to; i += 1) {
      x[i] = even(random, size);
      y[i] = even(random, size);
      z[i] = even(random, size);
    }
  },
  // A sensor in trouble: noise on what it says.
  ({ x, y, z }, from, to, random) => {
    const size = amplitude(random) / 4;
    for (let i = from; i < to; i += 1) {
      x[i] = (x[i] as number) + normal(random) * size;
      y[i] = (y[i] as number) + normal(random) * size;
      z[i] = (z[i] as number) + normal(random) * size;
    }
  },
  // The same bytes again and again.
  ({ x, y, z }, from, to, random) => {
    const size = amplitude(random);
    const stuck = [even(random, size), even(random, size), even(random, size)] as const;
    for (let i = from; i < to; i += 1) {
      x[i] = stuck[0];
      y[i] = stuck[1];
      z[i] = stuck[2];
    }
  },
  // One axis gone wild: a bit of its high byte.
  ({ x, y, z }, from, to, random) => {
    const axis = [x, y, z][Math.floor(random() * 3)] as number[];
    const size = amplitude(random);
    for (let i = from; i < to; i += 1)
      if (random() < 0.5) axis[i] = (axis[i] as number) + (random() < 0.5 ? size : -size);
  },
];
