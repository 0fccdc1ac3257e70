// Instants and the clock that is passed in. Durations are always differences of `mono`.

/** Milliseconds of the monotonic clock since the machine booted, whole. Never steps, stops while the power is off. */
export type MonoMs = number & { readonly unit: 'mono-ms' };
/** Milliseconds since the Unix epoch by the wall clock, whole. May step either way. */
export type WallMs = number & { readonly unit: 'wall-ms' };

/** One instant as this box knows it. `mono` of two moments compares only when `bootId` is the same. */
export interface Moment {
  mono: MonoMs;
  wall: WallMs;
  /** False until the wall clock was set by network time or a battery-backed clock. */
  wallTrusted: boolean;
  bootId: string;
}

export type Cancel = () => void;

export interface Clock {
  now(): Moment;
  /** Calls `fire` once, at `deadline` or as soon after it as the loop allows. `name` is for logs and stuck-timer hunts. */
  at(deadline: MonoMs, name: string, fire: () => void): Cancel;
}

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

export const later = (at: MonoMs, ms: number): MonoMs => (at + ms) as MonoMs;

/** Of several deadlines the first; none of none. */
export const soonest = (...due: (MonoMs | undefined)[]): MonoMs | undefined =>
  due.reduce((first, at) => (at !== undefined && (first === undefined || at < first) ? at : first), undefined);

/** The instant `ms` after `at`, before it when negative; within the same boot. */
export const shifted = (at: Moment, ms: number): Moment => ({
  ...at,
  mono: later(at.mono, ms),
  wall: (at.wall + ms) as WallMs,
});

/** Calls `fire` every `everyMs` until cancelled; the next call is due from the end of the one before. */
export function every(clock: Clock, everyMs: number, name: string, fire: () => void): Cancel {
  let cancel: Cancel;
  const arm = () => {
    cancel = clock.at(later(clock.now().mono, everyMs), name, () => {
      arm();
      fire();
    });
  };
  arm();
  return () => cancel();
}
