// The home of the tests about vital signs: its people, its meters, and what they tell.

import type { HomeView } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { HealthOrder } from '#contract/health.ts';
import type { Presence } from '#contract/presence.ts';
import type { Quantity } from '#contract/quantity.ts';
import { each, type Played, play } from '#fakes/play.ts';
import { vitals } from '#src/detectors/vitals.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const watch: Device = { id: 'watch', kind: 'wearable', placement: 'wrist', wearer: 'li' };
export const cuff: Device = { id: 'cuff', kind: 'blood-pressure', wearer: 'li' };
export const shared: Device = { id: 'shared', kind: 'blood-pressure', sharedBy: ['li', 'wang'] };
export const meter: Device = { id: 'meter', kind: 'glucose-meter', wearer: 'wang' };
export const finger: Device = { id: 'finger', kind: 'pulse-oximeter', wearer: 'wang' };
export const thermometer: Device = { id: 'ear', kind: 'thermometer' };
export const people = [
  { id: 'li', name: 'Li Wei', healthRecord: 'platform' },
  { id: 'wang', name: 'Wang Fang', healthRecord: 'platform' },
  { id: 'gu', name: 'Gu', healthRecord: 'home' },
] as const;
export const homeOf = (presence: Presence = 'home'): HomeView => ({
  zone: 'Asia/Shanghai',
  devices: [watch, cuff, shared, meter, finger, thermometer],
  people,
  presence,
});
export const home = (options: Record<string, unknown> = {}) => play(vitals, options, homeOf());

/** One value each `everyMs`. */
export const tell = (
  played: Played,
  device: Device,
  quantity: Quantity,
  value: number | ((n: number) => number),
  from: number,
  to: number,
  everyMs = 10_000,
): Played => each(played, device, quantity, value, { from, to, everyMs });
export function pressure(
  played: Played,
  at: number,
  systolic: number,
  diastolic: number,
  device = cuff,
  pulse = 70,
): Played {
  return played
    .reading(at, device, 'systolic', systolic)
    .reading(at, device, 'diastolic', diastolic)
    .reading(at, device, 'heartRate', pulse)
    .quiet(at + 2_000);
}
export const order = (played: Played, at: number, id: string, what: HealthOrder): Played =>
  played.input(at, (moment) => ({ kind: 'order', at: moment, id, order: what }));
export const spoken = ({ warnings }: Played) =>
  warnings.map(({ subject, active, say }) => [subject, active, say?.en.split(/[.?]/)[0]]);
