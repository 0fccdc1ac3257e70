// The wall clock is set back a day while the gateway runs.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runVerb } from '#fakes/verb.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { watchWallClock } from '#src/service/clock-watch.ts';
import { type House, house } from './house.ts';

const DAY = 86_400_000;
const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

let home: House | undefined;
beforeEach(() => {
  home = undefined;
});
afterEach(() => home?.close());

it('names the step, keeps the open alert and all durations, and tells the whole story to a replay', async () => {
  home = await house();
  const control = join(home.dir, 'faketime');
  const setClock = (offset: string) => writeFileSync(control, `${offset}\n`);
  setClock('+0');
  const gateway = await home.start({
    env: {
      LD_PRELOAD: 'libfaketimeMT.so.1',
      LD_LIBRARY_PATH: '/usr/lib/x86_64-linux-gnu/faketime:/usr/lib/aarch64-linux-gnu/faketime',
      FAKETIME_TIMESTAMP_FILE: control,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
  });
  const { platform } = home;
  // A leak and a call before the step: the siren sounds for five minutes, whatever the clock says.
  home.chip.set('GAS', false);
  await gateway.waitFor({ event: 'received' });
  home.press();
  const { alertId } = await gateway.waitFor({ event: 'alert', hazard: 'help' });
  await gateway.waitFor({ event: 'received', alertId });

  setClock('-86400');
  const stepped = await home.fault('clock-stepped', true);
  expect(stepped.context).toEqual({ stepSeconds: -86_400 });
  expect(stepped.time).toBeLessThan(Date.now() - DAY + 60_000);
  await platform.waitFor({ kind: 'fault', code: 'clock-stepped', active: true });

  // The same alert is open still, and is counted up, not begun anew.
  await home.pressAgain();
  const again = await gateway.waitFor({ event: 'alert', alertId, count: 2 });
  await gateway.waitFor({ event: 'received', alertId, rev: again.rev });
  // Nothing that waits for a duration went off: no receipt counts as overdue, the siren sounds on.
  expect(gateway.count({ event: 'cue', stage: 'still-trying' })).toBe(0);
  expect(home.switched.filter(({ line }) => line === 'SIREN').at(-1)).toMatchObject({ on: true });
  const shown = (await platform.alerts()).find(({ data }) => data.alertId === alertId);
  expect(shown?.data.calledAt.mono).toBeGreaterThan(shown?.data.raisedAt.mono ?? Number.NaN);
  expect(Date.parse(shown?.data.calledAt.wall ?? '')).toBeLessThan(Date.parse(shown?.data.raisedAt.wall ?? ''));

  await gateway.stop();
  const exported = await runVerb(['export', '--replay', '--data', gateway.dataDir]);
  const lines = linesOf(exported.stdout);
  const times = lines.flatMap(({ t }) => (t === undefined ? [] : [t as number]));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const steps = lines.flatMap(({ clock }) => (clock === undefined ? [] : [Math.round(clock.stepMs / 1_000)]));
  expect(steps).toEqual([-86_400]);
  const replayed = await runVerb(['replay', '--config', gateway.configFile], { stdin: exported.stdout });
  const core = ({ hazard, state, severity, count }: Record<string, unknown>) => ({ hazard, state, severity, count });
  const live = gateway.events.filter(({ event }) => event === 'alert').map(core);
  expect(live).toHaveLength(3);
  expect(
    linesOf(replayed.stdout)
      .filter(({ type }) => type === 'alert')
      .map(core),
  ).toEqual(live);
});

it('tells of a step until a minute after the last one, and counts that minute on the other clock', () => {
  const clock = virtualClock({ mono: 0, wall: Date.parse('2026-11-03T02:21:00Z'), bootId: 'b' });
  const told: [active: boolean, mono: number][] = [];
  const steps: number[] = [];
  const stop = watchWallClock(clock, {
    fault: (code, active) => void (code === 'clock-stepped' && told.push([active, clock.now().mono])),
    stepped: (ms) => void steps.push(ms),
  });
  clock.advanceTo(10_000);
  clock.stepWall(-DAY);
  clock.advanceTo(30_500);
  clock.stepWall(DAY);
  clock.advanceTo(200_000);
  stop();
  expect(steps).toEqual([-DAY, DAY]);
  expect(told).toEqual([
    [true, 11_000],
    [true, 31_000],
    [false, 91_000],
  ]);
});
