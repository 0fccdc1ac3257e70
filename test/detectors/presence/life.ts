// The ordinary days of a home, drawn from habits and chance, the same for the same seed: up, washed, breakfast, about the
// house, out by the door and back, a visitor now and then, a nap, an evening in the armchair, and nights with a trip.

import { seededIds } from '#base/ids.ts';
import { MINUTE } from '#contract/time.ts';
import { on } from '#fakes/days.ts';
import { doorUsed, type Habits, type Room, type Sign, seen } from './homes.ts';

/** The days from the first on, each from midnight; in the last nobody is up at night, and nobody comes or goes. */
export function lifeOf(habits: Habits, days: number): Sign[] {
  const { random } = seededIds(habits.seed);
  const signs: Sign[] = [];
  let asleepFrom = on(1, 0);
  for (let day = 1; day <= days; day += 1) {
    const doings = doingsOf(day, random, signs);
    doings.waits((asleepFrom - on(day, 0)) / MINUTE);
    asleepFrom = livesThrough(habits, doings, day === days);
  }
  return signs;
}

/** From the night before to bed again, when it is said to be. */
function livesThrough(habits: Habits, doings: ReturnType<typeof doingsOf>, quiet: boolean): number {
  const { between, often, stay, about, cooks, washes, goesOut, company, sleeps } = doings;
  sleeps(habits.up + between(-20, 20), quiet ? 0 : habits.trips, habits.seesBed);
  stay('bedroom', 5, [1, 3]);
  washes(between(10, 20));
  cooks(between(25, 40));
  const out = !quiet && often(habits.outings);
  const afternoon = out && often(4);
  about(between(555, 620));
  if (out && !afternoon) goesOut(between(40, Math.min(130, habits.outFor)));
  about(between(715, 730));
  cooks(between(30, 45));
  about(between(770, 785));
  stay(habits.napsIn, 1, [1, 1]);
  doings.waits(doings.now() + between(...habits.napMinutes));
  stay(habits.napsIn, 3, [1, 2]);
  about(between(870, 900));
  if (!quiet && often(habits.visits)) company(between(60, 120));
  else if (afternoon) goesOut(between(45, habits.outFor));
  about(between(1_070, 1_095));
  cooks(between(30, 50));
  const toBed = habits.toBed + between(-20, 20);
  while (doings.now() < toBed - 10) {
    stay('living', Math.min(toBed - 10 - doings.now(), between(40, 90)), [4, 25]);
    if (often(5)) washes(between(3, 6));
    else cooks(between(2, 8));
  }
  washes(between(6, 12));
  stay('bedroom', 8, [1, 4]);
  return doings.at();
}

/** What somebody does on a day, one thing after the other; what the sensors see of it is added to `signs`. */
function doingsOf(day: number, random: () => number, signs: Sign[]) {
  /** Minutes of this day. */
  let now = 0;
  const at = () => Math.round(on(day, 0) + now * MINUTE);
  const between = (from: number, to: number) => from + random() * (to - from);
  const often = (ofTen: number) => random() * 10 < ofTen;
  const waits = (until: number) => {
    now = until;
  };

  /** In a room for so long, noticed each so many minutes. */
  function stay(room: Room, minutes: number, each: readonly [number, number]): void {
    const until = now + minutes;
    for (; now < until; now += between(...each)) signs.push(seen(at(), room));
    now = until;
  }
  const washes = (minutes: number) => stay('bathroom', minutes, [2, 5]);
  const cooks = (minutes: number) => stay('kitchen', minutes, [1, 6]);
  function about(until: number): void {
    while (now < until) {
      const part = Math.min(until - now, between(20, 60));
      const where = random();
      if (where < 0.55) stay('living', part, [3, 22]);
      else if (where < 0.8) stay('kitchen', part, [2, 12]);
      else if (where < 0.9) stay('bedroom', part, [2, 12]);
      else washes(between(3, 9));
    }
  }
  function through(): void {
    now += between(0.2, 0.8);
    signs.push(doorUsed(at()));
    now += between(0.3, 0.8);
  }
  function comesBack(minutes: number): void {
    now += minutes;
    through();
    stay('kitchen', 4, [1, 2]);
  }
  function goesOut(minutes: number): void {
    stay('living', 0.1, [1, 1]);
    through();
    comesBack(minutes);
  }
  /** Somebody comes; seen out at the end, or gone for a walk together. */
  function company(minutes: number): void {
    through();
    const until = now + minutes;
    while (now < until) {
      stay('living', Math.min(until - now, between(15, 40)), [1, 6]);
      if (often(5)) cooks(3);
    }
    signs.push(seen(at(), 'living'));
    through();
    if (often(7)) stay('living', between(2, 6), [1, 3]);
    else comesBack(between(40, 90));
  }
  /** Turning over now and then; up for some minutes at times. */
  function sleeps(until: number, trips: number, isSeen: boolean): void {
    const from = now;
    const left = Array.from({ length: Math.floor(random() * (trips + 1)) }, () => between(from + 60, until - 45));
    for (const trip of [...left.toSorted((a, b) => a - b), until]) {
      for (now += between(50, 180); now < trip; now += between(50, 180)) if (isSeen) signs.push(seen(at(), 'bedroom'));
      now = trip;
      if (trip < until) nightTrip();
    }
    now = until;
  }
  function nightTrip(): void {
    stay('bedroom', 0.7, [1, 1]);
    stay(often(8) ? 'bathroom' : 'kitchen', between(2, 6), [1, 2]);
    stay('bedroom', 1, [1, 1]);
  }
  return { now: () => now, at, between, often, waits, stay, about, cooks, washes, goesOut, company, sleeps };
}
