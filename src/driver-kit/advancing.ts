// A counter that must advance. It distinguishes what is new from a repetition, and from a recording that is sent again.

/** A count this near its end may wrap to one this near its beginning; for a short counter a quarter of its size. */
const WRAP_SLACK = 1_000;

export interface Advancing {
  /**
   * `new`: above all before it. `repeat`: the same as the last one. `back`: below one that was received: an old advert sent
   * again, or a device that lost its count with its battery.
   */
  hear(counter: number): 'new' | 'repeat' | 'back';
  /** The latest that was new. */
  readonly highest: number | undefined;
}

/** @param size one above the largest count; `from` the highest before a restart, which the device may still repeat */
export function advancing(size: number, from?: number): Advancing {
  const slack = Math.min(WRAP_SLACK, size / 4);
  let highest = from;
  let last = from;
  return {
    hear(counter) {
      if (counter === last) return 'repeat';
      last = counter;
      const wrapped = highest !== undefined && highest >= size - slack && counter < slack;
      if (highest !== undefined && counter <= highest && !wrapped) return 'back';
      highest = counter;
      return 'new';
    },
    get highest() {
      return highest;
    },
  };
}
