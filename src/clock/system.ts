// The box's own clock: the only file that touches Date, timers and hrtime.

import { readFileSync, statSync } from 'node:fs';
import type { Clock, Moment, MonoMs, WallMs } from '#contract/time.ts';

/** Longest delay that a Node timer keeps; a later deadline is reached in steps. */
const LONGEST_TIMER = 2_000_000_000;

/** Wall-clock drift against the monotonic clock that is not worth a change, ms. */
const WALL_SLACK = 50;

/** systemd-timesyncd and, by its unit, chrony touch this file once the wall clock was set from the network. */
const SYNCHRONIZED = '/run/systemd/timesync/synchronized';

export interface SystemClock extends Clock {
  /**
   * It is later than `wall`, as somebody knows from before the power went. Boxes without a battery-backed clock start in
   * the past: until the clock is trusted, time goes on from here, so that no stamp is earlier than one before it.
   */
  notBefore(wall: number): void;
}

/** What the machine says, all in ms. */
export interface ClockSources {
  mono(): number;
  wall(): number;
  synchronized(): boolean;
}

const machine: ClockSources = {
  mono: () => Number(process.hrtime.bigint() / 1_000_000n),
  wall: () => Date.now(),
  synchronized: () => exists(SYNCHRONIZED),
};

export function systemClock(sources: ClockSources = machine): SystemClock {
  const bootId = readBootId();
  let trusted = { value: false, checkedAt: Number.NEGATIVE_INFINITY };
  /** Wall minus mono. Kept while the two agree, so that instants a day apart by one are a day apart by the other. */
  let offset = sources.wall() - sources.mono();
  /** By how much an untrusted wall clock is known to be slow. */
  let slow = 0;

  function wallTrusted(at: number): boolean {
    if (at - trusted.checkedAt > 1_000) trusted = { value: sources.synchronized(), checkedAt: at };
    return trusted.value;
  }

  function now(): Moment {
    const mono = sources.mono();
    const isTrusted = wallTrusted(mono);
    if (isTrusted) slow = 0;
    const read = sources.wall() + slow - mono;
    if (Math.abs(read - offset) > WALL_SLACK) offset = read;
    return { mono: mono as MonoMs, wall: (mono + offset) as WallMs, wallTrusted: isTrusted, bootId };
  }

  return {
    now,
    notBefore(wall) {
      const { wall: read, wallTrusted } = now();
      if (!wallTrusted && read < wall) slow += wall - read;
    },
    at(deadline, _name, fire) {
      let timer: NodeJS.Timeout;
      const arm = () => {
        const wait = deadline - sources.mono();
        timer = wait > LONGEST_TIMER ? setTimeout(arm, LONGEST_TIMER) : setTimeout(due, Math.max(0, wait));
      };
      // A timer may fire up to a millisecond early against the monotonic clock.
      const due = () => (sources.mono() >= deadline ? fire() : arm());
      arm();
      return () => clearTimeout(timer);
    },
  };
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Without it each start counts as a boot: durations across a restart are then taken on the cautious side.
    return crypto.randomUUID();
  }
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
