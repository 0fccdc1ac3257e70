// A day in one minute: what the live gateway heard and was told, exported and replayed, gives the alerts that it raised.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Event, runVerb } from '#fakes/verb.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { type SimulatedWinsen, simulatedWinsen } from '#src/sim/winsen.ts';
import { type House, house } from './house.ts';

let home: House;
let sensor: SimulatedWinsen;
beforeEach(async () => {
  home = await house();
  sensor = simulatedWinsen({ clock: systemClock() });
});
afterEach(async () => {
  await home.close();
  await sensor.close();
});

/** All of an alert's change but its id. */
const core = ({ hazard, subject, severity, state, conditionPresent, count }: Record<string, unknown>) => ({
  hazard,
  subject,
  severity,
  state,
  conditionPresent,
  count,
});

it('replays presses, gas, commands, a kill and a lost link to the same alerts, and to the same bytes twice', async () => {
  const { path } = await sensor.listen();
  const gasLevel = { id: 'gas-level', driver: 'winsen-gas', kind: 'gas', room: 'kitchen', port: path };
  const devices = [...Object.values(home.devices), { ...gasLevel, model: 'zc-lel', warmupSeconds: 1 }];
  const { platform } = home;
  const first = await home.start({ devices });
  const live: Event[] = [];
  /** Acts as the platform's operator, and waits for the gateway to have done so. */
  const act = async (
    alertId: unknown,
    ...what: Parameters<typeof platform.act> extends [string, ...infer What] ? What : never
  ) => {
    const known = home.gateway.events.length;
    expect(await platform.act(String(alertId), ...what)).toBe(202);
    await home.gateway.waitFor({ event: 'command', act: what[0], alertId }, { after: known });
  };
  const alert = (fits: Record<string, unknown>, after = 0) =>
    home.gateway.waitFor({ event: 'alert', ...fits }, { after: after });
  /** Until so many resolutions are on the disk: a kill takes what is not, and the platform may know of one sooner. */
  const resolutionsKept = (count: number) =>
    until(async () => {
      const { stdout } = await runVerb(['export', '--replay', '--data', home.gateway.dataDir]);
      expect(stdout.match(/"say":"resolve"/g)).toHaveLength(count);
      expect(stdout).toContain('"outcome":"genuine"');
    });
  const received = ({ alertId, rev }: Event) => platform.waitFor({ kind: 'receipt', eventId: `${alertId}.${rev}` });

  // A call, counted up, acknowledged; after that a press is a call of its own.
  const help = await home.called();
  await home.pressAgain();
  await received(await alert({ alertId: help, count: 2 }));
  await act(help, 'acknowledge');
  await home.pressAgain();
  const second = await alert({ hazard: 'help', state: 'raised', count: 1 }, first.events.length);
  await received(second);
  await home.release();
  await act(help, 'resolve', 'slipped, not hurt', 'genuine');

  // Gas: the early warning of the level, the alarm of the certified bit, hushed; both conditions go.
  await home.fault('sensor-warming-up', false);
  sensor.setGas(12);
  const early = await alert({ hazard: 'gas', severity: 'early' });
  home.chip.set('GAS', false);
  const closed = await alert({ hazard: 'gas', severity: 'alarm' });
  await received(early);
  await received(closed);
  // The detector's contact is as it was: resolved, the alarm comes again at once.
  const known = home.gateway.events.length;
  await act(closed.alertId, 'resolve', 'not looked at yet');
  const alarm = await alert({ hazard: 'gas', severity: 'alarm', state: 'raised' }, known);
  expect([alarm.alertId === closed.alertId, JSON.stringify(alarm.text)]).toEqual([
    false,
    expect.stringContaining('still present after'),
  ]);
  await received(alarm);
  await act(alarm.alertId, 'hush');
  sensor.setGas(0);
  await alert({ alertId: early.alertId, conditionPresent: false });
  await act(early.alertId, 'acknowledge');
  await act(early.alertId, 'resolve', 'pan boiled over');

  // Killed with a call and an alarm open; the gas is gone when it is back, and the line to the sensor drops.
  await received(await alert({ alertId: early.alertId, state: 'resolved' }));
  await resolutionsKept(3);
  await first.kill();
  live.push(...first.events);
  home.chip.set('GAS', true);
  const next = await home.start({ devices });
  home.press();
  await received(await alert({ alertId: second.alertId, count: 2 }));
  await home.release();
  sensor.powerCycle();
  await home.fault('serial-port-lost', true);
  await home.fault('serial-port-lost', false);
  sensor.setGas(40);
  const again = await alert({ hazard: 'gas', severity: 'critical', state: 'raised' });
  await received(again);
  await act(alarm.alertId, 'acknowledge');
  await act(alarm.alertId, 'resolve', 'valve closed');
  await act(second.alertId, 'acknowledge');
  await next.stop();
  live.push(...next.events);

  const exported = await runVerb(['export', '--replay', '--data', next.dataDir]);
  expect(exported).toMatchObject({ code: 0, stderr: '' });
  const replay = () => runVerb(['replay', '--config', next.configFile], { stdin: exported.stdout });
  const [once, twice] = [await replay(), await replay()];
  expect(once).toMatchObject({ code: 0, stderr: '' });
  expect(twice.stdout).toBe(once.stdout);

  const replayed = once.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'alert');
  const raised = live.filter(({ event }) => event === 'alert');
  expect(replayed.map(core)).toEqual(raised.map(core));

  // The instants, by the clock that does not step; what the platform stored tells the live ones. Not every rev is sent.
  const stored = new Map(
    (await platform.stored()).map(({ eventId, message }) => [eventId, message.data.changedAt.mono]),
  );
  const instants = raised.map(({ alertId, rev }) => stored.get(`${alertId}.${rev}`));
  const begin = replayed[0].t - (instants[0] ?? Number.NaN);
  const apart = replayed.flatMap(({ t }, n) => {
    const mono = instants[n];
    return mono === undefined ? [] : [Math.abs(t - begin - mono)];
  });
  expect(apart.length).toBeGreaterThanOrEqual(8);
  expect(Math.max(...apart)).toBeLessThanOrEqual(2);
});
