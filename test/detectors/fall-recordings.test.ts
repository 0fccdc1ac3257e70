// Falls on real recordings, where the reference data is there. Without it the same promises are kept on movements made by
// hand, and the name of the test says which of the two ran.

import { describe, expect, it } from 'vitest';
import type { Device } from '#contract/device.ts';
import { falling, type Movement, sittingDown, told, turningOver, walking } from '#fakes/motion.ts';
import { play } from '#fakes/play.ts';
import type { Placement } from '#src/detectors/fall/judge.ts';
import { models } from '#src/detectors/fall/models.ts';
import { fall } from '#src/detectors/fall.ts';
import { judge } from '../../scripts/train-falls/fit.ts';
import { haveRecordings, type Recording, readSet } from '../../scripts/train-falls/recordings.ts';
import { addRows, noRows } from '../../scripts/train-falls/rows.ts';
import { alarmsOf, scoreOf } from '../../scripts/train-falls/score.ts';
import { asToldBy } from '../../scripts/train-falls/variants.ts';

const handMade = (movement: Movement, id: string, isFall: boolean): Recording => {
  const { rateHz, xyz } = told(movement, { rateHz: 50, seconds: 14 });
  const axis = (at: 0 | 1 | 2) => Float64Array.from(xyz, (g) => g[at]);
  return {
    set: 'by hand',
    id,
    subject: 'nobody',
    age: 'young',
    activity: id,
    fall: isFall,
    repeats: false,
    rateHz,
    x: axis(0),
    y: axis(1),
    z: axis(2),
    peakS: 8,
  };
};

/** Every so many of a set, so that it stays a matter of seconds. */
const everyNth = (recordings: readonly Recording[], n: number) => recordings.filter((_, i) => i % n === 0);

type Case = readonly [what: string, placement: Placement, recordings: readonly Recording[]];
const samples: readonly Case[] = haveRecordings()
  ? [
      ['WEDA-FALL, wrist', 'wrist', everyNth(readSet('weda'), 12)],
      // One of these passes the cut by several peaks together only.
      ['SmartFallMM, wrist', 'wrist', everyNth(readSet('smartfallmm-wrist'), 19)],
      ['SmartFallMM, hip', 'hip', everyNth(readSet('smartfallmm-hip'), 16)],
    ]
  : [
      [
        'movements made by hand (the reference recordings are not here)',
        'waist',
        [
          handMade(falling(8), 'fall', true),
          handMade(falling(8, { impactG: 6, turned: 60 }), 'hard fall', true),
          handMade(walking, 'walk', false),
          handMade(sittingDown(7), 'sit', false),
          handMade(turningOver(6), 'turn', false),
        ],
      ],
    ];

function alarmsLive(recording: Recording, placement: Placement): number[] {
  const device: Device = { id: 'w-1', kind: 'wearable', placement };
  const { t, x, y, z } = asToldBy({}, recording);
  const home = play(fall);
  for (let from = 0; from < t.length; from += 20) {
    const xyz = x
      .slice(from, from + 20)
      .map((g, i): [number, number, number] => [g, y[from + i] as number, z[from + i] as number]);
    home.reading(Math.round(t[from] as number), device, 'acceleration', { rateHz: recording.rateHz, xyz });
  }
  home.quiet(Math.round(t.at(-1) as number) + 5_000);
  return home.findings.filter(({ worsens }) => !worsens).map(({ at }) => at.mono / 1_000);
}

describe.each(samples)('%s', (_, placement, recordings) => {
  const live = recordings.map((recording) => alarmsLive(recording, placement));

  it('the detector says what the evaluation counts: the same recordings, whole or cut off', () => {
    const rows = noRows();
    recordings.forEach((recording, index) => {
      addRows(rows, recording, index, {}, () => 0.5);
    });
    const model = models[placement];
    const counted = alarmsOf(judge(model, rows), { cut: model.cuts.normal, hits: model.hits });
    expect(recordings.map((_, i) => live[i]?.length ?? 0)).toEqual(
      recordings.map((_, i) => counted.get(i)?.length ?? 0),
    );
  });

  it('finds most falls and leaves most of daily life alone, each decision within 2.5 s of a peak', () => {
    const { found, falls, quiet, daily } = scoreOf(recordings, new Map(live.entries()), { decided: true });
    // The shipped weights have seen these people: this guards the pipeline. The figures are in docs/falls.md.
    expect(found / falls).toBeGreaterThan(0.7);
    expect(quiet / daily).toBeGreaterThan(0.9);
  });
});
