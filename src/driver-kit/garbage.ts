// How much of what a line carries makes no sense, over the last seconds.

const WINDOW_MS = 10_000;
const SLOT_MS = 1_000;
/** Fewer bytes than this prove nothing: plugging in a cable makes a few of its own. */
const LEAST_SKIPPED = 18;
const BAD_SHARE = 0.2;
const CLEAN_SHARE = 0.05;

export interface GarbageMeter {
  /**
   * Counts what a chunk held, at `mono` ms, and says whether the line carries garbage: from more than 20 % (and 18 bytes)
   * of the last ten seconds' bytes on, until good frames come with less than 5 %.
   */
  add(mono: number, goodBytes: number, skippedBytes: number): boolean;
}

export function garbageMeter(): GarbageMeter {
  let slots: { start: number; good: number; skipped: number }[] = [];
  let garbage = false;

  return {
    add(mono, goodBytes, skippedBytes) {
      slots = slots.filter(({ start }) => mono - start < WINDOW_MS);
      let slot = slots.at(-1);
      if (!slot || mono - slot.start >= SLOT_MS) {
        slot = { start: mono, good: 0, skipped: 0 };
        slots.push(slot);
      }
      slot.good += goodBytes;
      slot.skipped += skippedBytes;
      let good = 0;
      let skipped = 0;
      for (const each of slots) {
        good += each.good;
        skipped += each.skipped;
      }
      const share = skipped / Math.max(1, good + skipped);
      garbage = garbage ? good === 0 || share > CLEAN_SHARE : skipped >= LEAST_SKIPPED && share > BAD_SHARE;
      return garbage;
    },
  };
}
