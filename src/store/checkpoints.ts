// What a detector remembers, in a row together with its format: a state of a later version stays in its row, and this
// version keeps its own beside it, in `<detector>@<version>`.

import { readFormat, standingOf } from '#base/format.ts';
import { type Format, firstFormat } from '#contract/format.ts';
import type { Json } from '#contract/json.ts';

/** By detector; one that is not named has the first format. */
export type Formats = Readonly<Record<string, Format>>;

const formatFor = (id: string, formats: Formats): Format =>
  (Object.hasOwn(formats, id) ? formats[id] : undefined) ?? firstFormat;

/** The text of a row. A state of the first format is stored bare. */
export function checkpointText(id: string, state: string, formats: Formats): string {
  const format = formatFor(id, formats);
  return format.version === 1 ? state : `{"$format":${JSON.stringify(format)},"$state":${state}}`;
}

export interface Checkpoints {
  /** By detector. */
  states: Record<string, Json>;
  /** Detectors whose row holds a state that this version cannot read. */
  unread: string[];
}

export function checkpointsOf(rows: readonly { name: string; json: string }[], formats: Formats): Checkpoints {
  const read = Object.fromEntries(rows.map(({ name, json }) => [name, readRow(json)]));
  const states: Checkpoints['states'] = {};
  const unread: string[] = [];
  for (const [id, { format, state }] of Object.entries(read)) {
    if (id.includes('@')) continue;
    const own = formatFor(id, formats);
    if (standingOf(format, own) !== 'unreadable') {
      states[id] = state;
      continue;
    }
    unread.push(id);
    const beside = read[besideName(id, own)];
    if (beside) states[id] = beside.state;
  }
  return { states, unread };
}

/** The row that this version writes. */
export const rowName = (id: string, formats: Formats, unread: ReadonlySet<string>): string =>
  unread.has(id) ? besideName(id, formatFor(id, formats)) : id;

const besideName = (id: string, { version }: Format): string => `${id}@${version}`;

export function readRow(json: string): { format: Format; state: Json } {
  const parsed = JSON.parse(json) as Json;
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed) || !('$format' in parsed))
    return { format: firstFormat, state: parsed };
  const { version, readableFrom } = (parsed.$format ?? {}) as { version?: Json; readableFrom?: Json };
  // A row whose format cannot be read is not ours to read.
  const format = readFormat(version, readableFrom) ?? {
    version: Number.MAX_SAFE_INTEGER,
    readableFrom: Number.MAX_SAFE_INTEGER,
  };
  return { format, state: parsed.$state ?? null };
}
