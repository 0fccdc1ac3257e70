// What is generated from the schema: an example that the schema takes, a JSON schema that other people's validators read,
// and a page that leaves nothing out.

import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exampleText } from '#src/config/example.ts';
import { jsonSchemaText } from '#src/config/json-schema.ts';
import { readConfig } from '#src/config/load.ts';
import { referencePage } from '#src/config/reference.ts';
import { detectors } from '#src/detectors/index.ts';
import { goodText, sampleDrivers, sampleSchema } from './samples.ts';

// Fastify brings Ajv: a validator that nobody here wrote.
const { default: Ajv } = createRequire(createRequire(import.meta.url).resolve('fastify'))('ajv');

describe('the example', () => {
  const text = exampleText(sampleSchema, parse(goodText), ['first line', 'second line']);

  it('is the home that it was made of', () => {
    expect(text).toMatch(/^# first line\n# second line\n/);
    expect(parse(text)).toEqual(parse(goodText));
    expect(readConfig(text, 'example', sampleSchema)).toMatchObject({ ok: true, warnings: [] });
  });

  it('explains each option once, in both languages where there are two, and shows what is not set', () => {
    expect(text.match(/# Chip label\.\n/g)).toHaveLength(2);
    expect(text).toContain('    # Chip label.\n    # 芯片标签。\n    chip: pinctrl-bcm2711\n');
    expect(text).toContain('    # Shorter changes are ignored, ms.\n    # debounceMs: 30\n');
    expect(text).toContain('# storage:\n');
    expect(
      Math.max(
        ...text
          .split('\n')
          .filter((line) => !line.includes('{'))
          .map((line) => line.length),
      ),
    ).toBeLessThan(121);
  });
});

describe('the JSON schema', () => {
  const text = jsonSchemaText(sampleSchema, 'made by a test');
  const valid = (yaml: string): boolean => new Ajv({ strict: false }).compile(JSON.parse(text))(parse(yaml));

  it('says on its first line where it comes from', () => {
    expect(text.split('\n')[0]).toContain('made by a test');
    expect(JSON.parse(text)).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
  });

  it('takes the good file, defaults left out', () => {
    expect(valid(goodText)).toBe(true);
    expect(valid('home: { timezone: UTC }')).toBe(true);
  });

  it.each([
    ['an unknown key', 'room: 卧室', 'rom: 卧室'],
    ['an unknown key inside', 'line: GPIO23 }', 'line: GPIO23, more: 1 }'],
    ['a kind of another driver', 'kind: help-button', 'kind: siren'],
    ['an option of another driver', 'line: GPIO17', 'port: /dev/x'],
    ['a value out of range', 'earlyAt: 12', 'earlyAt: 51'],
    ['a bad address', 'mqtts://platform', 'http://platform'],
  ])('refuses %s', (_, part, to) => {
    expect(goodText).toContain(part);
    expect(valid(goodText.replace(part, to))).toBe(false);
  });

  it('tells an editor the drivers apart, and describes every option in both languages where there are two', () => {
    const { properties } = JSON.parse(text);
    const branches = properties.devices.items.oneOf;
    expect(
      branches.map((branch: { properties: { driver: { const: string } } }) => branch.properties.driver.const),
    ).toEqual(sampleDrivers.map(({ id }) => id));
    expect(branches[0].properties.chip.description).toBe('Chip label.\n芯片标签。');
    expect(text).not.toContain('"zh"');
  });
});

describe('the reference page', () => {
  const page = referencePage(sampleSchema, { drivers: sampleDrivers, detectors }, 'made by a test');

  it('has a row for every option of every driver and detector, and every section', () => {
    expect(page).toMatch(/^<!-- made by a test -->\n/);
    for (const { id, options } of sampleDrivers) {
      const part = page.slice(page.indexOf(`### driver: \`${id}\``)).split('\n### ')[0];
      for (const key of Object.keys(options.shape)) expect(part).toContain(`| \`${key}\` |`);
    }
    for (const { id } of detectors) expect(page).toContain(`### \`${id}\``);
    for (const section of ['home', 'gateway', 'uplinks', 'people', 'devices', 'reactions', 'detectors', 'storage'])
      expect(page).toContain(`\n## ${section} · `);
    expect(page).toContain('| `feedback.line` | text | **required · 必填** |');
    expect(page).toContain('| `debounceMs` | a whole number from 0 to 1000 | `30` |');
    expect(page).not.toContain('undefined');
  });
});
