// Where new ids come from: ULIDs in a live gateway, counted ones in a replay.

import { randomBytes } from 'node:crypto';
import type { Ids } from '#contract/ids.ts';
import type { Clock } from '#contract/time.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** ULIDs: 48 bits of time, 80 of chance. Time never runs back in them, so that they sort even over a clock set back. */
export function ulids(clock: Clock): Ids {
  let newest = 0;
  return {
    next() {
      newest = Math.max(newest + 1, clock.now().wall);
      return encode(BigInt(newest), 10) + encode(BigInt(`0x${randomBytes(10).toString('hex')}`), 16);
    },
    random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
  };
}

function encode(number: bigint, digits: number): string {
  let text = '';
  for (let rest = number; text.length < digits; rest /= 32n) text = ALPHABET[Number(rest % 32n)] + text;
  return text;
}

/** Ids that a fork can continue on its own, without disturbing those of its origin. */
export interface ForkableIds extends Ids {
  fork(): ForkableIds;
}

/** The same ids for the same seed. `random` is a linear congruential generator: plenty for jitter. */
export function seededIds(seed: number, from = { count: 0, state: seed >>> 0 }): ForkableIds {
  let { count, state } = from;
  return {
    fork: () => seededIds(seed, { count, state }),
    next() {
      count += 1;
      return `${seed}-${String(count).padStart(6, '0')}`;
    },
    random() {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    },
  };
}
