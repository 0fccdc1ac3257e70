// Nobody moves any more, and one sensor goes on by itself: the others miss the resident, in homes that are known.

import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import { on } from '#fakes/days.ts';
import { homes, type Room } from '../presence/homes.ts';
import { type Learned, learned, played } from '../presence/play-days.ts';
import { DAY } from '../presence/scripted-days.ts';
import {
  airing,
  type Babble,
  contactEach,
  downWhile,
  FALLS,
  more,
  motionEach,
  motionHeld,
  pulseEach,
  shutOutWhile,
  windy,
} from './days.ts';

/** By the rule, which knows no habits; the last sign is the end of the movement. */
const RULE_H = 3 + 1 / 60;

const days: [string, Room, string, Babble, number?][] = [
  ['the sensor in the living room tells movement each 10 min', 'kitchen', 'living', motionEach(10, 'living')],
  ['the same, the resident down in the bedroom', 'bedroom', 'living', motionEach(10, 'living')],
  ['the sensor in the bathroom each 4 min', 'kitchen', 'bathroom', motionEach(4, 'bathroom')],
  [
    'movement is told each 7 min since midnight, and never its end',
    'kitchen',
    'living',
    motionHeld(7, 'living'),
    on(DAY, 0),
  ],
  ['the window moves each 10 s', 'kitchen', 'window', contactEach(10 * SECOND, 'window')],
  ['the window moves each 3 min', 'kitchen', 'window', contactEach(3 * MINUTE, 'window')],
  ['the window moves each 20 min', 'bedroom', 'window', contactEach(20 * MINUTE, 'window')],
  ['the wind moves the window', 'kitchen', 'window', windy(10 * MINUTE, 'window', 7)],
  ['the exit door moves each 10 s', 'kitchen', 'door-1', contactEach(10 * SECOND, 'door-1')],
  ['the exit door moves each 3 min', 'kitchen', 'door-1', contactEach(3 * MINUTE, 'door-1')],
  ['the exit door moves each 20 min', 'bedroom', 'door-1', contactEach(20 * MINUTE, 'door-1')],
  ['the wind moves the exit door', 'kitchen', 'door-1', windy(8 * MINUTE, 'door-1', 11)],
];

describe.each(homes)('somebody who lives $name', (home) => {
  let known: Promise<Learned> | undefined;
  const learns = () => {
    known ??= learned(home, 'none', more, airing(home));
    return known;
  };

  it('has no sensor doubted in thirty days of their life, and is never called about', async () => {
    const { doubted, falseAlarms } = await learns();
    expect({ doubted, falseAlarms }).toEqual({ doubted: [], falseAlarms: [] });
  });

  it.each(days)('is missed by the others while %s', async (_day, room, device, babble, since) => {
    const script = downWhile(room, babble, since);
    const { hours, early, doubted } = await played(await learns(), { script: () => script });
    expect(early).toEqual([]);
    expect(hours ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(RULE_H);
    expect(doubted[0]).toMatchObject({ device });
    expect(doubted[0]?.t).toBeLessThan(FALLS + RULE_H * HOUR);
  });

  it.each([15, 25, 50])(
    'is missed after the door, while a band that lies there tells a pulse each %i min',
    async (each) => {
      const script = shutOutWhile(pulseEach(each));
      const { hours, early } = await played(await learns(), { script: () => script });
      expect(early).toEqual([]);
      // From its first pulse on somebody is believed to be inside; it is asked at one of the next.
      expect(hours ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(RULE_H + (2 * each) / 60);
    },
  );

  it('is missed as soon by what an older release has learned, which knew no such sensors', async () => {
    const now = await learns();
    const { witness: _, inactivity, ...older } = now.state.detectors as Record<string, Record<string, never>>;
    const { others: _others, vouched: _vouched, ...known } = inactivity ?? {};
    const state = { ...now.state, detectors: { ...older, inactivity: known } };
    const script = downWhile('kitchen', motionEach(10, 'living'));
    const { hours } = await played({ ...now, state }, { script: () => script });
    expect(hours ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(RULE_H);
  });
});
