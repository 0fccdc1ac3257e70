// How the days of the care rules' tests are written down.

export const MINUTE = 60_000;
/** Monday 2026-03-02, midnight in Shanghai. */
export const MIDNIGHT = Date.parse('2026-03-02T00:00:00+08:00');

/** "08:30", or "2d 08:30" two days later. */
export function at(time: string): number {
  const [, days, hours, minutes] = /^(?:(\d+)d )?(\d\d):(\d\d)$/.exec(time) ?? [];
  return MIDNIGHT + ((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * MINUTE;
}

export const quantityOf: Record<string, string> = {
  bath: 'motion',
  hall: 'motion',
  door: 'contact',
  bed: 'occupancy',
  water: 'waterFlow',
  stove: 'power',
  kettle: 'power',
  warmth: 'temperature',
  well: 'button',
};

type Told = [time: string, device: string, value: boolean | number | string] | [time: string];

export interface Day {
  /** The rule's options beside its switch. */
  options?: Record<string, unknown>;
  day: (Told | { t: string; line: object })[];
  /** Alerts that come to be, and go: [time, active]. None: it must not speak. */
  expect: [time: string, active: boolean][];
}

/** `[value, step]`: the same again every `everyMinutes`, to `until`. */
export const each = (
  from: string,
  until: string,
  everyMinutes: number,
  device: string,
  value: boolean | number | string,
) => {
  const told: { t: string; line: object }[] = [];
  for (let t = at(from); t <= at(until); t += everyMinutes * MINUTE)
    told.push({ t: String(t), line: { device, quantity: quantityOf[device], value } });
  return told;
};

/** By rule: a day on which it must speak, and one close to it on which it must not. */
export type Days = Record<string, { hazard?: string; fires: Day; not: Day }>;
