// The short forms of `npm run soak`, and proof that it finds what it looks for. What a short run can say is rough: code is
// still getting hot, so only leaks of kilobytes a second show in the real one; half an hour finds a few bytes per reading.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { copyWithDefect, type Defect } from '../crash/defect.ts';
import { picture } from './picture.ts';
import { type Check, judge, type Series, slope, type Track } from './verdict.ts';

const made: string[] = [];
const directory = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-soak-test-'));
  made.push(dir);
  return dir;
};
afterAll(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

describe('the verdict', () => {
  const noise = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 12, maxLength: 40 });
  const heap = (values: number[]): Track => ({ name: 'heap', unit: 'kB', values, bound: { rise: 500 } });

  it('is that of the second half: what is slow to get warm is flat', () => {
    const values = [...Array(15).keys()].map((n) => n * 1_000).concat(Array(15).fill(15_000));
    expect(judge([heap(values)])).toMatchObject({ met: true, checks: [{ rise: 0, level: 15_000 }] });
  });

  it('finds a rise beyond its bound under any noise below a fifth of it, and lets one below pass', () => {
    fc.assert(
      fc.property(noise, (values) => {
        const rising = (by: number) => heap(values.map((value, n) => 20_000 + value + (n * 2 * by) / values.length));
        expect(judge([rising(1_000)]).met).toBe(false);
        expect(judge([rising(250)]).met).toBe(true);
      }),
    );
  });

  it('is not moved by a few outliers', () => {
    const flat = Array<number>(30).fill(20_000).with(28, 60_000).with(29, 50_000);
    expect(judge([heap(flat)]).met).toBe(true);
    expect(slope(flat.slice(15))).toBe(0);
  });

  it('takes one descriptor that is never given back for a leak', () => {
    const fds = (values: number[]): Track => ({ name: 'fds', unit: '', values, bound: { notAbove: 'first half' } });
    expect(judge([fds([40, 41, 40, 41, 40, 41])]).met).toBe(true);
    expect(judge([fds([40, 41, 40, 41, 40, 42])]).met).toBe(false);
  });

  it('is none without a single bound', () => {
    expect(judge([{ name: 'lines', unit: '', values: [1, 2] }]).met).toBe(false);
  });
});

it('the picture shows each track, its unit and its slope', () => {
  const tracks = [{ name: 'heap <after> gc', unit: 'kB', values: [3, 5, 4, 4], bound: { rise: 1 } }];
  const svg = picture([{ title: '50 devices', step: 'day', steps: 4, tracks }]);
  expect(svg).toContain('heap &lt;after> gc, kB');
  expect(svg.match(/<polyline[^>]*points="([^"]*)"/)?.[1]?.split(' ')).toHaveLength(4);
  expect(svg).toContain('<line ');
});

interface Soaked extends Series {
  name: string;
  checks: Check[];
}

/** The command as it is typed, here or in a copy; whatever its verdict. */
async function soak(args: readonly string[], root = join(import.meta.dirname, '../..')): Promise<Soaked> {
  const json = join(directory(), 'soak.json');
  const command = ['--pdeathsig', 'KILL', '--', process.execPath, join(root, 'test/soak/run.ts'), ...args];
  const child = spawn('setpriv', [...command, '--json', json], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0 && code !== 1) throw new Error(`soak ended with ${code}: ${said}`);
  const { soaks } = readSoaks(json, said);
  return soaks[0] as Soaked;
}

function readSoaks(file: string, said: string): { soaks: Soaked[] } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`the soak wrote no figures: ${said}`, { cause });
  }
}

const named = <Of extends { name: string }>(all: readonly Of[], name: string): Of | undefined =>
  all.find((one) => one.name === name);

const HEARS = "if (expected === undefined && !isStream) home.ports.history.append({ kind: 'reading', reading });";
const keeping = (what: string): Defect => [
  'src/core/pipeline.ts',
  HEARS,
  `${HEARS} ((globalThis as unknown as { kept: unknown[] }).kept ??= []).push(${what});`,
];
const copied = (...defects: Defect[]) => copyWithDefect(directory(), defects, ['src', 'drivers', 'test']);

describe('simulated', () => {
  const hours = ['simulated', '--hours', '16', '--step-hours', '1'];

  it('hours of fifty devices leave the heap as it was', async () => {
    const { checks, tracks } = await soak(hours);
    expect(named(checks, 'heap after collection')).toMatchObject({ met: true });
    expect(named(tracks, 'CPU time')?.values).toHaveLength(16);
  });

  it('a build that keeps each reading is found', async () => {
    const { checks } = await soak(hours, copied(keeping('{ ...reading, at: { ...reading.at } }')));
    expect(named(checks, 'heap after collection')).toMatchObject({ met: false });
  });
});

// Side by side: each is a gateway that is waited for.
describe.concurrent('real', () => {
  const seconds = ['real', '--minutes', '0.15', '--step-seconds', '1', '--presses', '1', '--rise-kb', '8000'];

  it('seconds at 500 readings/s leave heap and descriptors as they were, and every press arrives', async ({
    expect,
  }) => {
    const { checks, tracks } = await soak(seconds);
    expect(named(checks, 'heaps after collection')).toMatchObject({ met: true });
    expect(named(checks, 'descriptors')).toMatchObject({ met: true });
    for (const name of ['press to siren', 'press to hands', 'resident memory'])
      expect(named(tracks, name)?.values.every((value) => value > 0)).toBe(true);
  });

  it('a build that keeps each reading and now and then a descriptor is found', async ({ expect }) => {
    const leak = `[Array(1_000).fill(reading), reading.seq % 50 === 0 && process.getBuiltinModule('node:fs').openSync('/dev/null', 'r')]`;
    const { checks } = await soak(seconds, copied(keeping(leak)));
    expect(named(checks, 'heaps after collection')).toMatchObject({ met: false });
    expect(named(checks, 'descriptors')).toMatchObject({ met: false });
  });
});
