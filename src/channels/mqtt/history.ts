// History on its way to the platform: batches read from the ring after a cursor, one in flight, paced, sized to the line.

import type { HistoryCursor } from '#contract/channel.ts';
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

/** Where the drain stands. It rests until it is asked again, then reads; a batch that is ready waits for its turn. */
type Phase =
  | { is: 'resting'; until: MonoMs }
  | { is: 'reading' }
  | { is: 'ready'; batch: Batch }
  | { is: 'in-flight'; batch: Batch; since: MonoMs };

export interface HistoryIo {
  history: Pick<History, 'read'>;
  cursor: HistoryCursor;
  address: Address;
  clock: Clock;
  log: Log;
  times: Pick<UplinkTimes, 'historyRestMs' | 'historyIdleMs'>;
  ready: () => void;
  /** Not even one reading fits. It stays in the ring. */
  tooLarge: () => void;
  /** Whether a reading may leave the home. */
  leaves(reading: Reading): boolean;
}

export function createHistoryDrain(io: HistoryIo): HistoryDrain {
  const { clock, times } = io;
  let size = FIRST_BATCH;
  let phase: Phase = { is: 'resting', until: 0 as MonoMs };
  const now = () => clock.now().mono;
  const resting = (ms: number): Phase => ({ is: 'resting', until: later(now(), ms) });

  async function read(): Promise<void> {
    phase = { is: 'reading' };
    try {
      const { batch, restMs } = await readBatch(io, size);
      phase = batch ? { is: 'ready', batch } : resting(restMs);
    } catch (thrown) {
      io.log.warn({ reason: reasonOf(thrown) }, 'history cannot be read for sending');
      phase = resting(times.historyIdleMs);
    } finally {
      io.ready();
    }
  }

  return {
    take(room) {
      if (phase.is === 'resting' && now() >= phase.until) void read();
      if (phase.is !== 'ready') return undefined;
      const fitted = cut(phase.batch, room, io);
      if (!fitted) {
        phase = resting(times.historyIdleMs);
        io.tooLarge();
        return undefined;
      }
      phase = { is: 'in-flight', batch: fitted.batch, since: now() };
      return fitted.body;
    },
    acknowledged(unpaced = false) {
      if (phase.is !== 'in-flight') return;
      const { batch, since } = phase;
      io.cursor.save(batch.to);
      const took = unpaced ? UNPACED_MS : now() - since;
      size = nextBatchSize(batch.cut ? batch.readings.length : size, took);
      // As long a rest as the sending was: half of the line and of a busy platform's time stays free.
      phase = resting(batch.full ? Math.max(times.historyRestMs, took) : times.historyIdleMs);
    },
    refused() {
      size = nextBatchSize(size, 'refused');
      phase = resting(times.historyIdleMs);
    },
    interrupted() {
      if (phase.is !== 'in-flight') return;
      size = nextBatchSize(size, 'lost');
      phase = resting(0);
    },
    dueAt: () => (phase.is === 'resting' ? phase.until : undefined),
  };
}

/** What the ring holds after the cursor; no batch where nothing of it leaves the home. */
async function readBatch(io: HistoryIo, size: number): Promise<{ batch?: Batch; restMs: number }> {
  const restMs = io.times.historyIdleMs;
  const records = await io.history.read(io.cursor.get(), size);
  const to = records.at(-1)?.position;
  if (to === undefined) return { restMs };
  const full = records.length >= size;
  const readings = records.flatMap(({ position, record }) =>
    record.kind === 'reading' && isScalar(record.reading) && io.leaves(record.reading)
      ? [{ position, reading: record.reading }]
      : [],
  );
  if (readings.length > 0) return { batch: { readings, to, full }, restMs };
  io.cursor.save(to);
  return { restMs: full ? 0 : restMs };
}

/** As many readings of the batch, from its first, as there is room for. */
function cut(batch: Batch, room: number, io: HistoryIo): { batch: Batch; body: string } | undefined {
  const { readings, to } = batch;
  const whole = bodyOf(readings, io);
  if (Buffer.byteLength(whole) <= room) return { batch, body: whole };
  const fits = (count: number) => Buffer.byteLength(bodyOf(readings.slice(0, count), io)) <= room;
  const most = largest(readings.length - 1, (more) => fits(more + 1));
  if (most === undefined) return undefined;
  const some = readings.slice(0, most + 1);
  return { batch: { readings: some, to: some.at(-1)?.position ?? to, full: true, cut: true }, body: bodyOf(some, io) };
}

function bodyOf(readings: readonly Positioned[], { address, clock }: HistoryIo): string {
  const from = readings[0]?.position ?? 0;
  const to = readings.at(-1)?.position ?? 0;
  // The first reading's instant tells this ring's positions from those of one that was set aside.
  const id = `history.${from}-${to}.${readings[0]?.reading.at.wall}`;
  return historyBody(
    { address, id, at: clock.now() },
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

/** Raw acceleration stays in the home: only what a person can read as one value leaves it. */
const isScalar = ({ value }: Reading): boolean =>
  typeof value === 'boolean' || typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
