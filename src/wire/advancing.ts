// A counter that must advance: tells what is new from what is repeated by the air, and from what was recorded and sent again.

/** Counters wrap after this much: from so near the end, so near the beginning is an advance. */
const WRAP_SLACK = 1_000;

export interface Advancing {
  /**
   * `new`: above all before it. `repeat`: the one heard last. `back`: below one that was heard; an old advert sent again, or
   * a device that lost its count with its battery.
   */
  hear(counter: number): 'new' | 'repeat' | 'back';
}

/** @param size one above the largest count */
export function advancing(size: number): Advancing {
  let highest: number | undefined;
  let last: number | undefined;
  return {
    hear(counter) {
      if (counter === last) return 'repeat';
      last = counter;
      const wrapped = highest !== undefined && highest >= size - WRAP_SLACK && counter < WRAP_SLACK;
      if (highest !== undefined && counter <= highest && !wrapped) return 'back';
      highest = counter;
      return 'new';
    },
  };
}
