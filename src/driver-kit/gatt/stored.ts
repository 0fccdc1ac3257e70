// Measurements that a meter kept until it was connected. Its clock is seldom right and has no zone, but differences on it
// hold: the newest of a burst is taken for measured now, the others as much earlier as they are apart.
//
// Where it is provably wrong, the order in which records come in beats it: one that is dated in the future, beside others that
// are not, or that has no date, counts as measured when it came in. (One that is older than what was taken before is known by
// who remembers that: the detector of vital signs.)

import type { MeterRecord } from '#contract/reading.ts';
import type { Cancel, Clock, Moment, MonoMs, WallMs } from '#contract/time.ts';
import { later } from '#contract/time.ts';
import { type DeviceTime, deviceTimeOf } from '#wire/gatt/device-time.ts';

/** A burst is over when nothing came for this long, ms. */
const QUIET_MS = 1_500;
/** How many records that were emitted are remembered: many meters send everything they have at each connection. */
const REMEMBERED = 500;
/** A device's clock has no zone: only what is further ahead than any zone is in the future, s. */
const AHEAD_S = 86_400;

export interface Stored<What> {
  /** `key` identifies the record among all of the device; `time` is undefined where the device does not know the date. */
  add(key: string, time: DeviceTime | undefined, what: What): void;
  /** Emits what waits, at once. */
  flush(): void;
}

type Waiting<What> = { key: string; time: DeviceTime; what: What };

export function storedMeasurements<What>(
  clock: Clock,
  emit: (what: What, at: Moment, record: MeterRecord) => void,
): Stored<What> {
  let waiting: { key: string; time: DeviceTime | undefined; what: What }[] = [];
  let emitted: string[] = [];
  let cancel: Cancel = () => {};

  function flush(): void {
    cancel();
    const now = clock.now();
    const burst = waiting;
    waiting = [];
    const dated = burst
      .filter((one): one is Waiting<What> => one.time !== undefined)
      .toSorted((a, b) => a.time - b.time);
    const isAhead = ({ time }: Waiting<What>) => now.wallTrusted && time > deviceTimeOf(now.wall) + AHEAD_S;
    const ahead = dated.filter(isAhead);
    const others = dated.filter((one) => !isAhead(one));
    spread(others, now);
    // A clock that is ahead with all of them is only set wrong; its differences hold.
    spread(ahead, now, others.length > 0);
    for (const { key, time, what } of burst) if (time === undefined) emit(what, now, { key, undated: true });
  }

  function spread(records: Waiting<What>[], now: Moment, undated = false): void {
    const newest = records.at(-1)?.time ?? 0;
    for (const { key, time, what } of records)
      emit(what, earlier(now, (newest - time) * 1_000), { key, clock: time, ...(undated && { undated: true }) });
  }

  return {
    add(key, time, what) {
      if (emitted.includes(key)) return;
      emitted = [...emitted, key].slice(-REMEMBERED);
      waiting.push({ key, time, what });
      cancel();
      cancel = clock.at(later(clock.now().mono, QUIET_MS), 'stored measurements', flush);
    },
    flush,
  };
}

/** `ms` before `at`; the monotonic clock knows nothing before the boot. */
const earlier = (at: Moment, ms: number): Moment => ({
  ...at,
  mono: Math.max(0, at.mono - ms) as MonoMs,
  wall: (at.wall - ms) as WallMs,
});
