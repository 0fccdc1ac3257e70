// A day of a care rule's tests through the replay, with the other care rules asleep.

import { expect } from 'vitest';
import { careRules } from '#src/detectors/care/index.ts';
import { presence } from '#src/detectors/presence.ts';
import { readLine } from '#src/replay/lines.ts';
import { createReplay, type OutputLine } from '#src/replay/replay.ts';
import { at, type Day, MIDNIGHT, MINUTE, quantityOf } from './day.ts';

const devices = [
  { id: 'bath', kind: 'motion', room: 'bathroom' },
  { id: 'hall', kind: 'motion', room: 'hall' },
  { id: 'door', kind: 'door', room: 'hall', role: 'exit' },
  { id: 'bed', kind: 'bed', room: 'bedroom' },
  { id: 'water', kind: 'water' },
  { id: 'stove', kind: 'switch', room: 'kitchen' },
  { id: 'kettle', kind: 'switch', room: 'kitchen' },
  { id: 'warmth', kind: 'temperature', room: 'living room' },
  { id: 'well', kind: 'well-button', room: 'hall' },
  { id: 'band', kind: 'wearable' },
];

export const instantOf = (told: Day['day'][number]): number => {
  const time = Array.isArray(told) ? told[0] : told.t;
  return /^\d+$/.test(time) ? Number(time) : at(time);
};

/** What sensors of states tell after a start. */
export const atFirst: Record<string, boolean | string> = { door: 'closed', bed: false, water: false };

export async function replay(id: string, { options = {}, day }: Pick<Day, 'options' | 'day'>): Promise<OutputLine[]> {
  const out: OutputLine[] = [];
  const asked = [presence, ...careRules];
  const detectorOptions = Object.fromEntries(
    asked.map((rule) => [rule.id, rule.options.parse(rule.id === id ? { enabled: true, ...options } : {})]),
  );
  const player = createReplay({
    rules: { zone: 'Asia/Shanghai', reactions: [], detectors: asked, detectorOptions, channels: {} },
    devices: devices as never,
    seed: 1,
    write: (line) => out.push(line),
  });
  // Each tells its state at first, as sensors do after a start.
  const first = Math.min(...day.map(instantOf)) - 1_000;
  const told = Object.entries(atFirst).map(([device, value]) => ({
    t: String(first),
    line: { device, quantity: quantityOf[device], value },
  }));
  const lines = [...told, ...day]
    .map((told) => {
      if (!Array.isArray(told)) return { t: instantOf(told), ...told.line };
      const [time, device, value] = told;
      return { t: at(time), ...(device && { device, quantity: quantityOf[device], value }) };
    })
    .toSorted((a, b) => a.t - b.t);
  for (const line of lines) {
    const read = readLine(JSON.stringify(line));
    if (!read.ok) throw new Error(read.why);
    expect(await player.take(read.line)).toBeUndefined();
  }
  await player.end();
  return out;
}

export const clock = (t: number): string => {
  const minutes = Math.round((t - MIDNIGHT) / MINUTE);
  const text = `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return minutes >= 1_440 ? `${Math.floor(minutes / 1_440)}d ${text}` : text;
};
export const spoken = (out: OutputLine[], hazard: string) =>
  out
    .filter((line) => line.type === 'alert')
    .map((line) => {
      expect(line).toMatchObject({ hazard, state: 'raised' });
      return [clock(line.t as number), line.conditionPresent];
    });
