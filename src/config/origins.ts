// Where each value of a configuration comes from.

import type { Config, Origin } from '#contract/config.ts';
import { deviceFieldNames } from '#contract/device-fields.ts';
import { type Path, pathText } from './faults.ts';
import type { Presets } from './presets.ts';

/** The origin of a value of the configuration, by its path there: `['devices', 0, 'options', 'port']`. */
export type Origins = (path: Path) => Origin;

/** @param raw the file's data */
export function originsIn(raw: unknown, presets: Presets): Origins {
  const name = valueAt(raw, ['home', 'preset']);
  const preset = typeof name === 'string' && Object.hasOwn(presets, name) ? presets[name] : undefined;
  return (path) => {
    if (valueAt(raw, inFile(path)) !== undefined) return 'file';
    return path[0] === 'detectors' && valueAt(preset?.detectors, path.slice(1)) !== undefined ? 'preset' : 'default';
  };
}

/** Where in a file the value is that has this path in the configuration. */
function inFile(path: Path): Path {
  const [section, index, key, ...rest] = path;
  if (section === 'devices' && key === 'options') return [section, index ?? 0, ...rest];
  if (section === 'uplinks' && key === 'tenant') return ['gateway', 'tenant'];
  if (section === 'uplinks' && key === 'gateway') return ['gateway', 'id'];
  return path;
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Record<PropertyKey, unknown>)[key]
        : undefined,
    raw,
  );
}

export interface Value {
  /** `detectors.gas.earlyAt` */
  path: string;
  value: string | number | boolean | null;
  from: Origin;
}

/** Every single value of the configuration, with where it comes from. */
export function valuesOf(config: Config, originOf: Origins): Value[] {
  const values: Value[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value === 'object' && value !== null)
      for (const [key, inside] of Object.entries(value))
        visit(inside, [...path, Array.isArray(value) ? Number(key) : key]);
    else if (value !== undefined)
      values.push({ path: pathText(path), value: value as Value['value'], from: originOf(path) });
  };
  visit(config, []);
  return values;
}

/** The origins of a device's fields, where they say something, and of the device itself. */
export function deviceOrigins(config: Config, index: number, originOf: Origins): Record<string, Origin> {
  const device = config.devices[index];
  const fields = deviceFieldNames.filter((field) => field !== 'id' && device?.[field] !== undefined);
  return Object.fromEntries(fields.map((field) => [field, originOf(['devices', index, field])]));
}
