// The reference recordings, read from where they lie. Nothing of them is copied into the project.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface Recording {
  set: string;
  id: string;
  subject: string;
  age: 'young' | 'elderly';
  activity: string;
  fall: boolean;
  /** The same samples stand in the set under an earlier name: SmartFallMM has one fall twenty-two times. */
  repeats: boolean;
  rateHz: number;
  /** g */
  x: Float64Array;
  y: Float64Array;
  z: Float64Array;
  /** Seconds from the start to the largest length; for falls mostly the impact. */
  peakS: number;
}

export const sets = {
  weda: { file: 'weda_wrist50', placement: 'wrist' },
  'smartfallmm-wrist': { file: 'smartfallmm_wrist32', placement: 'wrist' },
  sisfall: { file: 'sisfall_waist100', placement: 'waist' },
  'smartfallmm-hip': { file: 'smartfallmm_hip32', placement: 'hip' },
} as const;
export type SetName = keyof typeof sets;
export const setNames = Object.keys(sets) as SetName[];

const folder = process.env.HEARTHWARD_DATA ?? join(import.meta.dirname, '../../../shared/data');
const fileOf = (set: SetName) => join(folder, `${sets[set].file}.ndjson.gz`);

export const haveRecordings = (): boolean => setNames.every((set) => existsSync(fileOf(set)));

export const readSet = (set: SetName): Recording[] =>
  recordingsOf(set, gunzipSync(readFileSync(fileOf(set))).toString('utf8'));

/** @param text a recording in JSON on each line. */
export function recordingsOf(set: SetName, text: string): Recording[] {
  const seen = new Set<string>();
  return text
    .split('\n')
    .filter((json) => json !== '')
    .map((json) => {
      const line: Line = JSON.parse(json);
      const recording = recordingOf(set, line, seen.has(line.xyz));
      seen.add(line.xyz);
      return recording;
    });
}

interface Line {
  id: string;
  subj: string;
  age: 'young' | 'elderly';
  act: string;
  fall: boolean;
  fs: number;
  n: number;
  xyz: string;
  peak_t: number;
}

function recordingOf(set: SetName, line: Line, repeats: boolean): Recording {
  const bytes = Buffer.from(line.xyz, 'base64');
  const milli = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const axis = (at: number) => Float64Array.from({ length: line.n }, (_, i) => (milli[3 * i + at] as number) / 1_000);
  return {
    set,
    id: line.id,
    // SmartFallMM's wrist and hip are the same people at the same time.
    subject: `${set.split('-')[0]}/${line.subj}`,
    age: line.age,
    activity: line.act,
    fall: line.fall,
    repeats,
    rateHz: line.fs,
    x: axis(0),
    y: axis(1),
    z: axis(2),
    peakS: line.peak_t,
  };
}

export const hoursOf = ({ x, rateHz }: Recording): number => x.length / rateHz / 3_600;
