// An alert that asks first: a fall is pending until somebody answers, or nobody does.

import { describe, expect, it } from 'vitest';
import { SECOND } from '#contract/time.ts';
import { falling, standing, told } from '#fakes/motion.ts';
import { defaultRules, replayAllBy } from '#fakes/replay.ts';
import type { OutputLine } from '#src/replay/replay.ts';

const replay = (lines: object[], detectorOptions = {}): Promise<OutputLine[]> =>
  replayAllBy(defaultRules('UTC', detectorOptions), lines);

const T = 1_790_000_000_000;
const belt = { declare: { id: 'belt-1', kind: 'wearable', placement: 'waist', room: 'hall' } };
const samplesFrom = (t: number, { rateHz, xyz }: ReturnType<typeof told>) => ({
  t,
  device: 'belt-1',
  quantity: 'acceleration',
  rateHz,
  samples: xyz,
});
/** Falls 8 s after `t`, and lies there as long as the batch lasts. */
const fallAt = (t: number, seconds = 12) => samplesFrom(t, told(falling(8), { seconds }));
const said = (out: OutputLine[]) =>
  out.filter(({ type }) => type === 'alert').map(({ t, id, hazard, state }) => [(t as number) - T, id, hazard, state]);
const DECIDED = 10_420;

describe('a fall', () => {
  it('is pending when it is found, and raised when nobody answers within 20 s', async () => {
    const out = await replay([belt, fallAt(T), { t: T + 60 * SECOND }]);
    expect(said(out)).toEqual([
      [DECIDED, '1-000001', 'fall', 'pending'],
      [DECIDED + 20 * SECOND, '1-000001', 'fall', 'raised'],
    ]);
  });

  it('waits as long as the config says', async () => {
    const out = await replay([belt, fallAt(T), { t: T + 60 * SECOND }], { fall: { cancelSeconds: 45 } });
    expect(said(out).at(-1)).toEqual([DECIDED + 45 * SECOND, '1-000001', 'fall', 'raised']);
  });

  it('stays pending when the input ends before the time is over', async () => {
    expect(said(await replay([belt, fallAt(T), { t: T + 30 * SECOND }])).map(([, , , state]) => state)).toEqual([
      'pending',
    ]);
  });

  it('is cancelled by a word, which is told, and is not raised later', async () => {
    const out = await replay([belt, fallAt(T), { t: T + 25 * SECOND, say: 'cancel' }, { t: T + 90 * SECOND }]);
    expect(said(out).map(([t, , , state]) => [t, state])).toEqual([
      [DECIDED, 'pending'],
      [25 * SECOND, 'cancelled'],
    ]);
  });

  it('is cancelled by the wearable’s own key held down, which then calls nobody', async () => {
    const hold = { t: T + 20 * SECOND, device: 'belt-1', quantity: 'button', value: 'hold' };
    const out = await replay([belt, fallAt(T), hold, { t: T + 90 * SECOND }]);
    expect(said(out).map(([, , hazard, state]) => [hazard, state])).toEqual([
      ['fall', 'pending'],
      ['fall', 'cancelled'],
    ]);
  });

  it('noticed by two bands of one person is answered by the key of either; another’s band answers for nobody', async () => {
    const worn = (wearer: string) => ({ declare: { ...belt.declare, id: 'belt-2', wearer } });
    const own = { declare: { ...belt.declare, wearer: 'wang' } };
    const falls = [fallAt(T), { ...fallAt(T), device: 'belt-2' }];
    const hold = { t: T + 20 * SECOND, device: 'belt-2', quantity: 'button', value: 'hold' };
    const ends = async (...declared: object[]) =>
      said(await replay([...declared, ...falls, hold, { t: T + 90 * SECOND }])).map(([, id, , state]) => [id, state]);
    expect((await ends(own, worn('wang'))).slice(2)).toEqual([
      ['1-000001', 'cancelled'],
      ['1-000002', 'cancelled'],
    ]);
    expect((await ends(own, worn('li'))).slice(2)).toEqual([
      ['1-000002', 'cancelled'],
      ['1-000001', 'raised'],
    ]);
  });

  it('is not cancelled by a help button: its press sends at once, its hold cancels nothing', async () => {
    const pendant = { declare: { id: 'help-1', kind: 'help-button' } };
    const key = (seconds: number, value: string) => ({
      t: T + seconds * SECOND,
      device: 'help-1',
      quantity: 'button',
      value,
    });
    const out = await replay([belt, pendant, fallAt(T), key(14, 'press'), key(19, 'hold'), { t: T + 60 * SECOND }]);
    expect(said(out).map(([t, , hazard, state]) => [t, hazard, state])).toEqual([
      [DECIDED, 'fall', 'pending'],
      [14 * SECOND, 'help', 'raised'],
      [DECIDED + 20 * SECOND, 'fall', 'raised'],
    ]);
  });

  it('of a wearable whose key is held with nothing pending is a call for help', async () => {
    const out = await replay([belt, { t: T, device: 'belt-1', quantity: 'button', value: 'hold' }]);
    expect(said(out)).toEqual([[0, '1-000001', 'help', 'raised']]);
  });

  it('is a new alert while an earlier one is open', async () => {
    const out = await replay([belt, fallAt(T), fallAt(T + 60 * SECOND), { t: T + 120 * SECOND }]);
    expect(said(out).map(([, id, , state]) => [id, state])).toEqual([
      ['1-000001', 'pending'],
      ['1-000001', 'raised'],
      ['1-000002', 'pending'],
      ['1-000002', 'raised'],
    ]);
  });

  it('is decided by the clock where the stream stops, and left undecided where the input does', async () => {
    const stopped = fallAt(T, 8.6);
    expect(said(await replay([belt, stopped, { t: T + 10_000 }]))).toEqual([]);
    expect(said(await replay([belt, stopped, { t: T + 12_000 }]))).toEqual([[10_470, '1-000001', 'fall', 'pending']]);
  });

  it('found pending at a restart is raised', async () => {
    const out = await replay([
      belt,
      fallAt(T),
      { t: T + 15 * SECOND, gateway: 'off' },
      { t: T + 18 * SECOND, gateway: 'on' },
    ]);
    expect(said(out).map(([t, , , state]) => [t, state])).toEqual([
      [DECIDED, 'pending'],
      [18 * SECOND, 'raised'],
    ]);
  });

  it('after which nothing moves is graver, in words too', async () => {
    const out = await replay([belt, fallAt(T, 40), { t: T + 41 * SECOND }]);
    expect(out.map(({ state, severity }) => [state, severity])).toEqual([
      ['pending', 'alarm'],
      ['pending', 'critical'],
      ['raised', 'critical'],
    ]);
    expect(out[2]?.text).toEqual({
      en: expect.stringMatching(/^Fall, hall: an impact of [\d.]+ g; .*no movement of the wearer 17 s after it\.$/),
      'zh-CN': expect.stringMatching(/^跌倒报警，hall：撞击[\d.]+g；.*跌倒17秒后佩戴者仍无动作。$/),
    });
  });

  it('after which nobody moves in the rooms is graver, unless somebody does', async () => {
    const sensor = { declare: { id: 'pir-1', kind: 'motion', room: 'hall' } };
    const motion = (t: number, value: boolean) => ({ t, device: 'pir-1', quantity: 'motion', value });
    const before = [belt, sensor, motion(T, true), motion(T + 4 * SECOND, false), fallAt(T)];
    const end = { t: T + 200 * SECOND };
    const quiet = await replay([...before, end].toSorted((a, b) => timeOf(a) - timeOf(b)));
    expect(quiet.at(-1)).toMatchObject({ t: T + DECIDED + 120 * SECOND, severity: 'critical' });
    const seen = await replay(
      [...before, motion(T + 60 * SECOND, true), end].toSorted((a, b) => timeOf(a) - timeOf(b)),
    );
    expect(seen.filter(({ type }) => type === 'alert').every(({ severity }) => severity === 'alarm')).toBe(true);
  });

  it('after which the heart races is graver', async () => {
    const heart = (seconds: number, value: number) => ({
      t: T + seconds * SECOND,
      device: 'belt-1',
      quantity: 'heartRate',
      value,
    });
    const lines = [belt, heart(0, 72), heart(3, 74), fallAt(T), heart(15, 118), { t: T + 60 * SECOND }];
    const out = await replay(lines.toSorted((a, b) => timeOf(a) - timeOf(b)));
    expect(out.find(({ severity }) => severity === 'critical')?.because).toContainEqual(
      expect.objectContaining({ fact: 'heart-rate', rate: 118 }),
    );
  });
});

