// The history's batches before they are on the disk: the one that is being filled, and those that wait for the writer.

import { quantities } from '#contract/quantity.ts';
import type { HistoryRecord } from '#contract/store.ts';
import { type Cancel, type Clock, later, type MonoMs, SECOND } from '#contract/time.ts';
import type { Batch } from './history-ring.ts';
import { type Ring, rings } from './history-rows.ts';
import { type BlockEncoder, blockEncoder } from './record-codec.ts';

export const BATCH_MS = 5 * SECOND;
export const URGENT_BATCH_MS = SECOND;
export const BATCH_RECORDS = 500;
/** A batch is sealed at this size; only samples reach it. */
const BATCH_BYTES = 16 * 1_024;
/** In one transaction, when more than one batch waits: its log has to fit the log's share of the smallest budget. */
const TOGETHER_BYTES = 64 * 1_024;
/** Kept in memory while the disk takes nothing; beyond this, telemetry is dropped first, the oldest first. */
export const BUFFER_BYTES = 4 * 1_024 * 1_024;

/** The batch that is being filled. */
export interface Filling {
  readonly encoders: Readonly<Record<Ring, BlockEncoder>>;
  /** Records in it so far. */
  span: number;
  /** When it is sealed, full or not. */
  due: { at: MonoMs; cancel: Cancel } | undefined;
}

export const emptyBatch = (): Filling => ({
  encoders: { telemetry: blockEncoder(), kept: blockEncoder() },
  span: 0,
  due: undefined,
});

export function addTo(filling: Filling, ring: Ring, record: HistoryRecord): void {
  filling.encoders[ring].add(filling.span, record);
  filling.span += 1;
}

export const isFull = ({ encoders, span }: Filling): boolean =>
  span >= BATCH_RECORDS || encoders.telemetry.size + encoders.kept.size >= BATCH_BYTES;

/** Has `fire` called in `ms`, unless the batch is due earlier. */
export function dueIn(filling: Filling, ms: number, clock: Clock, fire: () => void): void {
  const at = later(clock.now().mono, ms);
  if (filling.due && filling.due.at <= at) return;
  filling.due?.cancel();
  filling.due = { at, cancel: clock.at(at, 'history-batch', fire) };
}

/** What was filled in, and a fresh start; undefined when it is empty. */
export function sealed(filling: Filling): Batch | undefined {
  const { encoders, span } = filling;
  filling.due?.cancel();
  filling.due = undefined;
  if (span === 0) return undefined;
  filling.span = 0;
  return { span, telemetry: encoders.telemetry.seal(), kept: encoders.kept.seal() };
}

interface Numbered extends Batch {
  number: number;
}

/** The batches that wait for the writer, the oldest first. */
export interface Waiting {
  batches: Numbered[];
  bytes: number;
  /** How many batches at the head the writer is working on. */
  underWay: number;
  /** The number of the batch that came last. */
  newest: number;
}

export const nothingWaits = (): Waiting => ({ batches: [], bytes: 0, underWay: 0, newest: 0 });

export function enqueue(waiting: Waiting, batch: Batch): void {
  waiting.newest += 1;
  waiting.batches.push({ ...batch, number: waiting.newest });
  waiting.bytes += bytesOf(batch);
}

/** The oldest batches, as many as one transaction takes. They keep waiting until they are `stored`. */
export function begin(waiting: Waiting): Batch[] {
  let bytes = 0;
  const end = waiting.batches.findIndex((batch) => {
    bytes += bytesOf(batch);
    return bytes > TOGETHER_BYTES;
  });
  waiting.underWay = end < 0 ? waiting.batches.length : Math.max(1, end);
  return waiting.batches.slice(0, waiting.underWay);
}

export function stored(waiting: Waiting): void {
  for (const batch of waiting.batches.splice(0, waiting.underWay)) waiting.bytes -= bytesOf(batch);
}

/** Every batch up to this number is on the disk. */
export const storedUpTo = ({ batches, newest }: Waiting): number => (batches[0] ? batches[0].number - 1 : newest);

/**
 * Drops the oldest telemetry; when all of it is gone, the oldest of the rest. Batches under way stay.
 * @returns the records that it dropped.
 */
export function makeRoom(waiting: Waiting): number {
  const underWay = waiting.batches.slice(0, waiting.underWay);
  const others = waiting.batches.slice(waiting.underWay);
  let dropped = 0;
  for (const ring of rings)
    for (const batch of others) {
      if (waiting.bytes <= BUFFER_BYTES) break;
      const block = batch[ring];
      if (!block) continue;
      waiting.bytes -= block.body.length;
      dropped += block.count;
      batch[ring] = undefined;
    }
  waiting.batches = [...underWay, ...others.filter(({ telemetry, kept }) => telemetry || kept)];
  return dropped;
}

const bytesOf = ({ telemetry, kept }: Batch): number => (telemetry?.body.length ?? 0) + (kept?.body.length ?? 0);

const TELEMETRY = { ring: 'telemetry', urgent: false } as const;
const KEPT = { ring: 'kept', urgent: false } as const;
const URGENT = { ring: 'kept', urgent: true } as const;

/** Which ring a record belongs to, and whether it should be on the disk soon. */
export function placeOf(record: HistoryRecord): { ring: Ring; urgent: boolean } {
  if (record.kind !== 'reading') return URGENT;
  const row = quantities[record.reading.quantity];
  if (row.class === 'telemetry') return TELEMETRY;
  return row.type === 'number' || row.class === 'stream' ? KEPT : URGENT;
}
