// When a sensor is doubted, and when it is believed again.

import { describe, expect, it } from 'vitest';
import type { HomeView } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import { type Played, play } from '#fakes/play.ts';
import { onBeat } from '#src/detectors/witness/alone.ts';
import { witness } from '#src/detectors/witness.ts';

const sensor = (id: string, kind: Device['kind'] = 'motion', more: Partial<Device> = {}): Device => ({
  id,
  kind,
  ...more,
});
const [living, kitchen, bathroom, bedroom] = ['living', 'kitchen', 'bathroom', 'bedroom'].map((id) => sensor(id)) as [
  Device,
  Device,
  Device,
  Device,
];
const door = sensor('door-1', 'door', { role: 'exit' });
const devices = [living, kitchen, bathroom, bedroom, door];
const view: HomeView = { zone: 'UTC', devices, presence: 'home' };
const DAY = 24 * HOUR;

const told = ({ faults }: Played) =>
  faults.map(({ subject, active, context }) =>
    `${active ? '+' : '-'}${subject.slice(7)} ${context.reason ?? ''}`.trim(),
  );
const moves = (home: Played, at: number, device: Device) =>
  home.reading(at, device, 'motion', true).reading(at + 20 * SECOND, device, 'motion', false);
const uses = (home: Played, at: number) =>
  home.reading(at, door, 'contact', 'open').reading(at + 5 * SECOND, door, 'contact', 'closed');
function about(home: Played, from: number, to: number, rooms = [kitchen, bathroom, bedroom, living]): Played {
  for (let at = from, n = 0; at < to; at += 17 * MINUTE, n += 1) moves(home, at, rooms[n % rooms.length] as Device);
  return home;
}
/** Twelve days on which somebody is about, and the morning of the next up to nine. */
function known(): Played {
  const home = play(witness, {}, view);
  for (let day = 0; day < 12; day += 1) {
    about(home, day * DAY + 7 * HOUR, day * DAY + 22 * HOUR);
    uses(home, day * DAY + 22 * HOUR + 30 * MINUTE);
  }
  return about(home, 12 * DAY + 7 * HOUR, 12 * DAY + 9 * HOUR);
}
const NINE = 12 * DAY + 9 * HOUR;
function alone(home: Played, from: number, to: number, everyMs: number, device = living): Played {
  for (let at = from; at <= to; at += everyMs) moves(home, at, device);
  return home;
}

describe('a motion sensor on a beat', () => {
  it('is believed while others are heard with it, however regular it is', () => {
    const home = known();
    for (let at = NINE; at < NINE + 10 * HOUR; at += 10 * MINUTE) {
      moves(home, at, living);
      if (at % (50 * MINUTE) === 0) moves(home, at + 3 * MINUTE, kitchen);
    }
    expect(told(home)).toEqual([]);
  });

  it('is doubted when the others have been silent for as long as the rule allows, and that begins the question', () => {
    const home = known();
    alone(home, NINE, NINE + 4 * HOUR, 10 * MINUTE);
    expect(told(home)).toEqual(['+living beat']);
  });

  it('is believed again when somebody passes it and another', () => {
    const home = alone(known(), NINE, NINE + 4 * HOUR, 10 * MINUTE);
    moves(home, NINE + 4 * HOUR + MINUTE, kitchen);
    expect(told(home)).toEqual(['+living beat']);
    moves(home, NINE + 4 * HOUR + 3 * MINUTE, living);
    expect(told(home)).toEqual(['+living beat', '-living']);
  });

  it('is not believed again for its silence, nor for a start', () => {
    const home = alone(known(), NINE, NINE + 4 * HOUR, 10 * MINUTE).quiet(NINE + DAY);
    expect(told(home)).toEqual(['+living beat']);
    home.reboot().input(NINE + DAY, (at) => ({ kind: 'start', at }));
    expect(told(home)).toEqual(['+living beat', '+living beat']);
  });

  it('is believed again when its beat is broken by two hours of rest', () => {
    const home = alone(known(), NINE, NINE + 4 * HOUR, 10 * MINUTE);
    expect(told(moves(home, NINE + 6 * HOUR + MINUTE, living))).toEqual(['+living beat', '-living']);
  });

  it('is left alone in a home where fewer than three others are at work', () => {
    const few = play(witness, {}, { ...view, devices: devices.slice(0, 3) });
    expect(told(alone(about(few, 0, 2 * HOUR, [kitchen, bathroom]), 2 * HOUR, 8 * HOUR, 10 * MINUTE))).toEqual([]);
  });

  it('is judged by the night’s rule at night', () => {
    const home = moves(known(), NINE + 13 * HOUR, kitchen);
    alone(home, NINE + 13 * HOUR + 5 * MINUTE, NINE + 21 * HOUR, 10 * MINUTE, bedroom);
    expect(told(home)).toEqual([]);
  });

  it('is nothing where the rule is off, and its fault ends when that is switched off', () => {
    const off = play(witness, { enabled: false }, view);
    expect(told(alone(about(off, 0, 2 * HOUR), 2 * HOUR, 9 * HOUR, 10 * MINUTE))).toEqual([]);
    const state = alone(known(), NINE, NINE + 4 * HOUR, 10 * MINUTE).state() as ReturnType<typeof witness.start>;
    const at = { mono: 0, wall: 0, wallTrusted: true, bootId: 'boot-1' } as never;
    const options = witness.options.parse({ enabled: false });
    expect(witness.step(state, { kind: 'deadline', at }, options, view).faults).toMatchObject([{ active: false }]);
  });
});

