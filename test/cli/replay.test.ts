// `hearthward replay` from outside: what is the same twice, what a fork and a power cut leave, what is refused.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { command, hearthward, inFolder, ndjson, readNdjson, TRACE } from './cli.ts';

const START = 1_790_000_000_000;
const at = (seconds: number) => START + seconds * 1_000;

const help = { declare: { id: 'help-1', kind: 'help-button', room: 'bedroom' } };
const gas = { declare: { id: 'gas-1', kind: 'gas', room: 'kitchen' } };
const press = (seconds: number) => ({ t: at(seconds), device: 'help-1', quantity: 'button', value: 'press' });
const level = (seconds: number, value: number) => ({ t: at(seconds), device: 'gas-1', quantity: 'gas', value });

/** A day with everything in it. */
const day: object[] = [
  { run: 'day' },
  help,
  gas,
  { t: at(0) },
  press(1),
  { t: at(5), say: 'acknowledge', by: { name: 'Li', role: 'operator' } },
  level(10, 14),
  { t: at(11), device: 'gas-1', quantity: 'gasAlarm', value: true },
  { t: at(12), say: 'hush' },
  press(20),
  { t: at(30), link: 'down', device: 'gas-1' },
  { t: at(40), link: 'up', device: 'gas-1' },
  { t: at(50), gateway: 'off' },
  { t: at(80), gateway: 'on' },
  level(90, 2),
  { t: at(100), say: 'resolve', hazard: 'gas', note: 'ring left open' },
  press(3_600),
];

const replay = async (lines: readonly object[], ...args: string[]) =>
  hearthward(['replay', ...args], { input: ndjson(lines) });
const output = async (lines: readonly object[], ...args: string[]) => {
  const { code, stdout, stderr } = await replay(lines, ...args);
  if (code !== 0 || stderr !== '') throw new Error(`exit ${code}: ${stderr}`);
  return readNdjson(stdout);
};

describe.concurrent('the same again', () => {
  it('gives the same bytes for the same bytes, and other ids for another seed', async ({ expect }) => {
    const [once, twice, seven] = await Promise.all([replay(day), replay(day), replay(day, '--seed', '7')]);
    expect(once).toMatchObject({ code: 0, stderr: '' });
    expect(readNdjson(once.stdout).length).toBeGreaterThan(8);
    expect(twice.stdout).toBe(once.stdout);
    expect(seven.stdout).toBe(once.stdout.replaceAll('"id":"1-', '"id":"7-'));
    expect(seven.stdout).not.toBe(once.stdout);
  });

  it('goes on after a fork as if nothing had been asked', async ({ expect }) => {
    const forked = day.flatMap((line) =>
      't' in line ? [line, { t: line.t, whatIf: 'silence', forMs: 86_400_000 }] : [line],
    );
    const lines = await output(forked);
    expect(lines.filter((line) => line.whatIf === undefined)).toEqual(await output(day));
  });

  it('does not care about a step of the wall clock', async ({ expect }) => {
    const stepped = day.flatMap((line) =>
      't' in line ? [line, { t: line.t, clock: { stepMs: -86_400_000 } }] : [line],
    );
    expect(await output(stepped)).toEqual(await output(day));
  });

  it('knows nothing of an earlier run', async ({ expect }) => {
    const second = day.map((line) => ('run' in line ? { run: 'second' } : line));
    const lines = await output([...day, ...second]);
    const own = await output(second);
    expect(lines.filter(({ run }) => run === 'second')).toEqual(own);
  });

  it('takes the devices of a config, and its limits', async ({ expect }) => {
    await inFolder(async (folder) => {
      const file = join(folder, 'gateway.yaml');
      const sensor = { id: 'gas-1', driver: 'winsen-gas', kind: 'gas', port: '/dev/serial0', model: 'zc-lel' };
      const config = { home: { timezone: 'Asia/Shanghai', language: 'en' }, devices: [sensor] };
      writeFileSync(file, JSON.stringify({ ...config, detectors: { gas: { earlyAt: 20, clearAt: 10 } } }));
      // A quarter of an hour without a word is no fault: the input does not say that the link was lost.
      const lines = await output([level(0, 14), level(900, 21)], '--config', file);
      expect(lines).toMatchObject([{ t: at(900), because: [{ limit: 20 }] }]);
    });
  });
});

