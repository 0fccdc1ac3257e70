// Days of somebody who lives alone, as replay lines: up at six, about the house each hour, in bed from ten.

import { HOUR, MINUTE } from '#contract/time.ts';

export const DAY = 24 * HOUR;
/** Midnight of a Monday, UTC. */
export const MIDNIGHT = Date.UTC(2026, 2, 2);

export const rooms = [
  { declare: { id: 'pir-kitchen', kind: 'motion', room: 'kitchen' } },
  { declare: { id: 'pir-bath', kind: 'motion', room: 'bathroom' } },
  { declare: { id: 'pir-bed', kind: 'motion', room: 'bedroom' } },
  { declare: { id: 'door-1', kind: 'door', room: 'hall', role: 'exit' } },
];

/** The instant of a local time of day of the `day`-th day, from 1. */
export const on = (day: number, hours: number, minutes = 0): number =>
  MIDNIGHT + (day - 1) * DAY + hours * HOUR + minutes * MINUTE;

export const moves = (t: number, device = 'pir-kitchen') => [
  { t, device, quantity: 'motion', value: true },
  { t: t + 20_000, device, quantity: 'motion', value: false },
];
export const door = (t: number) => [
  { t, device: 'door-1', quantity: 'contact', value: 'open' },
  { t: t + 5_000, device: 'door-1', quantity: 'contact', value: 'closed' },
];

/** An ordinary day; each a little different, and the same each time. */
export function ordinaryDay(day: number, { from = 6, to = 22 }: { from?: number; to?: number } = {}): object[] {
  const lines: object[] = [];
  for (let hour = from; hour < to; hour += 1) {
    const late = (day * 37 + hour * 17) % 20;
    if (hour === 6) lines.push(...moves(on(day, hour, late), 'pir-bed'));
    lines.push(...moves(on(day, hour, 21 + late), hour % 3 === 0 ? 'pir-bath' : 'pir-kitchen'));
  }
  if (to === 22) lines.push(...moves(on(day, 22, (day * 7) % 10), 'pir-bed'));
  return lines;
}

export const ordinaryDays = (from: number, to: number): object[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ordinaryDay(from + i)).flat();
