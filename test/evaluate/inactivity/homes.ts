// The reference homes as replay would hear them: events by the local clock, and when nobody was there or somebody slept.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Device, DeviceKind } from '#contract/device.ts';
import type { Quantity } from '#contract/quantity.ts';

export interface HomeEvent {
  /** Local time taken as if it were UTC, ms. */
  t: number;
  device: string;
  quantity: Quantity;
  value: boolean | 'open' | 'closed';
  /** Its moment is random within an annotated activity. */
  recon: boolean;
}
export interface Interval {
  from: number;
  to: number;
}
export interface RecordedHome {
  name: string;
  devices: Device[];
  events: HomeEvent[];
  away: Interval[];
  asleep: Interval[];
}

/** As a line of the replay declares it. */
export const declared = ({ id, kind, role }: Device) => ({ id, kind, ...(role && { role }) });

/** Labelled homes of more than ten days; `kasterenC` has absences that nobody labelled. */
export const homeNames = ['aruba112_dev', 'kasterenA', 'kasterenC', 'mitS1'] as const;
export type HomeName = (typeof homeNames)[number];

const folder = process.env.HEARTHWARD_DATA ?? join(import.meta.dirname, '../../../../shared/data');
export const haveHomes = (): boolean => existsSync(join(folder, 'home_aruba112_dev.csv.gz'));

const kinds: Record<string, { kind: DeviceKind; quantity: Quantity; role?: 'exit' }> = {
  motion: { kind: 'motion', quantity: 'motion' },
  door_exit: { kind: 'door', quantity: 'contact', role: 'exit' },
  door: { kind: 'door', quantity: 'contact' },
  contact: { kind: 'contact', quantity: 'contact' },
  pressure: { kind: 'bed', quantity: 'occupancy' },
  water: { kind: 'water', quantity: 'waterFlow' },
  switch: { kind: 'switch', quantity: 'on' },
};
const resting = new Set(['OFF', 'CLOSE']);

/** @param recon with the rows whose moment is random; without, gaps while sitting or sleeping are too long. */
export function readHome(name: string, { recon = true }: { recon?: boolean } = {}): RecordedHome {
  const devices = new Map<string, Device>();
  const events: HomeEvent[] = [];
  for (const [ts, sensor, type, word, , src] of rowsOf(`home_${name}.csv.gz`)) {
    const made = kinds[type as string];
    if (!made) throw new Error(`${name}: unknown type ${type}`);
    if (src === 'recon' && !recon) continue;
    const id = idOf(`${sensor}-${type}`);
    const { kind, quantity, role } = made;
    devices.set(id, { id, kind, ...(role && { role }) });
    const active = !resting.has(word as string);
    const value = quantity === 'contact' ? (active ? 'open' : 'closed') : active;
    events.push({ t: timeOf(ts as string), device: id, quantity, value, recon: src === 'recon' });
  }
  const labels = existsSync(join(folder, `home_${name}.activities.csv.gz`))
    ? rowsOf(`home_${name}.activities.csv.gz`).map(([from, to, activity]) => ({
        from: timeOf(from as string),
        to: timeOf(to as string),
        activity: activity as string,
      }))
    : [];
  return {
    name,
    devices: [...devices.values()],
    events: events.toSorted((a, b) => a.t - b.t),
    away: joined(labels.filter(({ activity, from, to }) => isAway(activity, to - from))),
    asleep: joined(labels.filter(({ activity }) => /^(sleeping|go-to-bed)$/i.test(activity))),
  };
}

/** `leave-house` is the whole absence in some homes, and the minutes of leaving in others. */
const isAway = (activity: string, ms: number) =>
  activity === 'AWAY' || (activity === 'leave-house' && ms > 20 * 60_000);

export const within = (intervals: readonly Interval[], t: number): boolean => {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((intervals[middle] as Interval).to <= t) low = middle + 1;
    else high = middle;
  }
  return low < intervals.length && (intervals[low] as Interval).from <= t;
};

const joined = (intervals: readonly Interval[]): Interval[] => {
  const out: Interval[] = [];
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else out.push({ from, to });
  }
  return out;
};

const rowsOf = (file: string): string[][] =>
  gunzipSync(readFileSync(join(folder, file)))
    .toString('utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

const timeOf = (local: string): number => Date.parse(`${local}Z`);
const idOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
