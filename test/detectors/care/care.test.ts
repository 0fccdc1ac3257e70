// Every care rule: a day on which it must speak, and one close to it on which it must not. Through the replay, with the
// other care rules asleep.

import { describe, expect, it } from 'vitest';
import { textOf } from '#src/alerts/words.ts';
import { careRules } from '#src/detectors/care/index.ts';
import { presence } from '#src/detectors/presence.ts';
import { readLine } from '#src/runtime/replay/lines.ts';
import { createReplay, type OutputLine } from '#src/runtime/replay.ts';
import { at, type Day, type Days, MIDNIGHT, MINUTE, quantityOf } from './day.ts';
import { lasting } from './lasting.ts';
import { waitedFor } from './waited-for.ts';
import { whereabouts } from './whereabouts.ts';

const days: Days = { ...whereabouts, ...waitedFor, ...lasting };

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

const instantOf = (told: Day['day'][number]): number => {
  const time = Array.isArray(told) ? told[0] : told.t;
  return /^\d+$/.test(time) ? Number(time) : at(time);
};

/** What sensors of states tell after a start. */
const atFirst: Record<string, boolean | string> = { door: 'closed', bed: false, water: false };

async function replay(id: string, { options = {}, day }: Day): Promise<OutputLine[]> {
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

/** Rules about what is missed: nobody is, who has said that they are away. */
const suspended = [
  'not-up',
  'check-in',
  'water-unused',
  'door-unused',
  'no-motion',
  'bathroom-unused',
  'appliance-unused',
  'bathroom',
];

const clock = (t: number): string => {
  const minutes = Math.round((t - MIDNIGHT) / MINUTE);
  const text = `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return minutes >= 1_440 ? `${Math.floor(minutes / 1_440)}d ${text}` : text;
};
const spoken = (out: OutputLine[], hazard: string) =>
  out
    .filter((line) => line.type === 'alert')
    .map((line) => {
      expect(line).toMatchObject({ hazard, state: 'raised' });
      return [clock(line.t as number), line.conditionPresent];
    });

describe('a care rule', () => {
  it('has a day on which it speaks and one on which it does not: each of them', () => {
    expect(Object.keys(days).toSorted()).toEqual(careRules.map(({ id }) => id).toSorted());
  });

  describe.each(Object.entries(days))('%s', (id, { hazard = id, fires, not }) => {
    it('speaks, and says when it is over, in a sentence in both languages', async () => {
      const out = await replay(id, fires);
      expect(spoken(out, hazard)).toEqual(fires.expect);
      const text = textOf({ room: 'x', deviceId: 'x', count: 1, ...out.find(({ type }) => type === 'alert') } as never);
      // A fact without words would stand there by its code.
      for (const { fact } of out.flatMap(({ because }) => (because ?? []) as { fact: string }[]))
        expect(`${text.en} ${text['zh-CN']}`).not.toContain(fact);
    });

    it('does not, so close to it', async () => {
      expect(spoken(await replay(id, not), hazard)).toEqual([]);
    });

    it('is off unless it is switched on', async () => {
      expect(spoken(await replay('none', fires), hazard)).toEqual([]);
    });

    if (suspended.includes(id))
      it('misses nobody who has said that they are away', async () => {
        // Said a minute after the last sign of life before it would speak, and all later signs left out.
        const speaks = at(String(fires.expect[0]?.[0]));
        const before = fires.day.filter((told) => instantOf(told) < speaks);
        const said = Math.max(...before.map(instantOf)) + MINUTE;
        const day: Day['day'] = [
          ...before,
          { t: String(said), line: { say: 'away' } },
          { t: String(speaks + 5 * 3_600_000), line: {} },
        ];
        expect(spoken(await replay(id, { ...fires, day }), hazard)).toEqual([]);
      });

    it('speaks at the same time though the power was cut for a minute shortly before', async () => {
      const begun = at(String(fires.expect[0]?.[0])) - 2 * MINUTE;
      // Back again, the sensors tell their states once more.
      const states = new Map(Object.entries(atFirst));
      for (const told of fires.day) {
        const [, device, value] = Array.isArray(told) ? told : [];
        if (device && states.has(device) && instantOf(told) <= begun) states.set(device, value as boolean | string);
      }
      const cut = [
        { t: String(begun), line: { gateway: 'off' } },
        { t: String(begun + MINUTE), line: { gateway: 'on' } },
        ...[...states].map(([device, value]) => ({
          t: String(begun + MINUTE + 1_000),
          line: { device, quantity: quantityOf[device], value },
        })),
      ];
      expect(spoken(await replay(id, { ...fires, day: [...fires.day, ...cut] }), hazard)).toEqual(fires.expect);
    });
  });
});
