// Presets: the policy for a kind of home, as data. A home takes one and overrides what it wants to be different.

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Words } from '#contract/words.ts';

const words: z.ZodType<Words> = z.strictObject({ en: z.string().min(1), 'zh-CN': z.string().min(1) });
const preset = z.strictObject({
  name: words,
  about: words,
  /** Options by detector; checked with those of the home that takes them. */
  detectors: z.record(z.string(), z.record(z.string(), z.unknown())),
});
export type Preset = z.output<typeof preset>;
export type Presets = Readonly<Record<string, Preset>>;

/**
 * The presets of a folder, by the names of their files. One that cannot be read is left out: a home that names it is
 * refused, and no other home is affected.
 */
export function readPresets(folder: URL): Presets {
  return Object.fromEntries(
    filesIn(folder).flatMap((file) => {
      const found = readOne(new URL(file, `${folder.href.replace(/\/?$/, '/')}`));
      return found ? [[file.slice(0, -'.yaml'.length), found]] : [];
    }),
  );
}

function filesIn(folder: URL): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.yaml'))
      .toSorted();
  } catch {
    return [];
  }
}

function readOne(file: URL): Preset | undefined {
  try {
    return preset.safeParse(parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** The raw configuration with the options of its preset where it has none of its own. Anything odd is left to the schema. */
export function withPreset(raw: unknown, presets: Presets, forced?: string): unknown {
  if (!isObject(raw)) return raw;
  const { home } = raw;
  const name = forced ?? (isObject(home) ? home.preset : undefined);
  const chosen = typeof name === 'string' && Object.hasOwn(presets, name) ? presets[name] : undefined;
  const own = raw.detectors ?? {};
  if (!chosen || !isObject(own)) return raw;
  const detectors: Record<string, unknown> = { ...own };
  for (const [id, options] of Object.entries(chosen.detectors)) {
    const mine = own[id] ?? {};
    if (isObject(mine)) detectors[id] = { ...options, ...mine };
  }
  return { ...raw, detectors };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
