// Raw acceleration is kept in memory for some seconds and then dropped, but for the seconds around what may have been a fall:
// those go into the history, and with the alert to a platform that may have them.

import type { Alert } from '#contract/alert.ts';
import type { Around } from '#contract/detector.ts';
import type { Evidence } from '#contract/evidence.ts';
import type { Reading } from '#contract/reading.ts';
import { later, type MonoMs, SECOND } from '#contract/time.ts';
import type { Samples } from '#contract/value.ts';

/** Kept before and after the candidate. */
const BEFORE_MS = 6 * SECOND;
export const AFTER_MS = 10 * SECOND;
/** A candidate is known only once it is decided, or once a late burst of samples is. */
const MEMORY_MS = BEFORE_MS + 30 * SECOND;
/** In samples: a stream faster than any wearable's, or one that repeats itself, must not fill the memory. */
const MOST_SAMPLES = 12_000;
/** Candidates that came to nothing are kept as well, to teach the next model: so many of each wearable in an hour. */
const NEAR_MISSES = 6;
const HOUR = 3_600 * SECOND;

interface Worn {
  /** What is only in memory so far, oldest first. */
  recent: Reading[];
  samples: number;
  /** What begins by then goes straight into the history. */
  keepUntil: number;
  pulse: { at: MonoMs; rate: number }[];
  nearMisses: MonoMs[];
}

/** An alert that waits for the seconds after it. */
interface Waiting {
  alertId: string;
  deviceId: string;
  at: number;
  readings: Reading[];
}

export type EvidenceKeeper = ReturnType<typeof evidence>;

export function evidence(keep: (reading: Reading) => void) {
  const worn = new Map<string, Worn>();
  let waiting: Waiting[] = [];
  let room: string | undefined;

  const of = (deviceId: string): Worn => {
    const known = worn.get(deviceId) ?? { recent: [], samples: 0, keepUntil: -1, pulse: [], nearMisses: [] };
    worn.set(deviceId, known);
    return known;
  };

  return {
    /** A batch of acceleration. */
    hear(reading: Reading): void {
      const own = of(reading.deviceId);
      for (const one of waiting)
        if (one.deviceId === reading.deviceId && reading.at.mono <= one.at + AFTER_MS) one.readings.push(reading);
      if (reading.at.mono <= own.keepUntil) {
        keep(reading);
        return;
      }
      own.recent.push(reading);
      own.samples += countOf(reading);
      while (own.recent[0] && (own.recent[0].at.mono < reading.at.mono - MEMORY_MS || own.samples > MOST_SAMPLES))
        own.samples -= countOf(own.recent.shift() as Reading);
    },

    /** What goes with it: where somebody moved last, and the wearer's pulse. */
    notice({ deviceId, quantity, value, at }: Reading, inRoom: string | undefined): void {
      if (quantity === 'motion' && value === true) room = inRoom;
      if (quantity !== 'heartRate') return;
      const own = of(deviceId);
      own.pulse = [...own.pulse.filter((beat) => beat.at > at.mono - MEMORY_MS), { at: at.mono, rate: Number(value) }];
    },

    /** A candidate: its seconds are kept. `alert`: the one that it raised, where a platform may have them too. */
    around({ deviceId, at, found }: Around, alert: Alert | undefined): void {
      const own = of(deviceId);
      if (!found) {
        own.nearMisses = own.nearMisses.filter((before) => before > at - HOUR);
        if (own.nearMisses.length >= NEAR_MISSES) return;
        own.nearMisses.push(at);
      }
      const from = at - BEFORE_MS;
      const kept = own.recent.filter((reading) => endOf(reading) >= from && reading.at.mono <= at + AFTER_MS);
      if (alert) waiting.push({ alertId: alert.id, deviceId, at, readings: kept });
      for (const reading of kept) keep(reading);
      own.recent = own.recent.filter((reading) => !kept.includes(reading));
      own.samples = own.recent.reduce((sum, reading) => sum + countOf(reading), 0);
      own.keepUntil = Math.max(own.keepUntil, at + AFTER_MS);
    },

    /** What is complete by now, or will not become so. */
    complete(now: MonoMs): { alertId: string; evidence: Evidence }[] {
      const due = waiting.filter((one) => dueAt(one) <= now);
      if (due.length === 0) return [];
      waiting = waiting.filter((one) => !due.includes(one));
      return due.map(({ alertId, deviceId, at, readings }) => ({
        alertId,
        evidence: {
          deviceId,
          ...(room !== undefined && { lastMovementIn: room }),
          pulse: of(deviceId)
            .pulse.filter((beat) => beat.at >= at - BEFORE_MS && beat.at <= at + AFTER_MS)
            .map((beat) => ({ ms: Math.round(beat.at - at), perMinute: beat.rate })),
          batches: readings.map((reading) => batchOf(reading, at)),
        },
      }));
    },
    dueAt: (): MonoMs | undefined => (waiting.length === 0 ? undefined : (Math.min(...waiting.map(dueAt)) as MonoMs)),
  };
}

/** Wearables send their samples some time after they were measured. */
const dueAt = ({ at }: Waiting): MonoMs => later(Math.ceil(at) as MonoMs, AFTER_MS + 2 * SECOND);

const samplesOf = ({ value }: Reading) => value as Samples;
const countOf = (reading: Reading) => samplesOf(reading).xyz.length;
const endOf = (reading: Reading): number => reading.at.mono + (countOf(reading) * 1_000) / samplesOf(reading).rateHz;

function batchOf(reading: Reading, at: number): Evidence['batches'][number] {
  const { rateHz, xyz } = samplesOf(reading);
  const mg = Int16Array.from(xyz.flat(), (g) => Math.max(-32_768, Math.min(32_767, Math.round(g * 1_000))));
  return { ms: Math.round(reading.at.mono - at), rateHz, mg: Buffer.from(mg.buffer).toString('base64') };
}
