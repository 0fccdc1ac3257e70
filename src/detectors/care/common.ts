// What the care rules share: time of day in options, devices that are lost, and durations that outlive a restart.

import { z } from 'zod';
import { rebased, type Stamp } from '#base/instant.ts';
import type { HomeView, Input } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import { localTime, timeText } from '#contract/local-time.ts';
import type { PresenceAct } from '#contract/presence.ts';
import { HOUR, later, MINUTE, type Moment, type MonoMs } from '#contract/time.ts';

export const enabled = z
  .boolean()
  .default(false)
  .describe('Whether this rule is on. A preset switches on what it needs.');

/** "HH:MM" on the clock of the home. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** Minutes since midnight. */
export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
export const minuteAt = ({ wall }: Moment, { zone }: HomeView): number => localTime(wall, zone).minute;
export const timeAt = (at: Moment, view: HomeView): string => timeText(minuteAt(at, view));

/** Whether `minute` lies from `from` up to `to`, which may be past midnight. */
export const isBetween = (minute: number, from: number, to: number): boolean =>
  from <= to ? minute >= from && minute < to : minute >= from || minute < to;

/** A gateway that saw nothing for this long may have missed anything; a shorter gap may only be the age of a note. */
export const BLIND_MS = 2 * HOUR;

type Start = Extract<Input, { kind: 'start' }>;
export const wasBlind = ({ unseenMs = 0 }: Start): boolean => unseenMs >= BLIND_MS;

/**
 * Since when something counts that was under way at a start: since the start, where it may have ended and begun again
 * unseen.
 */
export const takenUp = (then: Stamp, start: Start): Stamp => (wasBlind(start) ? start.at : rebased(then, start.at));

/** When it is next `minute` on the clock of the home; an hour off when summer time begins or ends: look again then. */
export function nextTime(minute: number, at: Moment, view: HomeView): MonoMs {
  const ahead = (minute - minuteAt(at, view) + 1_440) % 1_440;
  const intoMinute = ((at.wall % MINUTE) + MINUTE) % MINUTE;
  return later(at.mono, (ahead === 0 ? 1_440 : ahead) * MINUTE - intoMinute);
}

/** Rooms are named by the installer, in either language. */
export const isRoom = ({ room }: Pick<Device, 'room'>, names: readonly string[]): boolean =>
  room !== undefined && names.some((name) => room.toLowerCase().includes(name.toLowerCase()));

export const bedroomNames = ['bedroom', 'bed room', '卧室'];
export const bathroomNames = ['bath', 'toilet', 'shower', 'wc', '卫生间', '浴室', '厕所', '洗手间'];

/** By word: an absence that is only inferred may be somebody who lies there. */
export const saysAway = (said: PresenceAct): boolean => said === 'away' || said === 'hospital';

/** What has just begun is to outlive a power cut; that happens some ten times a day. */
export const SAVED = { save: true } as const;
