// Homes of one person each, and their habits: four motion sensors, and the door to the outside in the hall.

import { SECOND } from '#contract/time.ts';
import { door, moves } from '#fakes/days.ts';

export const devices = [
  { id: 'kitchen', kind: 'motion', room: 'kitchen' },
  { id: 'living', kind: 'motion', room: 'living room' },
  { id: 'bathroom', kind: 'motion', room: 'bathroom' },
  { id: 'bedroom', kind: 'motion', room: 'bedroom' },
  { id: 'door-1', kind: 'door', room: 'hall', role: 'exit' },
] as const;
export type Room = 'kitchen' | 'living' | 'bathroom' | 'bedroom';

export interface Habits {
  name: string;
  seed: number;
  /** Up, and in bed again, on most days: minutes after midnight. */
  up: number;
  toBed: number;
  napsIn: 'bedroom' | 'living';
  napMinutes: readonly [number, number];
  /** On how many days of ten somebody goes out, and somebody comes. */
  outings: number;
  visits: number;
  /** Of an afternoon: at most so many minutes. */
  outFor: number;
  /** Trips of a night: at most so many. */
  trips: number;
  /** The sensor in the bedroom sees who turns over in bed. */
  seesBed: boolean;
}

/** Nobody's, and unlike each other. */
export const homes: readonly Habits[] = [
  {
    ...{ name: 'early to bed', seed: 11, up: 370, toBed: 1_325, napsIn: 'bedroom', napMinutes: [45, 75] },
    ...{ outings: 5, visits: 1, outFor: 150, trips: 2, seesBed: true },
  },
  {
    ...{ name: 'often out', seed: 23, up: 430, toBed: 1_365, napsIn: 'living', napMinutes: [30, 60] },
    ...{ outings: 8, visits: 2, outFor: 240, trips: 1, seesBed: false },
  },
  {
    ...{ name: 'much company', seed: 37, up: 400, toBed: 1_350, napsIn: 'bedroom', napMinutes: [50, 80] },
    ...{ outings: 4, visits: 4, outFor: 120, trips: 2, seesBed: true },
  },
  {
    ...{ name: 'late and at home', seed: 53, up: 460, toBed: 1_380, napsIn: 'living', napMinutes: [40, 70] },
    ...{ outings: 3, visits: 2, outFor: 180, trips: 3, seesBed: false },
  },
];

/** What a sensor tells in one go, from its first line on. */
export type Sign = { t: number; device: string; quantity: string; value: boolean | string | number }[];

export const seen = (t: number, room: Room): Sign => moves(t, room);
export const doorUsed = (t: number): Sign => door(t);

/** A little before; for somebody who was seen on the way. */
export const justBefore = (t: number): number => t - 20 * SECOND;
