// The scenarios that are shipped: each ends in exactly what it names, whatever the seed, and in the same bytes twice.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { slaveModels, wires } from '#src/sim/scenario/schema.ts';
import { troubles } from '#src/sim/scenario/timeline.ts';
import { hearthward, readNdjson } from '../cli/cli.ts';
import { sim } from './rehearsal.ts';

const folder = join(import.meta.dirname, '../../config/scenarios');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('scenarios that are shipped', () => {
  it('are some', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });

  it.each(files)('%s ends in what it names, for seeds 1 to 4, and names something', async (name) => {
    const file = join(folder, name);
    for (const seed of ['1', '2', '3', '4']) {
      const { code, lines } = await sim(file, { replay: true, json: true, seed });
      expect(lines.filter(({ type }) => type === 'difference')).toEqual([]);
      expect(lines.at(-1)).toEqual({ type: 'end', expected: true, differences: 0 });
      expect(lines.length).toBeGreaterThan(2);
      expect(code).toBe(0);
    }
  });

  it.each(files)(
    '%s: the same seed gives the same bytes, fed in and come out; another moves what is left to chance',
    async (name) => {
      const file = join(folder, name);
      const bytes = async (seed: string) => [
        (await sim(file, { lines: true, seed })).out,
        (await sim(file, { replay: true, json: true, seed })).out,
      ];
      const [one, again, other] = [await bytes('1'), await bytes('1'), await bytes('2')];
      expect(again).toEqual(one);
      const byChance = /noise:|jitter:/.test(readFileSync(file, 'utf8'));
      expect(other[0] !== one[0]).toBe(byChance);
    },
  );

  it('days take seconds: a week of nine devices is a few tens of thousands of lines', async () => {
    const { lines } = await sim(join(folder, 'a-week-alone.yaml'), { lines: true });
    const times = lines.flatMap(({ t }) => (typeof t === 'number' ? [t] : []));
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBe(7 * 86_400_000);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(lines.length).toBeGreaterThan(10_000);
  });

  it('can be piped through `hearthward replay`: all but what drivers would say comes of it', async () => {
    const file = join(folder, 'gas-leak-at-night.yaml');
    const own = await sim(file, { replay: true, json: true });
    const { code, stdout, stderr } = await hearthward(['replay'], {
      input: `${(await sim(file, { lines: true })).out}\n`,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readNdjson(stdout)).toEqual(own.lines.filter(({ type }) => type !== 'end'));
  });
});

describe('docs/simulated-home.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/simulated-home.md'), 'utf8');

  it('shows a scenario that ends in what it names', async () => {
    const [, yaml = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'hearthward-scenario-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'shown.yaml'), yaml);
    const { code, err, lines } = await sim(join(folder, 'shown.yaml'), { replay: true, json: true });
    expect({ code, err, differences: lines.filter(({ type }) => type === 'difference') }).toEqual({
      code: 0,
      err: 'all came as expected, and nothing else',
      differences: [],
    });
  });

  it('says of everything that can happen to a line or a sensor what it is', () => {
    for (const trouble of troubles) expect(page).toContain(`| \`${trouble}\``);
    for (const wire of wires) expect(page).toContain(`| \`${wire}\` |`);
    for (const model of slaveModels) expect(page).toContain(`\`${model}\``);
  });
});
