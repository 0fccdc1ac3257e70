// A lived-in home of fifty devices of every kind, hour by hour, as lines for a replay. Every hour has the same of everything
// (readings, calls that are answered, a leak, a lost link, a question), so that hours can be compared.

import { type DeviceKind, deviceKinds, outputKinds } from '#contract/device.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { InputLine } from '#src/replay/lines.ts';

type Timed = Extract<InputLine, { t: number }>;
type Value = number | boolean | string;

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export interface SoakDevice {
  id: string;
  kind: DeviceKind;
}

export const devicesOf = (count: number): SoakDevice[] =>
  Array.from({ length: count }, (_, n) => {
    const kind = deviceKinds[n % deviceKinds.length] ?? 'gas';
    return { id: `${kind}-${n}`, kind };
  });

export const declare = ({ id, kind }: SoakDevice, n: number): InputLine => ({
  kind: 'declare',
  declare: {
    id,
    kind,
    room: `room-${n % 6}`,
    ...(kind === 'wearable' && { placement: 'wrist' as const }),
    ...(kind === 'door' && { role: 'exit' as const }),
  },
});

/** What a device of each kind says: how often in minutes, and which values. A level is never still for a day. */
const habits: Partial<Record<DeviceKind, { every: number; says: (n: number) => Partial<Record<Quantity, Value>> }>> = {
  'help-button': { every: 60, says: (n) => ({ battery: 100 - (n % 20) }) },
  'hush-button': { every: 60, says: (n) => ({ battery: 100 - (n % 20) }) },
  wearable: { every: 1, says: (n) => ({ heartRate: 60 + (n % 40), spo2: 94 + (n % 5) }) },
  gas: { every: 1, says: (n) => ({ gas: n % 4 }) },
  co: { every: 1, says: (n) => ({ co: n % 8 }) },
  smoke: { every: 10, says: () => ({ smoke: false }) },
  'water-leak': { every: 10, says: () => ({ waterLeak: false }) },
  motion: { every: 1, says: (n) => ({ motion: n % 2 === 0 }) },
  contact: { every: 6, says: (n) => ({ contact: n % 2 === 0 ? 'open' : 'closed' }) },
  door: { every: 20, says: (n) => ({ contact: n % 2 === 0 ? 'open' : 'closed' }) },
  bed: { every: 15, says: (n) => ({ occupancy: n % 2 === 0 }) },
  water: { every: 10, says: (n) => ({ waterFlow: n % 2 === 0 }) },
  switch: { every: 5, says: (n) => ({ on: n % 2 === 0, power: (n * 7) % 60 }) },
  temperature: { every: 1, says: (n) => ({ temperature: 20 + (n % 30) / 10, humidity: 40 + (n % 20) }) },
};

/** Lines of one hour, in order of time; `hour` counts from 0. */
export function hourOf(devices: readonly SoakDevice[], hour: number): Timed[] {
  const begun = hour * HOUR;
  const lines: Timed[] = [];
  const at = (minute: number, line: (t: number) => Timed) => lines.push(line(begun + minute * MINUTE));
  const says = (minute: number, device: string, quantity: Quantity, value: Value) =>
    at(minute, (t) => ({ kind: 'quantity', t, device, quantity, value, quality: 'good' }));
  const some = (kind: DeviceKind) => {
    const those = devices.filter((device) => device.kind === kind);
    return those[hour % Math.max(1, those.length)]?.id;
  };

  for (const [n, { id, kind }] of devices.entries()) {
    const habit = habits[kind];
    if (!habit) continue;
    for (let minute = n % habit.every; minute < 60; minute += habit.every) {
      const count = Math.floor((hour * 60 + minute) / habit.every) + n;
      for (const [quantity, value] of Object.entries(habit.says(count)))
        says(minute + (n % 7) / 10, id, quantity as Quantity, value);
    }
    if (kind === 'wearable') for (let minute = 2; minute < 60; minute += 10) at(minute, (t) => walk(t, id));
  }

  const person = (minute: number, say: 'acknowledge' | 'resolve' | 'hush', hazard?: 'help' | 'gas' | 'water-leak') =>
    at(minute, (t) => ({
      kind: 'say',
      t,
      say,
      by: { name: 'Li Wei', role: 'operator' },
      ...(hazard && { hazard }),
    }));
  const button = some('help-button');
  if (button !== undefined) {
    for (const [minute, value] of [
      [10, 'press'],
      [10.02, 'release'],
      [10.5, 'press'],
    ] as const)
      says(minute, button, 'button', value);
    person(10.7, 'hush');
    person(11, 'acknowledge', 'help');
    person(14, 'resolve', 'help');
  }
  const gas = some('gas');
  if (gas !== undefined) {
    for (const [minute, level] of [
      [20.85, 12],
      [21.85, 30],
      [22.85, 1],
    ] as const)
      says(minute, gas, 'gas', level);
    person(23, 'acknowledge', 'gas');
    person(24, 'resolve', 'gas');
  }
  const leak = some('water-leak');
  if (leak !== undefined) {
    says(40.9, leak, 'waterLeak', true);
    says(41.9, leak, 'waterLeak', false);
    person(42, 'resolve', 'water-leak');
  }
  const lost = devices[hour % devices.length]?.id;
  if (lost !== undefined && !isOutput(devices[hour % devices.length]?.kind)) {
    at(30, (t) => ({ kind: 'link', t, link: 'down', device: lost }));
    at(33, (t) => ({ kind: 'link', t, link: 'up', device: lost }));
  }
  at(45, (t) => ({ kind: 'whatIf', t, whatIf: 'silence', forMs: HOUR }));
  at(50, (t) => ({ kind: 'clock', t, clock: { stepMs: hour % 2 === 0 ? 2_000 : -2_000 } }));
  return lines.toSorted((a, b) => a.t - b.t);
}

const isOutput = (kind: DeviceKind | undefined): boolean =>
  (outputKinds as readonly (string | undefined)[]).includes(kind);

/** Five seconds of a person walking, at 50 Hz. */
function walk(t: number, device: string): Timed {
  const samples = Array.from({ length: 250 }, (_, n): [number, number, number] => [
    0.1 * Math.sin(n / 4),
    0.05 * Math.cos(n / 3),
    1 + 0.2 * Math.sin((2 * Math.PI * n) / 25),
  ]);
  return { kind: 'samples', t, device, quantity: 'acceleration', rateHz: 50, samples };
}
