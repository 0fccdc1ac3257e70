// What comes after a fall raises its severity: the rooms, and nothing else here. The cost of hearing the rooms does not grow
// with the home.

import { describe, expect, it } from 'vitest';
import type { Device } from '#contract/device.ts';
import { falling, told } from '#fakes/motion.ts';
import { type Played, play } from '#fakes/play.ts';
import { fall, type State } from '#src/detectors/fall.ts';

const watch: Device = { id: 'belt-1', kind: 'wearable', placement: 'waist' };
const room = (n: number): Device => ({ id: `motion-${n}`, kind: 'motion' });

/** A fall at 8 s, and the stream goes on for two seconds and a half. */
function falls(home: Played): Played {
  const { rateHz, xyz } = told(falling(8), { seconds: 11 });
  for (let i = 0; i < xyz.length; i += 25)
    home.reading((i * 1_000) / rateHz, watch, 'acceleration', { rateHz, xyz: xyz.slice(i, i + 25) });
  return home;
}

const saidOfRooms = (home: Played) =>
  home.findings.flatMap(({ because, worsens }) => (worsens ? because : [])).some(({ fact }) => fact === 'rooms-quiet');

describe('two minutes after a fall', () => {
  it('rooms in which nobody was seen since make it graver', () => {
    const home = falls(play(fall).reading(0, room(1), 'motion', true).reading(1_000, room(1), 'motion', false));
    expect(saidOfRooms(home.quiet(100_000))).toBe(false);
    expect(saidOfRooms(home.quiet(200_000))).toBe(true);
    expect(home.findings.at(-1)).toMatchObject({ severity: 'critical', worsens: true });
  });

  it('a sensor that still sees somebody, since before the fall, does not', () => {
    const home = falls(play(fall).reading(0, room(1), 'motion', true).reading(1, room(2), 'motion', false));
    expect(saidOfRooms(home.quiet(200_000))).toBe(false);
  });

  it('nor one that saw somebody meanwhile, or until lately', () => {
    const meanwhile = falls(play(fall).reading(0, room(1), 'motion', false))
      .reading(60_000, room(1), 'motion', true)
      .reading(61_000, room(1), 'motion', false);
    expect(saidOfRooms(meanwhile.quiet(200_000))).toBe(false);
    const until = falls(play(fall).reading(0, room(1), 'motion', true)).reading(60_000, room(1), 'motion', false);
    expect(saidOfRooms(until.quiet(200_000))).toBe(false);
  });

  it('a home without motion sensors says nothing of its rooms', () => {
    expect(saidOfRooms(falls(play(fall)).quiet(200_000))).toBe(false);
  });
});

it('keeps of the motion sensors only those that see somebody', () => {
  const home = play(fall);
  for (let n = 0; n < 300; n += 1)
    home.reading(2 * n, room(n), 'motion', true).reading(2 * n + 1, room(n), 'motion', false);
  home.reading(1_000, room(7), 'motion', true).reading(1_001, room(7), 'motion', true);
  expect((home.state() as State).signs).toEqual({ watched: true, seeing: ['motion-7'], movedT: 1_001, heart: {} });
});
