// What waits for the history's writer: no batch is lost from the queue but by its bound.

import { expect, it } from 'vitest';
import { BUFFER_BYTES, begin, enqueue, makeRoom, nothingWaits, stored } from '#src/store/history-batches.ts';

const block = (bytes: number) => ({ first: 0, last: 0, count: 1, body: new Uint8Array(bytes) });

it('keeps a batch under way that nothing is left of, so that the next one is not taken for it', () => {
  const waiting = nothingWaits();
  // Its one record was too large for the history.
  enqueue(waiting, { span: 1 });
  expect(begin(waiting)).toHaveLength(1);
  enqueue(waiting, { span: 1, telemetry: block(BUFFER_BYTES) });
  enqueue(waiting, { span: 1, kept: block(1) });
  expect(makeRoom(waiting)).toBe(1);
  stored(waiting);
  expect(waiting).toMatchObject({ batches: [{ kept: { count: 1 } }], bytes: 1 });
});