it('is somebody in that room, and nothing else, where one sensor is heard last and all are silent after it', () => {
  const home = moves(known(), NINE + 40 * MINUTE, bathroom).quiet(NINE + DAY);
  expect(told(home)).toEqual([]);
});

describe('somebody who sits in one room', () => {
  const gaps = [4, 11, 7, 19, 5, 14, 9, 22, 6, 12];
  const sits = (home: Played, from: number, to: number) => {
    for (let at = from, n = 0; at <= to; at += (gaps[n++ % gaps.length] as number) * MINUTE) moves(home, at, living);
    return moves(home, to + MINUTE, kitchen);
  };

  it('is believed for nine hours until the home is known, and then by the habit of that sensor', () => {
    const home = sits(about(play(witness, {}, view), 7 * HOUR, 9 * HOUR), 9 * HOUR, 13 * HOUR);
    for (let day = 1; day < 12; day += 1) about(home, day * DAY + 7 * HOUR, day * DAY + 22 * HOUR);
    about(home, 12 * DAY + 7 * HOUR, NINE);
    expect(told(sits(home, NINE, NINE + 5 * HOUR))).toEqual([]);
    expect(told(sits(home, NINE + 5 * HOUR, NINE + 12 * HOUR))[0]).toBe('+living alone');
  });

  it('teaches a new habit where nobody came to help', () => {
    const home = sits(known(), NINE, NINE + 4 * HOUR);
    expect(told(home)).toEqual(['+living alone', '-living']);
    about(home, NINE + 4 * HOUR + 20 * MINUTE, NINE + 6 * HOUR, [kitchen, bathroom]);
    expect(told(sits(home, NINE + DAY, NINE + DAY + 4 * HOUR))).toEqual(['+living alone', '-living']);
  });

  it('with a guest, who came by the door, is believed for nine hours even on a beat', () => {
    const home = uses(known(), NINE);
    alone(home, NINE + 2 * MINUTE, NINE + 8 * HOUR, 5 * MINUTE);
    expect(told(home)).toEqual([]);
    expect(told(alone(home, NINE + 8 * HOUR, NINE + 10 * HOUR, 5 * MINUTE))).toEqual(['+living beat']);
  });
});

describe('the door to the outside', () => {
  it('moves by itself when it has moved six times in 45 min and nobody was seen', () => {
    const home = known();
    for (let n = 0; n < 6; n += 1) uses(home, NINE + n * 10 * MINUTE);
    expect(told(home)).toEqual(['+door-1 door']);
  });

  it('is believed when somebody goes in and out, and is seen doing it', () => {
    const home = known();
    for (let n = 0; n < 12; n += 1) {
      uses(home, NINE + n * 10 * MINUTE);
      if (n % 3 === 0) moves(home, NINE + n * 10 * MINUTE + MINUTE, kitchen);
    }
    expect(told(home)).toEqual([]);
  });

  it('is believed when whoever is out looks in twice', () => {
    const home = known();
    for (const hours of [0, 2, 5]) uses(home, NINE + hours * HOUR);
    expect(told(home.quiet(NINE + 9 * HOUR))).toEqual([]);
  });

  it('is believed again once it has rested, and movement follows it', () => {
    const home = known();
    for (let n = 0; n < 9; n += 1) uses(home, NINE + n * 10 * MINUTE);
    about(home, NINE + 91 * MINUTE, NINE + 120 * MINUTE, [kitchen]);
    for (let n = 12; n < 15; n += 1) uses(home, NINE + n * 10 * MINUTE);
    expect(told(home)).toEqual(['+door-1 door']);
    moves(uses(home, NINE + 4 * HOUR), NINE + 4 * HOUR + MINUTE, kitchen);
    expect(told(home)).toEqual(['+door-1 door', '-door-1']);
  });
});

describe('a motion sensor that never rests', () => {
  it('is doubted after a day, though others are heard, and believed again when it rests', () => {
    const home = known();
    for (let at = NINE; at < NINE + 26 * HOUR; at += 7 * MINUTE) {
      home.reading(at, living, 'motion', true);
      moves(home, at + MINUTE, at % (2 * MINUTE) === 0 ? kitchen : bathroom);
    }
    expect(told(home)).toEqual(['+living never-rests']);
    home.reading(NINE + 27 * HOUR, living, 'motion', false);
    expect(told(home)).toEqual(['+living never-rests', '-living']);
  });

  it('is believed where it is of a kind that tells no end', () => {
    const home = play(witness, {}, view);
    for (let at = 0; at < 50 * HOUR; at += 7 * MINUTE) {
      home.reading(at, living, 'motion', true);
      moves(home, at + MINUTE, kitchen);
    }
    expect(told(home)).toEqual([]);
  });
});

describe('a beat', () => {
  it.each([
    [[600, 600, 600, 600, 600, 600], true],
    [[600, 610, 580, 600, 640, 590, 1_300], true],
    [[10, 10, 12, 9, 10, 10], true],
    [[600, 600, 600, 600, 600], false],
    [[240, 1_300, 500, 780, 900, 300, 1_100], false],
  ])('of %j s: %s', (gaps, beat) => {
    expect(onBeat(gaps)).toBe(beat);
  });
});
