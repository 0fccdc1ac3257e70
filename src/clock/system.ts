// The box's own clock: the only file that touches Date, timers and hrtime.

import { readFileSync, statSync } from 'node:fs';
import type { Clock, Moment, MonoMs, WallMs } from '#contract/time.ts';

/** Longest delay that a Node timer keeps; a later deadline is reached in steps. */
const LONGEST_TIMER = 2_000_000_000;

/** Wall-clock drift against the monotonic clock that is not worth a change, ms. */
const WALL_SLACK = 50;

/** systemd-timesyncd and, by its unit, chrony touch this file once the wall clock was set from the network. */
const SYNCHRONIZED = '/run/systemd/timesync/synchronized';

export function systemClock(): Clock {
  const bootId = readBootId();
  let trusted = { value: false, checkedAt: Number.NEGATIVE_INFINITY };

  const mono = () => Number(process.hrtime.bigint() / 1_000_000n) as MonoMs;

  function wallTrusted(at: number): boolean {
    if (at - trusted.checkedAt > 1_000) trusted = { value: exists(SYNCHRONIZED), checkedAt: at };
    return trusted.value;
  }

  /** Wall minus mono. Kept while the two agree, so that instants a day apart by one are a day apart by the other. */
  let offset = Date.now() - mono();

  const now = (): Moment => {
    const at = mono();
    const read = Date.now() - at;
    if (Math.abs(read - offset) > WALL_SLACK) offset = read;
    return { mono: at, wall: (at + offset) as WallMs, wallTrusted: wallTrusted(at), bootId };
  };

  return {
    now,
    at(deadline, _name, fire) {
      let timer: NodeJS.Timeout;
      const arm = () => {
        const wait = deadline - mono();
        timer = wait > LONGEST_TIMER ? setTimeout(arm, LONGEST_TIMER) : setTimeout(due, Math.max(0, wait));
      };
      // A timer may fire up to a millisecond early against the monotonic clock.
      const due = () => (mono() >= deadline ? fire() : arm());
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
