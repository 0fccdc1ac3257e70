// Presets: data that a home takes and overrides.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { textOf } from '#src/config/faults.ts';
import { readConfig } from '#src/config/load.ts';
import { readPresets, withPreset } from '#src/config/presets.ts';
import { configSchema } from '#src/config/schema.ts';
import { detectors } from '#src/detectors/index.ts';
import { hearthward } from '../cli/cli.ts';

const folder = new URL('../../config/presets', import.meta.url);
const presets = readPresets(folder);
const schema = configSchema({ drivers: [], detectors, presets });
const home = (preset?: string) =>
  `home: { timezone: Asia/Shanghai${preset ? `, preset: ${preset}` : ''} }\nuplinks: []\n`;
const read = (preset?: string, text = '') => {
  const found = readConfig(home(preset) + text, 'home.yaml', schema);
  if (!found.ok) throw new Error(found.faults.map((fault) => textOf(fault, 'en')).join('\n'));
  return found.config.detectors;
};

describe('a preset', () => {
  it.each(Object.keys(presets))('%s fits the detectors there are, and differs from none at all', (name) => {
    expect(read(name)).not.toEqual(read());
  });

  it('is there for every file of the folder; one that is broken, or no folder at all, is nobody else’s loss', () => {
    expect(Object.keys(presets)).toEqual(
      readdirSync(folder)
        .toSorted()
        .map((file) => file.replace('.yaml', '')),
    );
    const dir = mkdtempSync(join(tmpdir(), 'hearthward-presets-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    cpSync(fileURLToPath(folder), dir, { recursive: true });
    writeFileSync(join(dir, 'dementia.yaml'), 'name: [');
    writeFileSync(join(dir, 'municipal.yaml'), 'name: { en: x }');
    expect(Object.keys(readPresets(pathToFileURL(dir)))).toEqual([
      'family-care-bed',
      'living-alone',
      'living-as-a-couple',
    ]);
    expect(readPresets(pathToFileURL(join(dir, 'none')))).toEqual({});
  });

  it('gives the options that the home has none of; what the home says holds', () => {
    const { 'water-unused': water, 'door-unused': door } = read(
      'municipal',
      'detectors:\n  water-unused: { hours: 8 }\n  door-unused: { enabled: false }\n',
    );
    expect(water).toEqual({ enabled: true, hours: 8 });
    expect(door).toEqual({ enabled: false, hours: 24 });
  });

  it('that there is none of is a fault with the names that there are', () => {
    const found = readConfig(home('municpal'), 'home.yaml', schema);
    expect(!found.ok && found.faults.map((fault) => textOf(fault, 'en'))).toEqual([
      'home.preset: "municpal" is unknown; did you mean municipal? (line 1); expected dementia, family-care-bed, living-alone, living-as-a-couple or municipal',
    ]);
  });

  it('leaves what is no configuration to the schema', () => {
    for (const raw of [
      undefined,
      null,
      7,
      'x',
      [],
      { home: { preset: 7 } },
      { home: { preset: 'municipal' }, detectors: 3 },
    ])
      expect(withPreset(raw, presets)).toBe(raw);
    const odd = { home: { preset: '__proto__' } };
    expect(withPreset(odd, presets)).toBe(odd);
  });

  it('is the policy of a replay by its name', async () => {
    const day = [
      { declare: { id: 'water-1', kind: 'water' } },
      { t: 0, device: 'water-1', quantity: 'waterFlow', value: true },
      { t: 13 * 3_600_000 },
    ];
    const input = day.map((line) => JSON.stringify(line)).join('\n');
    const told = await hearthward(['replay', '--preset', 'municipal'], { input });
    expect(told.stdout).toContain('"hazard":"water-unused"');
    expect((await hearthward(['replay'], { input })).stdout).not.toContain('water-unused');
  });

  it('stands in the reference with its name', () => {
    expect(readFileSync(new URL('../../config/reference.md', import.meta.url), 'utf8')).toContain('living-alone');
  });
});
