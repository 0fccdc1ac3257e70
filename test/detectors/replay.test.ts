// The new hazards and sensor faults through the whole pipeline, as scripted histories: what must be told, and what not.

import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import { watchedHome } from '#fakes/home.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import { detectors } from '#src/detectors/index.ts';
import type { OutputLine } from '#src/replay/replay.ts';
import { memoryJournal } from '#src/store/memory.ts';

const declare = (id: string, kind: string) => ({ declare: { id, kind, room: 'kitchen' } });
const says = (
  device: string,
  quantity: string,
  from: number,
  to: number,
  everyMs: number,
  value: (t: number) => unknown,
) =>
  Array.from({ length: Math.floor((to - from) / everyMs) + 1 }, (_, index) => {
    const t = from + index * everyMs;
    return { t, device, quantity, value: value(t) };
  });
const alerts = (lines: OutputLine[]) =>
  lines
    .filter(({ type }) => type === 'alert')
    .map(({ t, hazard, severity, state, conditionPresent }) => [t, hazard, severity, state, conditionPresent]);
const faults = (lines: OutputLine[]) =>
  lines.filter(({ type }) => type === 'fault').map(({ t, code, subject, active }) => [t, code, subject, active]);

describe('carbon monoxide, replayed', () => {
  const co = declare('co-1', 'co');
  const air = (from: number, to: number, ppm: number) => says('co-1', 'co', from, to, 10 * SECOND, () => ppm);

  it('warns by dose, and beside the alarm of a certified detector as an alert of its own', async () => {
    const out = await replay(
      co,
      ...air(0, 20 * MINUTE, 100),
      { t: 20 * MINUTE, device: 'co-1', quantity: 'coAlarm', value: true },
      ...air(20 * MINUTE + SECOND, 25 * MINUTE, 100),
      ...air(26 * MINUTE, 37 * MINUTE, 5),
    );
    expect(alerts(out)).toEqual([
      [20 * MINUTE, 'co', 'alarm', 'raised', true],
      [22 * MINUTE, 'co', 'early', 'raised', true],
      [36 * MINUTE, 'co', 'early', 'raised', false],
    ]);
    expect(out[1]?.text).toEqual({
      en: 'Carbon monoxide early warning, kitchen: the level is 100 ppm, and was above 30 ppm for 22 min.',
      'zh-CN': '一氧化碳预警，kitchen：浓度100ppm，超过30ppm已累计22分钟。',
    });
  });

  it('is silent about a smoking pan: 60 ppm for half an hour', async () => {
    expect(alerts(await replay(co, ...air(0, 30 * MINUTE, 60), ...air(31 * MINUTE, 10 * HOUR, 3)))).toEqual([]);
  });

  it('goes on with the dose when the gateway was off in the middle, though nothing was raised before', async () => {
    const on = 60 * MINUTE;
    const out = await replay(
      co,
      ...air(0, 40 * MINUTE, 50),
      { t: 40 * MINUTE + 1, gateway: 'off' },
      { t: on, gateway: 'on' },
      ...air(on, on + HOUR, 50),
    );
    const [first] = alerts(out);
    const minutes = (Number(first?.[0]) - on) / MINUTE;
    // 32 minutes were left. A power cut may cost a tenth of the dose, which is 7 minutes at this level.
    expect(minutes).toBeGreaterThanOrEqual(31.9);
    expect(minutes).toBeLessThanOrEqual(40);
  });

  it('says in a fork what the level that stands would lead to', async () => {
    const out = await replay(co, ...air(0, SECOND, 300), { t: 2 * SECOND, whatIf: 'silence', forMs: HOUR });
    // EN 50291-1: 300 ppm within 3 minutes.
    expect(out).toMatchObject([
      { whatIf: 2 * SECOND, t: 105 * SECOND, hazard: 'co', severity: 'early' },
      { whatIf: 2 * SECOND, t: 184_100, hazard: 'co', severity: 'critical', count: 2 },
    ]);
  });

  it('writes a rising dose to the card a few times, and no clean air ever', async () => {
    // What is learned of a home's habits is written each hour, whatever the air is.
    const others = detectors.filter(({ checkpoint }) => checkpoint !== 'hourly');
    const home = watchedHome({ devices: [{ id: 'co-1', kind: 'co', room: 'hall' }], rules: { detectors: others } });
    const commits = home.commits.length;
    for (let sample = 0; sample < 1_000; sample++) {
      await home.hear('co-1', 'co', sample % 3);
      await home.pass(10 * SECOND);
    }
    expect(home.commits.length).toBe(commits);
    for (let sample = 0; sample < 6 * 60; sample++) {
      await home.hear('co-1', 'co', 50);
      await home.pass(10 * SECOND);
    }
    expect(home.pipeline.openAlerts()).toEqual([]);
    expect(home.commits.length - commits).toBe(8);
    const { journal, restored } = memoryJournal();
    for (const change of home.commits) await journal.commit(change);
    expect(restored().checkpoints.co).toMatchObject({ 'co-1': { climb: [] } });
  });
});

