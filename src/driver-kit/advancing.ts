// A counter that must advance: tells what is new from what is repeated by the air, and from what was recorded and sent again.

/** From so near the end, so near the beginning is an advance; of a short counter a quarter of what it counts. */
const WRAP_SLACK = 1_000;

export interface Advancing {
  /**
   * `new`: above all before it. `repeat`: the one heard last. `back`: below one that was heard; an old advert sent again, or
   * a device that lost its count with its battery.
   */
  hear(counter: number): 'new' | 'repeat' | 'back';
  /** The one that was new last. */
  readonly highest: number | undefined;
}

/** @param size one above the largest count; `from`: the highest of before a restart, which the device may still repeat */
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
