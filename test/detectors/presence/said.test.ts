// What was said of who is at home ends by itself, and each end is told with its reason.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Input } from '#contract/detector.ts';
import { saidOverText } from '#contract/presence.ts';
import { HOUR, MINUTE } from '#contract/time.ts';
import { DAY, door, moves, on, ordinaryDays, rooms } from '#fakes/days.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import { presence } from '#src/detectors/presence.ts';
import { told } from '../inactivity/told.ts';

const over = (lines: Parameters<typeof told>[0]) => told(lines, 'said-over').map(({ t, said, by }) => [t, said, by]);
const known = [...rooms, ...ordinaryDays(1, 2), ...moves(on(3, 8))];
const say = (t: number, act: string) => ({ t, say: act });
const nine = on(3, 9);

describe('what was said', () => {
  it('"away", by movement inside', async () => {
    const out = await replay(...known, say(nine, 'away'), ...door(nine + MINUTE), ...moves(nine + 5 * HOUR), {
      t: nine + 6 * HOUR,
    });
    expect(over(out)).toEqual([[nine + 5 * HOUR, 'away', 'movement']]);
    expect(told(out, 'said-over')).toMatchObject([
      { text: { en: '"away" holds no longer: somebody moves inside', 'zh-CN': '“外出”不再有效：家中有人活动' } },
    ]);
  });

  it('"away", by the door an hour later, and not by whoever leaves', async () => {
    const out = await replay(...known, say(nine, 'away'), ...door(nine + MINUTE), ...door(nine + 8 * HOUR), {
      t: nine + 9 * HOUR,
    });
    expect(over(out)).toEqual([[nine + 8 * HOUR, 'away', 'door']]);
  });

  it.each([
    ['away', 30],
    ['visitor', 15],
    ['hospital', 90],
  ])('"%s", by its age of %i days', async (act, days) => {
    const out = await replay(...known, say(nine, act), { t: nine + (days + 1) * DAY });
    expect(over(out)).toEqual([[nine + days * DAY, act, 'age']]);
  });

  it('"hospital", by somebody who came in and stays', async () => {
    const home = on(5, 11);
    const about = Array.from({ length: 50 }, (_, n) => moves(home + (n + 1) * 2 * MINUTE)).flat();
    const out = await replay(...known, say(nine, 'hospital'), ...door(home), ...about, { t: home + 3 * HOUR });
    expect(over(out)).toEqual([[home + 90 * MINUTE, 'hospital', 'stays']]);
  });

  it('"hospital", by movement in six hours of a day', async () => {
    const about = Array.from({ length: 6 }, (_, n) => moves(on(5, 9 + n))).flat();
    const out = await replay(...known, say(nine, 'hospital'), ...about, { t: on(5, 16) });
    expect(over(out)).toEqual([[on(5, 14), 'hospital', 'many-hours']]);
  });

  it('"away", by a power cut; not a stay in hospital', async () => {
    const cut = [
      { t: nine + HOUR, gateway: 'off' },
      { t: nine + 3 * HOUR, gateway: 'on' },
    ];
    const out = await replay(...known, say(nine, 'away'), ...cut, { t: nine + 4 * HOUR });
    expect(over(out)).toEqual([[nine + 3 * HOUR, 'away', 'restart']]);
    expect(over(await replay(...known, say(nine, 'hospital'), ...cut, { t: nine + 4 * HOUR }))).toEqual([]);
  });

  it('"hospital", by its age over a power cut', async () => {
    const cut = [
      { t: nine + HOUR, gateway: 'off' },
      { t: nine + 3 * HOUR, gateway: 'on' },
    ];
    const out = await replay(...known, say(nine, 'hospital'), ...cut, { t: nine + 91 * DAY });
    expect(over(out)).toEqual([[nine + 90 * DAY, 'hospital', 'age']]);
  });

  it('is not told to those who take it back, or say another', async () => {
    const out = await replay(...known, say(nine, 'away'), say(nine + HOUR, 'visitor'), say(nine + 2 * HOUR, 'home'), {
      t: nine + 3 * HOUR,
    });
    expect(over(out)).toEqual([]);
  });

  it('has a reason in both languages', () => {
    for (const said of ['away', 'hospital', 'visitor'] as const)
      for (const by of ['movement', 'door', 'many-hours', 'stays', 'age', 'restart'] as const)
        expect(Object.values(saidOverText({ said, by })).every((text) => text.length > 8)).toBe(true);
  });
});

it('whatever happens meanwhile, it ends in time, and never untold', () => {
  const options = presence.options.parse({});
  const devices = rooms.map(({ declare }) => declare) as never;
  const view = { zone: 'UTC', devices, presence: 'away' } as const;
  const longest = 90 * DAY;
  const events = fc.array(
    fc.record({
      afterMs: fc.integer({ min: 1_000, max: 20 * DAY }),
      what: fc.constantFrom('door', 'move', 'start', 'reboot'),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(fc.constantFrom('away', 'visitor', 'hospital'), events, (act, then) => {
      let [t, boot] = [on(3, 9), 1];
      const at = () => ({ mono: t, wall: t, wallTrusted: true, bootId: `boot-${boot}` }) as Input['at'];
      let state = presence.step(presence.start(), { kind: 'said', said: act, at: at() }, options, view).state;
      const from = t;
      for (const { afterMs, what } of [...then, { afterMs: longest, what: 'deadline' }]) {
        t += afterMs;
        if (what === 'reboot') boot += 1;
        const id = what === 'door' ? 'door-1' : 'pir-kitchen';
        const device = rooms.find(({ declare }) => declare.id === id)?.declare as never;
        const reading = { deviceId: id, at: at(), seq: 1, quality: 'good' } as const;
        const input: Input =
          what === 'door'
            ? { kind: 'reading', at: at(), device, reading: { ...reading, quantity: 'contact', value: 'open' } }
            : what === 'move'
              ? { kind: 'reading', at: at(), device, reading: { ...reading, quantity: 'motion', value: true } }
              : { kind: what === 'deadline' ? 'deadline' : 'start', at: at() };
        const step = presence.step(state, input, options, view);
        expect(step.saidOver?.said).toBe(state.declared && !step.state.declared ? act : undefined);
        state = step.state;
        if (t - from >= longest) expect(state.declared).toBeNull();
      }
    }),
  );
});