describe.concurrent('power off and on', () => {
  it('keeps what is open and hears nothing in between', async ({ expect }) => {
    const lines = await output([
      help,
      press(0),
      { t: at(10), gateway: 'off' },
      press(20),
      { t: at(30), say: 'acknowledge' },
      { t: at(60), gateway: 'on' },
      press(70),
    ]);
    expect(lines.map(({ t, id, state, count }) => [t, id, state, count])).toEqual([
      [at(0), '1-000001', 'raised', 1],
      [at(70), '1-000001', 'raised', 2],
    ]);
  });

  it('refuses to be switched on twice', async ({ expect }) => {
    const { code, stderr } = await replay([{ t: at(0) }, { t: at(1), gateway: 'on' }]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'hearthward replay: line 2: gateway: it is on already\n' });
  });
});

describe.concurrent('lines that cannot be used', () => {
  const refusals: [line: string, why: string][] = [
    ['nonsense', 'not JSON'],
    ['[1]', 'expected one JSON object'],
    ['{}', 'expected one of run, declare'],
    [`{"t":${at(1)},"device":"help-1","quantity":"button"}`, 'value: '],
    [`{"t":${at(1)},"device":"help-1","quantity":"mood","value":1}`, 'quantity: is not a known quantity'],
    [`{"t":${at(1)},"device":"help-1","quantity":"gas","value":101}`, 'gas: expected a number from 0 to 100'],
    [
      `{"t":${at(1)},"device":"help-2","quantity":"button","value":"press"}`,
      '"help-2" is neither in the config nor declared',
    ],
    [`{"t":${at(-1)}}`, 'of an earlier line'],
    [`{"t":1.5}`, 't: '],
    [`{"t":${at(1)},"say":"sing"}`, 'say: '],
    [`{"t":${at(1)},"link":"down"}`, 'expected either "device" or "transport"'],
    [`{"t":${at(1)},"colour":"red"}`, 'colour'],
  ];
  for (const [line, why] of refusals) {
    it(`${line}: the number and the reason, what came before it, exit 1`, async ({ expect }) => {
      const input = `${ndjson([help, press(0)])}\n${line}\n${ndjson([press(5)])}`;
      const { code, stdout, stderr } = await hearthward(['replay'], { input });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^hearthward replay: line 4: .+\n$/);
      expect(stderr).toContain(why);
      expect(stderr).not.toMatch(TRACE);
      expect(readNdjson(stdout)).toMatchObject([{ t: at(0), count: 1 }]);
    });
  }

  it('are skipped and counted with --lenient', async ({ expect }) => {
    const input = [...refusals.map(([line]) => `${line}\n`)].reduce(
      (text, line, index) => text + line + (index % 2 ? ndjson([press(10 + index)]) : ''),
      ndjson([help, press(0)]),
    );
    const { code, stdout, stderr } = await hearthward(['replay', '--lenient'], { input });
    expect(code).toBe(0);
    expect(stderr).toBe(
      `hearthward replay: skipped, because they could not be used: ${refusals.length} of ${refusals.length + 8} lines\n`,
    );
    expect(readNdjson(stdout).map(({ count }) => count)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('a reader who leaves', () => {
  it('ends it quietly', async ({ expect }) => {
    await inFolder(async (folder) => {
      const file = join(folder, 'presses.ndjson');
      // Some megabytes of answers: far more than a pipe holds.
      writeFileSync(file, ndjson([help, ...Array.from({ length: 5_000 }, (_, index) => press(index))]));
      const script = 'file=$0; "$@" replay < "$file" | head -n 1; echo "$PIPESTATUS" >&2';
      const { stdout, stderr } = spawnSync('bash', ['-c', script, file, ...command], { encoding: 'utf8' });
      expect(readNdjson(stdout)).toMatchObject([{ t: at(0), count: 1 }]);
      expect(stderr).toBe('0\n');
    });
  });
});
