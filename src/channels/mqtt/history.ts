// History on its way to the platform: batches read from the ring after a cursor, one in flight, paced, sized to the line.

import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import type { History } from '#contract/store.ts';
import { type Clock, later, type MonoMs } from '#contract/time.ts';
import { stampOf } from '#contract/uplink/envelope.ts';
import type { Address } from '#contract/uplink/topics.ts';
import { largest } from './fit.ts';
import { historyBody } from './messages.ts';
import type { UplinkTimes } from './times.ts';

/** Where the sending of history has come to: the position of the last record that the broker acknowledged. */
export interface HistoryCursor {
  /** Asked before each batch, so a cursor set back (the ring was damaged and begun anew) counts at once. */
  get(): number;
  save(position: number): void;
}

const BATCH_LIMIT = 200;
const SMALLEST_BATCH = 10;
const FIRST_BATCH = 50;
/** A batch counts as so slow where no acknowledgement says how long it took. */
const UNPACED_MS = 1_000;

/**
 * Readings for the next batch, so that one takes about a second on the line at hand: an alert may have to wait behind
 * what the socket already took. `lost` and `refused` batches are halved too.
 */
export function nextBatchSize(size: number, outcome: number | 'lost' | 'refused'): number {
  const slow = typeof outcome !== 'number' || outcome > 2_000;
  if (slow) return Math.max(SMALLEST_BATCH, Math.floor(size / 2));
  return outcome < 500 ? Math.min(BATCH_LIMIT, size * 2) : size;
}

export interface HistoryDrain {
  /** A batch to send now, of at most `room` bytes. Without one it sees to the next, and calls `ready` when it is there. */
  take(room: number): string | undefined;
  /** @param unpaced nobody says when it is through (QoS 0) */
  acknowledged(unpaced?: boolean): void;
  refused(): void;
  /** The session ended. */
  interrupted(): void;
  /** When `take` is worth a call. */
  dueAt(): MonoMs | undefined;
}

interface Batch {
  readings: Positioned[];
  /** Last position that it covers. */
  to: number;
  full: boolean;
  /** There was no room for all that was read. */
  cut?: true;
}

interface Positioned {
  position: number;
  reading: Reading;
}

export function createHistoryDrain(io: {
  history: Pick<History, 'read'>;
  cursor: HistoryCursor;
  address: Address;
  clock: Clock;
  log: Log;
  times: Pick<UplinkTimes, 'historyRestMs' | 'historyIdleMs'>;
  ready: () => void;
  /** Not even one reading fits. It stays in the ring. */
  tooLarge: () => void;
  /** Whether a reading may leave the home; all may without. */
  leaves?: ((reading: Reading) => boolean) | undefined;
}): HistoryDrain {
  const { clock, times } = io;
  let size = FIRST_BATCH;
  let due = 0 as MonoMs;
  let state: 'idle' | 'reading' | 'ready' | 'in-flight' = 'idle';
  let batch: Batch | undefined;
  let sentAt = 0 as MonoMs;

  const rest = (ms: number) => {
    due = later(clock.now().mono, ms);
    state = 'idle';
    batch = undefined;
  };

  async function read(): Promise<void> {
    state = 'reading';
    try {
      const after = io.cursor.get();
      const records = await io.history.read(after, size);
      const to = records.at(-1)?.position;
      if (to === undefined) return rest(times.historyIdleMs);
      const full = records.length >= size;
      const readings = records.flatMap(({ position, record }) =>
        record.kind === 'reading' && isScalar(record.reading) && io.leaves?.(record.reading) !== false
          ? [{ position, reading: record.reading }]
          : [],
      );
      if (readings.length === 0) {
        io.cursor.save(to);
        return rest(full ? 0 : times.historyIdleMs);
      }
      batch = { readings, to, full };
      state = 'ready';
    } catch (thrown) {
      io.log.warn({ reason: reasonOf(thrown) }, 'history cannot be read for sending');
      rest(times.historyIdleMs);
    } finally {
      io.ready();
    }
  }

  /** As many readings of the batch, from its first, as there is room for. */
  function cut({ readings, to, full }: Batch, room: number): { batch: Batch; body: string } | undefined {
    const whole = bodyOf(readings);
    if (Buffer.byteLength(whole) <= room) return { batch: { readings, to, full }, body: whole };
    const fits = (count: number) => Buffer.byteLength(bodyOf(readings.slice(0, count))) <= room;
    const most = largest(readings.length - 1, (more) => fits(more + 1));
    if (most === undefined) return undefined;
    const some = readings.slice(0, most + 1);
    return { batch: { readings: some, to: some.at(-1)?.position ?? to, full: true, cut: true }, body: bodyOf(some) };
  }

  function bodyOf(readings: Positioned[]): string {
    const from = readings[0]?.position ?? 0;
    const to = readings.at(-1)?.position ?? 0;
    // The first reading's instant tells this ring's positions from those of one that was set aside.
    const id = `history.${from}-${to}.${readings[0]?.reading.at.wall}`;
    return historyBody(
      { address: io.address, id, at: clock.now() },
      {
        historical: true,
        from,
        to,
        readings: readings.map(({ position, reading: { deviceId, quantity, value, quality, at } }) => ({
          position,
          device: deviceId,
          quantity,
          value: value as number | boolean | string,
          quality,
          at: stampOf(at),
        })),
      },
    );
  }

  return {
    take(room) {
      const { mono } = clock.now();
      if (state === 'idle' && mono >= due) void read();
      if (state !== 'ready' || !batch) return undefined;
      const fitted = cut(batch, room);
      if (!fitted) {
        rest(times.historyIdleMs);
        io.tooLarge();
        return undefined;
      }
      batch = fitted.batch;
      state = 'in-flight';
      sentAt = mono;
      return fitted.body;
    },
    acknowledged(unpaced = false) {
      if (state !== 'in-flight' || !batch) return;
      io.cursor.save(batch.to);
      const took = unpaced ? UNPACED_MS : clock.now().mono - sentAt;
      size = nextBatchSize(batch.cut ? batch.readings.length : size, took);
      // As long a rest as the sending was: half of the line and of a busy platform's time stays free.
      rest(batch.full ? Math.max(times.historyRestMs, took) : times.historyIdleMs);
    },
    refused() {
      size = nextBatchSize(size, 'refused');
      rest(times.historyIdleMs);
    },
    interrupted() {
      if (state !== 'in-flight') return;
      size = nextBatchSize(size, 'lost');
      rest(0);
    },
    dueAt: () => (state === 'idle' ? due : undefined),
  };
}

/** Raw acceleration stays in the home: only what a person can read as one value leaves it. */
const isScalar = ({ value }: Reading): boolean =>
  typeof value === 'boolean' || typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