describe('heat, replayed', () => {
  const thermometer = declare('temp-1', 'temperature');
  it('warns of a room that burns, not of one that the sun warms', async () => {
    const fire = says('temp-1', 'temperature', 0, 5 * MINUTE, 5 * SECOND, (t) => Math.min(80, 22 + (15 * t) / MINUTE));
    expect(alerts(await replay(thermometer, ...fire))).toEqual([
      [expect.any(Number), 'heat', 'early', 'raised', true],
      [175 * SECOND, 'heat', 'alarm', 'raised', true],
    ]);
    const sun = says('temp-1', 'temperature', 0, 6 * HOUR, MINUTE, (t) => 22 + (30 * t) / (6 * HOUR));
    expect(alerts(await replay(thermometer, ...sun))).toEqual([]);
  });
});

describe('a water leak, replayed', () => {
  const leak = (t: number, value: boolean, quality = 'good') => ({
    t,
    device: 'leak-1',
    quantity: 'waterLeak',
    value,
    quality,
  });
  it('is born raised, cannot be cancelled, and stays open when the floor is dry again', async () => {
    const out = await replay(
      declare('leak-1', 'water-leak'),
      leak(0, false),
      leak(1, true),
      { t: 2, say: 'cancel' },
      leak(3, false),
      { t: 4, say: 'resolve', note: 'the tap' },
    );
    expect(alerts(out)).toEqual([
      [1, 'water-leak', 'alarm', 'raised', true],
      [3, 'water-leak', 'alarm', 'raised', false],
      [4, 'water-leak', 'alarm', 'resolved', false],
    ]);
    expect(out[0]?.text).toMatchObject({ en: 'Water leak, kitchen: the sensor found water.' });
  });

  it('is not found by a sensor that says its value is bad, or that is dry', async () => {
    expect(alerts(await replay(declare('leak-1', 'water-leak'), leak(1, true, 'bad'), leak(2, false)))).toEqual([]);
  });
});

describe('sensors that may see nothing', () => {
  const gas = declare('gas-1', 'gas');
  const level = (to: number, value: (t: number) => number) => says('gas-1', 'gas', 0, to, 5 * MINUTE, value);

  it('are faults once a level stood still for a day, and none a moment before or with any noise', async () => {
    const stuck = await replay(gas, ...level(26 * HOUR, () => 1.7), {
      t: 27 * HOUR,
      device: 'gas-1',
      quantity: 'gas',
      value: 1.8,
    });
    expect(faults(stuck)).toEqual([
      [24 * HOUR, 'sensor-stuck', 'device:gas-1', true],
      [27 * HOUR, 'sensor-stuck', 'device:gas-1', false],
    ]);
    expect(faults(await replay(gas, ...level(24 * HOUR - 1, () => 1.7)))).toEqual([]);
    expect(faults(await replay(gas, ...level(72 * HOUR, (t) => (t % (18 * HOUR) === 0 ? 1.8 : 1.7))))).toEqual([]);
  });

  it('are still that after the gateway was off, until they say something else', async () => {
    const out = await replay(
      gas,
      ...level(25 * HOUR, () => 1.7),
      { t: 26 * HOUR, gateway: 'off' },
      { t: 27 * HOUR, gateway: 'on' },
      { t: 28 * HOUR, device: 'gas-1', quantity: 'gas', value: 1.7 },
      { t: 29 * HOUR, device: 'gas-1', quantity: 'gas', value: 1.8 },
    );
    expect(faults(out)).toEqual([
      [24 * HOUR, 'sensor-stuck', 'device:gas-1', true],
      [29 * HOUR, 'sensor-stuck', 'device:gas-1', false],
    ]);
  });

  it('are never contacts: a certified detector says "no alarm" for years', async () => {
    const quiet = says('gas-1', 'gasAlarm', 0, 100 * HOUR, HOUR, () => false);
    expect(faults(await replay(gas, ...quiet))).toEqual([]);
  });

  it('are told as worn out when their driver says so, in both languages, and the fault goes with the sensor', async () => {
    const home = watchedHome();
    home.pipeline.fault('sensor-end-of-life', 'device:gas-1', true, { years: 5 });
    await home.pass();
    expect(home.faults()).toEqual(['sensor-end-of-life@device:gas-1']);
    const entry = home.offers.find(({ kind }) => kind === 'fault');
    expect(JSON.parse(entry?.body ?? '{}').data).toMatchObject({
      code: 'sensor-end-of-life',
      text: { en: expect.stringContaining('service life'), 'zh-CN': expect.stringContaining('寿命') },
      context: { years: 5 },
    });
    home.pipeline.remove('gas-1');
    await home.pass();
    expect(home.faults()).toEqual([]);
  });
});
