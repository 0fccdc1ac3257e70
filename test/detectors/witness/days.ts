// Days on which one sensor speaks by itself, after thirty ordinary ones, and nobody else moves any more.

import { seededIds } from '#base/ids.ts';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import { on } from '#fakes/days.ts';
import { type Habits, type Room, type Sign, seen } from '../presence/homes.ts';
import { DAY, type Line, type Script } from '../presence/scripted-days.ts';

/** Beside the sensors of the rig: a window in the kitchen, and a band. */
export const more = [
  { id: 'window', kind: 'contact', room: 'kitchen' },
  { id: 'band', kind: 'wearable' },
] as const;

/** In the days before, somebody airs the kitchen at breakfast. */
export const airing = ({ up }: Habits): Sign[] =>
  Array.from({ length: DAY - 1 }, (_, index) => {
    const t = on(index + 1, 0, up + 45);
    return [...turned(t, 'open'), ...turned(t + 15 * MINUTE, 'closed'), ...seen(t - MINUTE, 'kitchen')];
  });
const turned = (t: number, value: 'open' | 'closed', device = 'window'): Sign => [
  { t, device, quantity: 'contact', value },
];

/** What one sensor says from `from` on, each so often. */
export type Babble = (from: number, until: number) => Line[];

const each =
  (everyMs: number, make: (t: number, n: number) => Line[]): Babble =>
  (from, until) =>
    Array.from({ length: Math.floor((until - from) / everyMs) }, (_, n) => make(from + (n + 1) * everyMs, n)).flat();

/** Movement and its end, with nobody there. */
export const motionEach = (minutes: number, room: Room): Babble => each(minutes * MINUTE, (t) => seen(t, room));
/** Movement again and again, and never its end. */
export const motionHeld = (minutes: number, room: Room): Babble =>
  each(minutes * MINUTE, (t) => [{ t, device: room, quantity: 'motion', value: true }]);
/** Open and closed in turn. */
export const contactEach = (everyMs: number, device: string): Babble =>
  each(everyMs, (t, n) => turned(t, n % 2 === 0 ? 'open' : 'closed', device));
/** The same, at chance times about so far apart. */
export function windy(aboutMs: number, device: string, seed: number): Babble {
  const { random } = seededIds(seed);
  return (from, until) => {
    const lines: Line[] = [];
    for (let t = from, n = 0; t < until; t += aboutMs * (0.2 + 1.6 * random()), n += 1)
      lines.push(...turned(Math.round(t), n % 2 === 0 ? 'open' : 'closed', device));
    return lines;
  };
}

/** Light that the table reflects. */
export const pulseEach = (minutes: number): Babble =>
  each(minutes * MINUTE, (t) => [{ t, device: 'band', quantity: 'heartRate', value: 61 }]);

export const FALLS = on(DAY, 10, 30);
/** Within this a sensor that is believed would hide any silence. */
const GOES_ON_MS = 30 * HOUR;

/** Down in a room at 10:30; from then on, or from `since` on, one sensor speaks by itself. */
export function downWhile(room: Room, babble: Babble, since = FALLS): Script {
  const down = [FALLS - 3 * MINUTE, FALLS - 20 * SECOND, FALLS].flatMap((t) => seen(t, room));
  return {
    ordinaryUntil: FALLS - 5 * MINUTE,
    lines: [...down, ...babble(since, FALLS + GOES_ON_MS)].toSorted((a, b) => a.t - b.t),
    last: FALLS,
  };
}

/** Somebody is let out by the door at 10:30, and the resident, who goes down beside it, is taken for out. */
export function shutOutWhile(babble: Babble): Script {
  const script = downWhile('living', babble);
  const door = [...turned(FALLS, 'open', 'door-1'), ...turned(FALLS + 5 * SECOND, 'closed', 'door-1')];
  const lines = script.lines.filter(({ t }) => t < FALLS || t > FALLS + MINUTE);
  return { ...script, lines: [...lines, ...door].toSorted((a, b) => a.t - b.t) };
}
