// A silence in the home: since when, and where somebody was heard last.

import type { Instant } from '#base/instant.ts';
import type { HomeView } from '#contract/detector.ts';
import { type Device, isExitDoor } from '#contract/device.ts';
import { localTime } from '#contract/local-time.ts';
import type { Moment } from '#contract/time.ts';
import { doorPlace, type Memory, OUT, placeOf } from './gaps.ts';
import { type DoorWay, doorLimit, type Limit, limitOf, onTrip } from './limit.ts';

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
  /** It began at the door to the outside: of a home that was empty, or not. */
  door: 'back' | 'used' | null;
  /** Somebody is perhaps inside: why that is believed of a silence at the door. */
  doubt: DoorWay | null;
};

export const silenceFrom = (
  at: Moment,
  { zone }: HomeView,
  where: Partial<Pick<Silence, 'place' | 'deviceId' | 'room' | 'door' | 'doubt'>> = {},
): Silence => ({
  ...{ place: null, deviceId: null, room: null, door: null, doubt: null },
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
  silenceFrom(at, view, { deviceId, room });

/**
 * The exit door was used, and the presence model, which would have said `away` long ago, has not: somebody who wears a
 * device is at home, or somebody may be. So it is a silence inside; one in doubt is of a kind of its own, and how long
 * such ones last is learned apart from all others.
 */
export function cameIn(
  memory: Memory,
  silence: Silence,
  { presence, devices }: HomeView,
  way: DoorWay | null,
): { memory: Memory; silence: Silence } {
  const door = devices.find(({ id }) => id === silence.deviceId);
  if (silence.place !== OUT || presence !== 'home' || !door || !isExitDoor(door)) return { memory, silence };
  const inside = placeOf(memory, way ? doorPlace(way) : (door.room ?? door.id));
  return { memory: inside.memory, silence: { ...silence, place: inside.place, doubt: way } };
}

/** How long this silence may last. */
export function silenceLimit(
  memory: Memory,
  silence: Silence,
  falseAlarm: number,
  { presence, devices }: Pick<HomeView, 'presence' | 'devices'>,
): Limit {
  const { place, minute, deviceId, doubt } = silence;
  if (doubt && place !== null && presence !== 'unknown') {
    // Never later than if nobody were there.
    const out = limitOf(memory, { ...silence, place: OUT }, presence, falseAlarm);
    return doorLimit(memory, doubt, out.minutes);
  }
  const limit = limitOf(memory, silence, presence, falseAlarm);
  const sees = devices.some(({ id, kind }) => id === deviceId && kind === 'motion');
  return sees && place !== null && place !== OUT ? onTrip(limit, memory, minute, place) : limit;
}

/** Somebody in bed and somebody who has left it are silent in different ways. */
export const placeName = ({ id, kind, room }: Device, value: unknown): string =>
  kind === 'bed' && value === false
    ? `${room ?? id}, bed left`
    : kind === 'bed'
      ? `${room ?? id}, in bed`
      : (room ?? id);
