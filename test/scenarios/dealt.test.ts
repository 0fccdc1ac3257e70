// Alarms that people have touched, through the whole pipeline: what still holds, what got worse, and commands of yesterday.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quantity } from '#contract/quantity.ts';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import { type watchedHome as Watched, watchedHome } from '#fakes/home.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import type { OutputLine } from '#src/runtime/replay.ts';

const sensor = (id: string, kind: string) => ({ declare: { id, kind, room: 'kitchen' } });
const says = (t: number, device: string, quantity: string, value: unknown, quality = 'good') => ({
  t,
  device,
  quantity,
  value,
  quality,
});
const person = (t: number, say: string, hazard?: string) => ({ t, say, ...(hazard && { hazard }) });
const alerts = (lines: OutputLine[]) =>
  lines
    .filter(({ type }) => type === 'alert')
    .map(({ t, id, state, severity, because }) => ({ t, id, state, severity, because }) as Told);
interface Told {
  t: number;
  id: string;
  state: string;
  severity: string;
  because: { fact: string; value?: number }[];
}

/** As fire and gas panels do (EN 54-2, 8.2: a reset while an input is active brings the alarm back). */
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

/** EN 50194-1: any detector has alarmed by 20 %LEL. ISA-18.2: a graver alarm is unacknowledged, whatever was before. */
describe('what gets worse', () => {
  it('calls again at each step: a revision, or a new alert where a person had acknowledged', async () => {
    const climb = (acknowledged: boolean) =>
      replay(
        sensor('gas-1', 'gas'),
        says(0, 'gas-1', 'gas', 12),
        ...(acknowledged ? [person(1, 'acknowledge')] : []),
        says(2, 'gas-1', 'gas', 25),
        says(3, 'gas-1', 'gas', 100),
      );
    const unheard = alerts(await climb(false));
    expect(unheard.map(({ state, severity, because }) => [state, severity, because[0]?.value])).toEqual([
      ['raised', 'early', 12],
      ['raised', 'alarm', 25],
      ['raised', 'critical', 100],
    ]);
    expect(new Set(unheard.map(({ id }) => id)).size).toBe(1);
    const heard = alerts(await climb(true));
    expect(heard.map(({ state, severity, because }) => [state, severity, because[0]?.value])).toEqual([
      ['raised', 'early', 12],
      ['acknowledged', 'early', 12],
      ['raised', 'alarm', 25],
      ['raised', 'critical', 100],
    ]);
  });

  it('names the limit of the highest step that was reached', async () => {
    const [alert] = alerts(await replay(sensor('gas-1', 'gas'), says(0, 'gas-1', 'gas', 100)));
    expect(alert?.because).toEqual([{ fact: 'level-above', quantity: 'gas', value: 100, limit: 40 }]);
  });

  it('is as grave as it is, though only a lower step has rested for long enough to call', async () => {
    // The critical step has called three times, and has to rest for four minutes; the others, which stayed on, for one.
    const climbing = [0, 70, 210].flatMap((second) => [
      says(second * SECOND, 'gas-1', 'gas', 60),
      says((second + 1) * SECOND, 'gas-1', 'gas', 20),
    ]);
    const out = alerts(
      await replay(
        sensor('gas-1', 'gas'),
        ...climbing,
        person(212 * SECOND, 'acknowledge'),
        says(213 * SECOND, 'gas-1', 'gas', 0),
        says(300 * SECOND, 'gas-1', 'gas', 60),
      ),
    );
    expect(out.at(-1)).toMatchObject({ t: 300 * SECOND, state: 'raised', severity: 'critical' });
    expect(new Set(out.map(({ id }) => id)).size).toBe(2);
  });

  it('closes the valve and sounds the siren at 20 %LEL of a raw sensor', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gas', 20);
    expect(home.switched).toContainEqual(['valve-1', 'close']);
    expect(home.switched).toContainEqual(['siren-1', 'on']);
  });

  const act = fc.constantFrom('acknowledge', 'resolve', 'hush', 'on-the-way', 'nothing', 'nothing', 'nothing');
  const quality = fc.constantFrom('good', 'good', 'uncertain');
  const levels = [
    ['gas', 'gas', 'gas', fc.integer({ min: 0, max: 100 }), 100],
    ['heat', 'temperature', 'temperature', fc.integer({ min: 0, max: 120 }), 120],
    ['co', 'co', 'co', fc.integer({ min: 0, max: 1_000 }), 1_000],
  ] as const;

  /** What stands highest among the open alerts of the device, and whether it is unacknowledged. */
  const gravest = (home: ReturnType<typeof Watched>, hazard: string) =>
    home.pipeline
      .openAlerts()
      .filter((alert) => alert.hazard === hazard)
      .map(({ severity }) => ['early', 'alarm', 'critical'].indexOf(severity))
      .reduce((a, b) => Math.max(a, b), -1);

  it.each(levels)(
    'never means less, from any earlier state of %s, whatever people did',
    async (hazard, kind, quantity, level, most) => {
      const event = fc.record({ level, quality, act, ms: fc.constantFrom(SECOND, 30 * SECOND, 2 * MINUTE, HOUR) });
      await fc.assert(
        fc.asyncProperty(fc.array(event, { maxLength: 25 }), level, async (events, last) => {
          const end = async (value: number) => {
            const home = watchedHome({ devices: [{ id: 'd', kind, room: 'kitchen' }] });
            let n = 0;
            for (const { level: before, quality: sure, act: what, ms } of events) {
              await home.hear('d', quantity as Quantity, before as Value, sure);
              if (what !== 'nothing')
                home.pipeline.command({ id: `c${n++}`, act: what, by: { name: 'Li', role: 'operator' } });
              await home.pass(ms);
            }
            for (let minute = 0; minute < 10; minute++) {
              await home.hear('d', quantity as Quantity, value);
              await home.pass(MINUTE);
            }
            return home;
          };
          const [less, more] = [await end(last), await end(most)];
          expect(gravest(more, hazard)).toBeGreaterThanOrEqual(gravest(less, hazard));
          // At the very end of its scale it is told as the gravest there is.
          expect(gravest(more, hazard)).toBe(2);
        }),
        { numRuns: 25 },
      );
    },
  );

  it.each(levels)(
    'is raised again after a resolve, within a minute, from any state of %s',
    async (hazard, kind, quantity, level, most) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.record({ level, quality, act }), { maxLength: 15 }), async (events) => {
          const home = watchedHome({ devices: [{ id: 'd', kind, room: 'kitchen' }] });
          const say = (what: 'acknowledge' | 'resolve' | 'hush' | 'on-the-way') =>
            home.pipeline.command({ id: `${home.clock.now().mono}`, act: what, by: { name: 'Li', role: 'operator' } });
          for (const { level: before, quality: sure, act: what } of events) {
            await home.hear('d', quantity as Quantity, before as Value, sure);
            if (what !== 'nothing') say(what);
            await home.pass(20 * SECOND);
          }
          for (let minute = 0; minute < 10; minute++) {
            await home.hear('d', quantity as Quantity, most);
            await home.pass(MINUTE);
          }
          for (const _ of home.pipeline.openAlerts()) say('resolve');
          await home.pass(MINUTE);
          expect(home.pipeline.openAlerts().map((alert) => [alert.hazard, alert.state])).toContainEqual([
            hazard,
            'raised',
          ]);
        }),
        { numRuns: 25 },
      );
    },
  );
});

