// What counts as a sign that somebody in the home is up and doing: shared by the presence model and by inactivity.

import { deviceIn } from '#base/subject.ts';
import type { Input } from '#contract/detector.ts';
import { type Device, type DeviceKind, isExitDoor } from '#contract/device.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import { MINUTE, type Moment } from '#contract/time.ts';
import { type FaultChange, losing } from './lost.ts';

/** Power is not among them: a refrigerator switches itself on. */
export const activityQuantities = [
  'button',
  'motion',
  'contact',
  'occupancy',
  'waterFlow',
  'on',
  'weight',
  'systolic',
  'glucose',
  'bodyTemperature',
  'meterStatus',
] as const satisfies readonly Quantity[];

/**
 * One for each level of a device (a radar reports occupancy and motion): its last value, null where it was not heard
 * for a while, and whether it has ever reported the state of rest. A list: a detector copies it at every word of a
 * lively sensor, and a map of 200 devices takes twenty times as long to copy.
 */
export type Levels = Level[];
type Level = {
  deviceId: string;
  quantity: Quantity;
  value: boolean | string | null;
  rests: boolean;
  /** It speaks by itself (witness.ts): what it says is no sign of life. */
  doubted?: true;
};

/** Kinds that notice a person without being asked to, in the order of how much they see. */
const watching: Partial<Record<DeviceKind, 'area' | 'thing'>> = {
  motion: 'area',
  bed: 'area',
  contact: 'thing',
  door: 'thing',
  water: 'thing',
  switch: 'thing',
};

/** Sees people inside: a pet's playground and the door to the outside do not count. */
export const watches = (device: Device): boolean =>
  watching[device.kind] !== undefined && !isExitDoor(device) && !device.ignoreForActivity;

/** Sees whoever is in its room or bed, whatever they do. */
export const seesArea = ({ kind }: Device): boolean => watching[kind] === 'area';

/** A measurement that its meter kept: somebody was there then, which says nothing about now. */
export const isLate = (input: Input): input is Extract<Input, { kind: 'reading' }> & { heardAt: Moment } =>
  input.kind === 'reading' &&
  input.heardAt !== undefined &&
  (input.heardAt.bootId !== input.at.bootId || input.heardAt.mono - input.at.mono > LATE_MS);
const LATE_MS = MINUTE;

/** Things that people touch now and then: this many of them can stand for a sensor that sees a room. */
const ENOUGH_THINGS = 3;

/** Whether these sensors see enough of a home for silence to mean something. */
export function canWatch(devices: readonly Device[]): boolean {
  const known = seen.get(devices);
  if (known !== undefined) return known;
  const seeing = devices.filter(watches);
  const enough = seeing.some(seesArea) || seeing.length >= ENOUGH_THINGS;
  seen.set(devices, enough);
  return enough;
}
/** Kept, since it is asked at every reading with the same list. */
const seen = new WeakMap<readonly Device[], boolean>();

/**
 * Whether a reading is a sign of life; one whose origin is in doubt counts too. A level counts when it changes: most
 * sensors repeat it to check in. Motion counts whenever it is reported, and so does an opening by a sensor that never
 * reports closing.
 */
export function heard(
  levels: Levels,
  { deviceId, quantity, value, quality }: Reading,
  device: Device,
): { levels: Levels; active: boolean } {
  if (quality === 'bad' || device.ignoreForActivity) return { levels, active: false };
  if (!isLevel(quantity)) return { levels, active: isActivity(quantity) };
  const now = value as boolean | string;
  const index = levels.findIndex((level) => level.deviceId === deviceId && level.quantity === quantity);
  const known = levels[index];
  const resting = now === false || now === 'closed';
  const rests = resting || (known?.rests ?? false);
  const before = known?.value ?? null;
  // The first word of a sensor that was never heard counts unless it reports rest; that of a known one that was away
  // does not.
  const changed = known === undefined ? !resting : before !== null && before !== now;
  const repeated = quantity === 'motion' ? now === true : quantity === 'contact' && before === now && !rests;
  const active = (changed || repeated) && !known?.doubted;
  if (before === now && known?.rests === rests) return { levels, active };
  const next: Level = { ...known, deviceId, quantity, value: now, rests };
  return { levels: known ? levels.with(index, next) : [...levels, next], active };
}

/** After a start each sensor first reports its state, which may be hours old: no sign of life. */
export const afterStart = (levels: Levels): Levels =>
  // An older release kept a map; its sensors count as heard for the first time.
  Array.isArray(levels) ? levels.map(unsure) : [];

/**
 * The same for a sensor that was lost: a door found closed may have been closed all the while. One that speaks by itself
 * is no sign of life until that is over.
 */
export function afterFault(levels: Levels, change: FaultChange): Levels {
  const doubted = doubtedBy(change);
  const id = doubted ?? losing(change);
  if (!levels.some(({ deviceId }) => deviceId === id)) return levels;
  return levels.map((level) => {
    if (level.deviceId !== id) return level;
    if (doubted === undefined) return { ...level, value: null };
    return change.active ? { ...level, doubted: true as const } : believed(level);
  });
}

/** The device that begins or ends to speak by itself. */
export const doubtedBy = ({ fault: { code, subject } }: FaultChange): string | undefined =>
  code === 'sensor-by-itself' ? deviceIn(subject) : undefined;

const believed = ({ doubted: _, ...level }: Level): Level => level;
/** Faults are reported again after a start. */
const unsure = (level: Level): Level => ({ ...believed(level), value: null });

/** Whether readings of this quantity can be signs of life at all. */
export const isActivity = (quantity: Quantity): boolean =>
  (activityQuantities as readonly Quantity[]).includes(quantity);

const isLevel = (quantity: Quantity): boolean =>
  quantity === 'motion' ||
  quantity === 'contact' ||
  quantity === 'occupancy' ||
  quantity === 'waterFlow' ||
  quantity === 'on';

/** A door to the outside stands open, by the last word of a sensor that reports closing as well. */
export const exitStandsOpen = (levels: Levels, devices: readonly Device[]): boolean =>
  levels.some(
    ({ deviceId, quantity, value, rests }) =>
      quantity === 'contact' &&
      value === 'open' &&
      rests &&
      devices.some((one) => one.id === deviceId && isExitDoor(one)),
  );
