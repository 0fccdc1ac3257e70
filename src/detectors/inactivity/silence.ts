// A silence in the home: since when, and where somebody was heard last.

import type { Instant } from '#base/instant.ts';
import type { HomeView } from '#contract/detector.ts';
import { type Device, isExitDoor } from '#contract/device.ts';
import { localTime } from '#contract/local-time.ts';
import type { Moment } from '#contract/time.ts';
import { type Memory, OUT, placeOf } from './gaps.ts';

/** The last sign of life, or where none is known, when listening began. */
export type Silence = Instant & {
  day: number;
  /** Local time of day at which it began. */
  minute: number;
  /** False where the wall clock could not be trusted. */
  dated: boolean;
  /** Index among the places; null where nothing was heard. */
  place: number | null;
  deviceId: string | null;
  room: string | null;
};

export const silenceFrom = (
  at: Moment,
  { zone }: HomeView,
  where: Pick<Silence, 'place' | 'deviceId' | 'room'>,
): Silence => ({
  mono: at.mono,
  bootId: at.bootId,
  ...localTime(at.wall, zone),
  dated: at.wallTrusted,
  ...where,
});

/**
 * Somebody is back whom no sensor has seen yet, as their wearable shows: another silence begins, at an unknown place.
 */
export const backIn = ({ room, deviceId }: Silence, at: Moment, view: HomeView): Silence =>
  silenceFrom(at, view, { place: null, deviceId, room });

/**
 * The exit door was used, and the presence model, which would have said `away` long ago, has not: somebody who wears a
 * device is at home. So it is a silence inside.
 */
export function cameIn(
  memory: Memory,
  silence: Silence,
  { presence, devices }: HomeView,
): { memory: Memory; silence: Silence } {
  const door = devices.find(({ id }) => id === silence.deviceId);
  if (silence.place !== OUT || presence !== 'home' || !door || !isExitDoor(door)) return { memory, silence };
  const inside = placeOf(memory, door.room ?? door.id);
  return { memory: inside.memory, silence: { ...silence, place: inside.place } };
}

/** Somebody in bed and somebody who has left it are silent in different ways. */
export const placeName = ({ id, kind, room }: Device, value: unknown): string =>
  kind === 'bed' && value === false
    ? `${room ?? id}, bed left`
    : kind === 'bed'
      ? `${room ?? id}, in bed`
      : (room ?? id);
