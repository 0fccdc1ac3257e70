// Alarms that a person resolved, through the whole pipeline: what still holds is told again.

import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import { alerts, person, says, sensor } from './touched.ts';

/** As fire and gas panels do (EN 54-2): a reset while an input is active brings the alarm back. */
describe('an alarm that is resolved while its cause lasts', () => {
  it.each([
    ['smoke', 'smoke', 'smoke', true],
    ['gas', 'gas', 'gasAlarm', true],
    ['co', 'co', 'coAlarm', true],
    ['water-leak', 'water-leak', 'waterLeak', true],
    ['gas', 'gas', 'gas', 12],
    ['heat', 'temperature', 'temperature', 60],
  ])(
    'of %s by a %s device (%s) is a new alert at once, with its reason, and stays one over restarts',
    async (hazard, kind, quantity, value) => {
      const out = alerts(
        await replay(
          sensor('d-1', kind),
          says(0, 'd-1', quantity, value),
          person(MINUTE, 'resolve'),
          { t: 2 * MINUTE, gateway: 'off' },
          { t: 3 * MINUTE, gateway: 'on' },
          person(4 * MINUTE, 'resolve'),
          { t: 24 * HOUR },
        ),
      );
      expect(out.map(({ t, state }) => [t, state])).toEqual([
        [0, 'raised'],
        [MINUTE, 'resolved'],
        [MINUTE, 'raised'],
        [4 * MINUTE, 'resolved'],
        [4 * MINUTE, 'raised'],
      ]);
      expect(new Set(out.map(({ id }) => id)).size).toBe(3);
      expect(out.at(-1)?.because[0]).toEqual({ fact: 'still-present' });
      expect(hazard).toBeDefined();
    },
  );

  it('is a new alert when it climbs afterwards: 12 %LEL, resolve, then 60 and 100', async () => {
    const out = alerts(
      await replay(
        sensor('gas-1', 'gas'),
        says(0, 'gas-1', 'gas', 12),
        person(1, 'resolve'),
        says(2, 'gas-1', 'gas', 60),
        says(3, 'gas-1', 'gas', 100),
        { t: 24 * HOUR },
      ),
    );
    expect(out.slice(2).map(({ t, state, severity }) => [t, state, severity])).toEqual([
      [1, 'raised', 'early'],
      [2, 'raised', 'critical'],
    ]);
  });

  it('says nothing where its cause has gone, or its device cannot be heard, until that is heard again', async () => {
    const gone = alerts(
      await replay(
        sensor('s', 'smoke'),
        says(0, 's', 'smoke', true),
        says(1, 's', 'smoke', false),
        person(2, 'resolve'),
        { t: HOUR },
      ),
    );
    expect(gone.map(({ t, state }) => [t, state])).toEqual([
      [0, 'raised'],
      [1, 'raised'],
      [2, 'resolved'],
    ]);
    const lost = alerts(
      await replay(
        sensor('s', 'smoke'),
        says(0, 's', 'smoke', true),
        { t: 1, link: 'down', device: 's' },
        person(2, 'resolve'),
        { t: HOUR },
        { t: HOUR, link: 'up', device: 's' },
        says(HOUR + 1, 's', 'smoke', true),
      ),
    );
    expect(lost.map(({ t, state }) => [t, state])).toEqual([
      [0, 'raised'],
      [2, 'resolved'],
      [HOUR + 1, 'raised'],
    ]);
  });

  it('comes again of a device whose link flapped and is up: its fault stays on, and yet it is heard', async () => {
    const flaps = Array.from({ length: 12 }, (_, n) => [
      { t: n * 10 + 1, link: 'down', device: 's' },
      { t: n * 10 + 5, link: 'up', device: 's' },
      says(n * 10 + 5, 's', 'smoke', true),
    ]).flat();
    const lines = [sensor('s', 'smoke'), says(0, 's', 'smoke', true), ...flaps];
    const up = alerts(await replay(...lines, person(1_000, 'resolve'), { t: HOUR }));
    expect(up.map(({ t, state }) => [t, state])).toEqual([
      [0, 'raised'],
      [1_000, 'resolved'],
      [1_000, 'raised'],
    ]);
    const down = { t: 900, link: 'down', device: 's' };
    const lost = alerts(await replay(...lines, down, person(1_000, 'resolve'), { t: HOUR }));
    expect(lost.map(({ state }) => state)).toEqual(['raised', 'resolved']);
  });

  it.each([
    ['gas', 60],
    ['heat', 90],
  ])('of %s by its level, not before a lost device is heard again', async (hazard, value) => {
    const [kind, quantity] = hazard === 'heat' ? ['temperature', 'temperature'] : ['gas', 'gas'];
    const out = alerts(
      await replay(
        sensor('d-1', kind),
        says(0, 'd-1', quantity, value),
        { t: 1, link: 'down', device: 'd-1' },
        person(2, 'resolve'),
        { t: HOUR },
        { t: HOUR, link: 'up', device: 'd-1' },
        says(HOUR + 1, 'd-1', quantity, value),
      ),
    );
    expect(out.map(({ t, state }) => [t, state])).toEqual([
      [0, 'raised'],
      [2, 'resolved'],
      [HOUR + 1, 'raised'],
    ]);
  });

  it('leaves the other alarms of its device as they are: of its own decision, of its level, of another hazard', async () => {
    const lines = [
      sensor('d', 'gas'),
      says(0, 'd', 'gasAlarm', true),
      says(1, 'd', 'coAlarm', true),
      says(2, 'd', 'gas', 12),
    ];
    const resolved = async (raised: number) =>
      (await replay(...lines, { t: 3, say: 'resolve', device: 'd', raised }, { t: HOUR }))
        .filter(({ type, t }) => type === 'alert' && Number(t) >= 3)
        .map(({ hazard, severity, state }) => `${hazard} ${severity} ${state}`);
    expect(await resolved(0)).toEqual(['gas alarm resolved', 'gas alarm raised']);
    expect(await resolved(1)).toEqual(['co alarm resolved', 'co alarm raised']);
    expect(await resolved(2)).toEqual(['gas early resolved', 'gas early raised']);
  });

  it('is no new alert while another stands for the same', async () => {
    const out = alerts(
      await replay(
        sensor('gas-1', 'gas'),
        says(0, 'gas-1', 'gas', 12),
        person(1, 'acknowledge'),
        says(2, 'gas-1', 'gas', 25),
        person(3, 'acknowledge'),
        { t: 4, say: 'resolve', device: 'gas-1', raised: 0 },
        { t: HOUR },
      ),
    );
    expect(out.slice(2).map(({ t, state, severity }) => [t, state, severity])).toEqual([
      [2, 'raised', 'alarm'],
      [3, 'acknowledged', 'alarm'],
      [4, 'resolved', 'early'],
    ]);
  });

  it.each([
    ['smoke', 'smoke', true, false],
    ['gas', 'gas', 12, 3],
  ])('no longer chatters when a person has dealt with it: %s', async (kind, quantity, on, off) => {
    const flickers = Array.from({ length: 21 }, (_, n) => says(n * SECOND, 'd-1', quantity, n % 2 === 0 ? on : off));
    const out = await replay(sensor('d-1', kind), ...flickers, person(21 * SECOND, 'resolve'), { t: HOUR });
    const faults = out.filter(({ code }) => code === 'alarm-chattering').map(({ t, active }) => [t, active]);
    expect(faults).toEqual([
      [4 * SECOND, true],
      [21 * SECOND, false],
    ]);
    expect(alerts(out).at(-1)).toMatchObject({
      t: 21 * SECOND,
      state: 'raised',
      because: [{ fact: 'still-present' }, {}],
    });
  });

  it('of gas between the limits is over: what does not warn by itself is not raised by a resolve', async () => {
    const out = alerts(
      await replay(
        sensor('gas-1', 'gas'),
        says(0, 'gas-1', 'gas', 12),
        says(1, 'gas-1', 'gas', 7),
        person(2, 'resolve'),
        { t: HOUR },
      ),
    );
    expect(out).toHaveLength(2);
  });
});
