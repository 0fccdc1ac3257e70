// What gets worse, and what is in doubt, through the whole pipeline and from any earlier state.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quantity } from '#contract/quantity.ts';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import { type watchedHome as Watched, watchedHome } from '#fakes/home.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import { alerts, person, says, sensor } from './touched.ts';

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
