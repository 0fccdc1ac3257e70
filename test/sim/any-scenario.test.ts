// What holds for any scenario: its lines are in order, the replay takes them, and chance is its own.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectors } from '#src/detectors/index.ts';
import { readLine } from '#src/replay/lines.ts';
import { createReplay } from '#src/replay/replay.ts';
import { rehearse, type Scenario } from '#src/sim/index.ts';
import { compile } from '#src/sim/scenario/compile.ts';
import { drafts } from './draw.ts';
import { scenarioOf } from './rehearsal.ts';

type Line = Record<string, unknown>;

describe('any scenario', () => {
  it('becomes lines that never go back in time, from its beginning to its end', () => {
    fc.assert(
      fc.property(drafts, fc.nat(9), (draft, seed) => {
        const scenario = scenarioOf(draft);
        const { lines, timeline } = compile(scenario, seed);
        const times = timesOf([...lines()]);
        expect(times.every((t, index) => index === 0 || t >= (times[index - 1] ?? 0))).toBe(true);
        expect([times[0], times.at(-1)]).toEqual([timeline.epoch, timeline.epoch + scenario.home.lasts]);
      }),
    );
  });

  it('is taken by the replay, line by line, no detector fails over it, and it comes out the same twice', async () => {
    await fc.assert(
      fc.asyncProperty(drafts, fc.nat(9), async (draft, seed) => {
        const scenario = scenarioOf(draft);
        const written = await replayed(scenario, seed);
        expect(written.filter(({ code }) => code === 'detector-failed' || code === 'reading-refused')).toEqual([]);
        expect(timesOf(written).every((t, index, all) => index === 0 || t >= (all[index - 1] ?? 0))).toBe(true);
        expect(await replayed(scenario, seed)).toEqual(written);
      }),
      { numRuns: 12 },
    );
  });

  it('has a fault told when it has lasted, after what came meanwhile, and since when', async () => {
    const scenario = scenarioOf({
      scenario: 'x',
      home: { timezone: 'UTC', start: '2026-03-28 20:00', lasts: '20s' },
      devices: [
        { id: 'meter', kind: 'switch', wire: 'modbus-tcp', model: 'eastron-sdm120' },
        { id: 'help', kind: 'help-button' },
      ],
      script: [
        { do: 'slow', device: 'meter', by: '100ms', half: true, at: '0s' },
        { do: 'unplug', device: 'help', at: '2s' },
      ],
    });
    const epoch = Date.UTC(2026, 2, 28, 20);
    const faults = (await replayed(scenario, 1)).filter(({ type }) => type === 'fault');
    expect(faults.map(({ t, code, since }) => [Number(t) - epoch, code, since])).toEqual([
      [2_000, 'device-lost', undefined],
      [10_000, 'line-garbage', epoch],
      [15_000, 'device-silent', undefined],
    ]);
  });

  it('keeps its chances when something is added to it', () => {
    const day = {
      scenario: 'x',
      home: { timezone: 'UTC', lasts: '2d' },
      devices: [
        { id: 'm', kind: 'motion' },
        { id: 'n', kind: 'motion' },
      ],
    };
    const walk = {
      name: 'walks',
      at: '12:00',
      jitter: '1h',
      steps: [{ do: 'pulse', device: 'm', for: '1min', jitter: '5min' }],
    };
    const other = { name: 'other', at: '09:00', jitter: '1h', steps: [{ do: 'pulse', device: 'n', for: '1min' }] };
    const ofM = (routines: object[]) =>
      [...compile(scenarioOf({ ...day, routines }), 3).lines()].filter(({ device }) => device === 'm');
    expect(ofM([other, walk])).toEqual(ofM([walk]));
    expect(ofM([walk])).toHaveLength(5);
  });
});

async function replayed(scenario: Scenario, seed: number): Promise<Line[]> {
  const written: Line[] = [];
  const { lines, standIn } = rehearse(scenario, seed);
  const all = [...detectors, standIn];
  const detectorOptions = Object.fromEntries(all.map(({ id, options }) => [id, options.parse({})]));
  const replay = createReplay({
    rules: { zone: 'UTC', reactions: [], detectors: all, detectorOptions, channels: {} },
    devices: [],
    seed,
    write: (line) => void written.push(line),
  });
  for (const line of lines()) {
    const read = readLine(JSON.stringify(line));
    expect(read, JSON.stringify(line)).toMatchObject({ ok: true });
    if (read.ok) expect(await replay.take(read.line), JSON.stringify(line)).toBeUndefined();
  }
  await replay.end();
  return written;
}

const timesOf = (lines: readonly Line[]) => lines.flatMap(({ t }) => (typeof t === 'number' ? [t] : []));