describe('doubt', () => {
  it.each([
    ['gas', 'gas', [3, 8, 12, 25, 60]],
    ['temperature', 'temperature', [20, 45, 58, 70, 90]],
    ['smoke', 'smoke', [true, false]],
    ['co', 'coAlarm', [true, false]],
  ] as const)('never withholds what a %s device would raise, and ends nothing (%s)', async (kind, quantity, values) => {
    const event = fc.record({ value: fc.constantFrom<Value>(...values), ms: fc.constantFrom(10, SECOND, 2 * MINUTE) });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 25 }), async (events) => {
        const played = async (quality: 'good' | 'uncertain') => {
          const home = watchedHome({ devices: [{ id: 'd', kind, room: 'kitchen' }] });
          for (const { value, ms } of events) {
            await home.hear('d', quantity as Quantity, value, quality);
            await home.pass(ms);
          }
          return home.pipeline.openAlerts();
        };
        const [sure, doubt] = [await played('good'), await played('uncertain')];
        expect(doubt.length).toBe(sure.length);
        expect(doubt.map(({ severity }) => severity)).toEqual(sure.map(({ severity }) => severity));
        expect(doubt.every(({ conditionPresent }) => conditionPresent)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('that it is over outlives a power cut: the next alarm of a detector that cannot vouch is a new one', async () => {
    const out = alerts(
      await replay(
        sensor('s', 'smoke'),
        says(0, 's', 'smoke', true, 'uncertain'),
        person(1, 'acknowledge'),
        says(MINUTE, 's', 'smoke', false, 'uncertain'),
        { t: HOUR, gateway: 'off' },
        { t: HOUR + 1, gateway: 'on' },
        says(24 * HOUR, 's', 'smoke', true, 'uncertain'),
      ),
    );
    expect(out.map(({ t, state }) => [t, state])).toEqual([
      [0, 'raised'],
      [1, 'acknowledged'],
      [24 * HOUR, 'raised'],
    ]);
  });
});