describe('a batch in a replay', () => {
  it('gives each sample at its own instant, merged with the other lines by time', async () => {
    const pendant = { declare: { id: 'help-1', kind: 'help-button' } };
    const press = (ms: number) => ({ t: T + ms, device: 'help-1', quantity: 'button', value: 'press' });
    const out = await replay([belt, pendant, fallAt(T, 12), press(10_410), press(10_430), { t: T + 11_000 }]);
    expect(said(out)).toEqual([
      [10_410, '1-000001', 'help', 'raised'],
      [DECIDED, '1-000002', 'fall', 'pending'],
      [10_430, '1-000001', 'help', 'raised'],
    ]);
  });

  it('gives the same however the lines are cut', async () => {
    const whole = told(falling(8), { seconds: 12 });
    const pieces = Array.from({ length: 12 }, (_, second) =>
      samplesFrom(T + second * SECOND, { ...whole, xyz: whole.xyz.slice(second * 50, second * 50 + 50) }),
    );
    const end = { t: T + 60 * SECOND };
    expect(await replay([belt, ...pieces, end])).toEqual(await replay([belt, fallAt(T, 12), end]));
  });

  it('is heard to its end though no line follows', async () => {
    expect(said(await replay([belt, fallAt(T, 12)]))).toEqual([[DECIDED, '1-000001', 'fall', 'pending']]);
  });

  it('of two devices at once is heard side by side', async () => {
    const second = { declare: { id: 'phone-1', kind: 'wearable', placement: 'hip' } };
    const other = { ...samplesFrom(T, told(standing, { seconds: 12, rateHz: 32 })), device: 'phone-1' };
    expect(said(await replay([belt, second, other, fallAt(T)]))).toEqual([[DECIDED, '1-000001', 'fall', 'pending']]);
  });
});

const timeOf = (line: object): number => ('t' in line ? (line.t as number) : 0);
