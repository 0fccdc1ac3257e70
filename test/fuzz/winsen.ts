// Hostile bytes for the winsen-gas driver: truncated, doubled, corrupted and random frames between good ones, cut into
// chunks anywhere. A model that only looks for valid frames in the bytes says what the driver may say.

import { seededIds } from '#base/ids.ts';
import { bench, reply, WARM } from '#fakes/winsen-bench.ts';
import type { Fuzzed } from './damage.ts';

const FRAME = 9;
const MOST_PROBLEMS = 5;

export function fuzzWinsen(frames: number, seed: number): Fuzzed {
  const { random } = seededIds(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const home = bench({ warmupSeconds: 0 });
  home.line.plug();
  home.clock.advance(WARM);
  const problems: string[] = [];
  let samples = 0;
  /** The bytes of the last frames that can still be part of a frame. */
  let tail: number[] = [];
  /** Values that the bytes so far hold, of the last stretch. */
  let held = new Set<number>();

  const good = () => reply(below(1_000));
  const item = (): { bytes: number[]; good: boolean } => {
    const frame = good();
    switch (below(6)) {
      case 0:
        return { bytes: frame.slice(0, 1 + below(FRAME - 1)), good: false };
      case 1:
        return { bytes: frame.flatMap((byte) => [byte, byte]), good: false };
      case 2:
        return { bytes: frame.with(below(FRAME), below(256)), good: false };
      case 3:
        return { bytes: Array.from({ length: below(3 * FRAME) }, () => below(256)), good: false };
      default:
        return { bytes: frame, good: true };
    }
  };

  function feed(bytes: readonly number[]): void {
    const all = [...tail, ...bytes];
    for (const value of valuesIn(all)) held.add(value);
    tail = all.slice(-(FRAME - 1));
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + below(12);
      home.line.say(Uint8Array.from(bytes.slice(at, at + size)));
      at += size;
    }
    for (const { quantity, value, quality } of home.samples.splice(0)) {
      samples += 1;
      if (quantity === 'gas' && quality !== 'bad' && !held.has(Number(value)) && problems.length < MOST_PROBLEMS) {
        problems.push(`the driver says ${value} %LEL, which no valid frame holds`);
      }
    }
  }

  for (let count = 0; count < frames; count++) {
    feed(item().bytes);
    // Every so often: after whatever came, two good frames; the second at least is read.
    if (count % 50 !== 0) continue;
    held = new Set(valuesIn(tail));
    feed(good());
    const last = 10 * (1 + below(90));
    const before = samples;
    feed(reply(last));
    if (samples === before && problems.length < MOST_PROBLEMS)
      problems.push(`after frame ${count}: good frames are not read`);
    home.clock.advance(20);
  }
  return { frames, samples, problems };
}

/** Levels, %LEL, of every stretch of nine bytes that is a valid answer or upload. */
function* valuesIn(bytes: readonly number[]): Generator<number> {
  for (let start = 0; start + FRAME <= bytes.length; start++) {
    const frame = bytes.slice(start, start + FRAME);
    const [lead, ...rest] = frame;
    if (lead !== 0xff || (rest.reduce((sum, byte) => sum + byte, 0) & 0xff) !== 0) continue;
    const word = (at: number) => (((frame[at] ?? 0) & 0x7f) << 8) | (frame[at + 1] ?? 0);
    // An answer holds its level in bytes 2 and 3, an upload in 4 and 5, tenths of a percent below the fault bit; beyond the scale its end is told.
    for (const counts of [word(2), word(4)]) yield Math.min(counts / 10, 100);
  }
}
