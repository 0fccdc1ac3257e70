// A guest leaves, and nobody moves: who lives here may lie inside, or went along. The whole pipeline, a known home.

import { describe, expect, it } from 'vitest';
import type { Input } from '#contract/detector.ts';
import { MINUTE, SECOND } from '#contract/time.ts';
import { door, moves, on, ordinaryDay, ordinaryDays, rooms } from '#fakes/days.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import { inactivity } from '#src/detectors/inactivity.ts';
import { newGuests } from '#src/detectors/presence/guests.ts';
import { presence } from '#src/detectors/presence.ts';
import { raised, told } from './told.ts';

const band = { declare: { id: 'band-1', kind: 'wearable', placement: 'wrist' } };
const known = [...rooms, band, ...ordinaryDays(1, 21)];
/** An ordinary day, and somebody comes at two. */
const comes = (day: number) => [...ordinaryDay(day, { to: 14 }), ...door(on(day, 14))];
const lively = (from: number, minutes: number) =>
  Array.from({ length: Math.floor(minutes / 3) }, (_, i) => moves(from + (3 * i + 1) * MINUTE)).flat();
const leaves = on(22, 15);
const visit = [...comes(22), ...lively(on(22, 14), 57), ...door(leaves)];
const believed = (lines: Parameters<typeof told>[0]) => told(lines, 'presence').at(-1)?.value;

describe('a silence after a guest has left', () => {
  it('is one in which somebody may lie inside', async () => {
    const out = await replay(...known, ...visit, { t: on(22, 18) });
    expect(believed(out)).toBe('home');
    expect(raised(out)).toMatchObject([
      {
        t: leaves + 5 * SECOND + 145 * MINUTE,
        because: [{ fact: 'may-be-inside-since', time: '15:00' }, { fact: 'guest-may-have-left-alone' }],
      },
    ]);
  });

  it('is the same where somebody was seen out', async () => {
    const out = await replay(...known, ...visit, ...moves(leaves + MINUTE), { t: on(22, 18) });
    expect(raised(out).map(({ t }) => t)).toEqual([leaves + 80 * SECOND + 145 * MINUTE]);
  });

  it('is an absence where a wearable went along', async () => {
    const worn = { t: leaves - MINUTE, device: 'band-1', quantity: 'heartRate', value: 70 };
    const lost = { t: leaves + 3 * MINUTE, link: 'down', device: 'band-1' };
    const lines = [...visit, worn, lost].toSorted((a, b) => (a as { t: number }).t - (b as { t: number }).t);
    const out = await replay(...known, ...lines, { t: on(22, 18) });
    expect([believed(out), raised(out)]).toEqual(['away', []]);
  });

  it('is an absence after the twenty minutes of a neighbour at the door', async () => {
    const out = await replay(...known, ...comes(22), ...lively(on(22, 14), 18), ...door(on(22, 14, 20)), {
      t: on(22, 18),
    });
    expect([believed(out), raised(out)]).toEqual(['away', []]);
  });

  it('is learned where the guest was announced: the second outing with them alarms nobody', async () => {
    const outing = (day: number, hours: number) => [
      ...ordinaryDay(day, { to: 14 }),
      ...door(on(day, 14)),
      ...door(on(day, 14 + hours)),
      ...lively(on(day, 14 + hours), 60),
      ...ordinaryDay(day, { from: 15 + hours }),
    ];
    const said = { t: on(22, 5), say: 'visitor' };
    const out = await replay(...known, said, ...outing(22, 3), ...outing(23, 3), { t: on(23, 23) });
    expect(raised(out).map(({ t }) => t)).toEqual([on(22, 14) + 5 * SECOND + 145 * MINUTE]);
  });
});

it('knows of no guests by a checkpoint of an older release, and goes on', () => {
  const at = { mono: 0, wall: 0, wallTrusted: true, bootId: 'boot-1' } as Input['at'];
  const view = { zone: 'UTC', devices: [], presence: 'unknown' } as const;
  for (const detector of [presence, inactivity] as const) {
    const { guests: _, ...older } = detector.start();
    const { state } = detector.step(older as never, { kind: 'start', at }, detector.options.parse({}) as never, view);
    expect(state.guests).toEqual(newGuests());
  }
});
