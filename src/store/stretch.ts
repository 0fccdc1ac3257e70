// The blocks of a stretch of history as records, in order.

import type { Stretch } from './history-read.ts';
import { decodeBlock, type Placed } from './record-codec.ts';

/**
 * Up to `limit` records above `after`. Batches follow one another, but the two rings share each: hence the sort. `next`
 * is the position to continue from; undefined at the end.
 */
export function recordsOf(
  { blocks, complete }: Stretch,
  after: number,
  limit: number,
): { records: Placed[]; next: number | undefined } {
  const records = blocks
    .flatMap(({ first, body }) => decodeBlock(first, body) ?? [])
    .filter(({ position }) => position > after && position <= complete)
    .sort((a, b) => a.position - b.position);
  if (records.length > limit) return { records: records.slice(0, limit), next: records[limit - 1]?.position };
  return { records, next: complete === Number.MAX_SAFE_INTEGER ? undefined : complete };
}
