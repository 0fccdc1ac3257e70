// Whether more adverts come than a home has senders for. The air carries some 2,600 a second on one channel; a flood that fills
// it drowns those of a button, whatever a gateway does: it can only say so.

import { type MonoMs, SECOND } from '#contract/time.ts';

/** More than a busy block of flats sends. */
const MANY_PER_SECOND = 1_000;
/** More than one device of this home can send: an advert each 20 ms is the most that the standard lets it. */
const MANY_OF_ONE = 200;
/** A flood is so many such seconds of the last `OF_SECONDS`; it is over after `OVER_AFTER_SECONDS` without one. */
const FLOODED_SECONDS = 5;
const OF_SECONDS = 10;
const OVER_AFTER_SECONDS = 30;
/** Addresses that are counted apart within a second. */
const MOST_ADDRESSES = 500;
/** With this share of all adverts, it is one sender's flood. */
const ONE_SENDER = 0.5;

export interface FloodWatch {
  /** Takes note of an advert. */
  heard(address: string, now: MonoMs): void;
  /** No advert came. */
  quiet(now: MonoMs): void;
}

/** Reports floods as a fault. `ours`: whether an address is a device of this home; a stranger's is not reported. */
export function floodWatch(
  fault: (code: 'bluetooth-flooded', active: boolean, context?: Record<string, string | number>) => void,
  ours: (address: string) => boolean,
): FloodWatch {
  const meter = floodMeter(ours);
  const report = (change: Flooded | 'over' | undefined) => {
    if (change === 'over') fault('bluetooth-flooded', false);
    else if (change) {
      const { perSecond, address } = change;
      const one = address === undefined || ours(address) ? address : 'one sender, none of this home';
      fault('bluetooth-flooded', true, { perSecond, from: one ?? 'many senders' });
    }
  };
  // A flood that the process before this one reported is over until it is seen again.
  fault('bluetooth-flooded', false);
  return {
    heard: (address, now) => report(meter.heard(address, now)),
    quiet: (now) => report(meter.quiet(now)),
  };
}

export interface Flooded {
  perSecond: number;
  /** Who sends most of them; undefined for a flood of many. */
  address: string | undefined;
}

export interface FloodMeter {
  /** Takes note of an advert. At a change: the flood that began, or `over`. */
  heard(address: string, now: MonoMs): Flooded | 'over' | undefined;
  /** The same, where no advert came. */
  quiet(now: MonoMs): 'over' | undefined;
}

export function floodMeter(ours: (address: string) => boolean): FloodMeter {
  let second = -1;
  let count = 0;
  let senders = new Map<string, number>();
  /** Seconds with too many, newest last. */
  let busy: number[] = [];
  let flooded = false;

  function turn(next: number): Flooded | 'over' | undefined {
    const was = { count, senders, second };
    second = next;
    count = 0;
    senders = new Map();
    const [address, most] = [...was.senders].reduce<[string | undefined, number]>(
      (loudest, one) => (one[1] > loudest[1] ? one : loudest),
      [undefined, 0],
    );
    const isOurs = address !== undefined && most > MANY_OF_ONE && ours(address);
    if (was.count > MANY_PER_SECOND || isOurs) busy.push(was.second);
    busy = busy.filter((at) => next - at <= (flooded ? OVER_AFTER_SECONDS : OF_SECONDS));
    if (flooded && busy.length === 0) {
      flooded = false;
      return 'over';
    }
    if (flooded || busy.length < FLOODED_SECONDS || was.count === 0) return undefined;
    flooded = true;
    // In hundreds: the figure is shown to people.
    const perSecond = Math.round(was.count / 100) * 100;
    return { perSecond, address: isOurs || most >= was.count * ONE_SENDER ? address : undefined };
  }

  const at = (now: MonoMs) => {
    const next = Math.floor(now / SECOND);
    return next === second ? undefined : turn(next);
  };
  return {
    heard(address, now) {
      const change = at(now);
      count += 1;
      const known = senders.get(address);
      if (known !== undefined || senders.size < MOST_ADDRESSES) senders.set(address, (known ?? 0) + 1);
      return change;
    },
    quiet(now) {
      const change = at(now);
      return change === 'over' ? change : undefined;
    },
  };
}
