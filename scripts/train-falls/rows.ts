// From recordings to rows of features: one row for each peak that the live detector would look at.

import { type Sight, sightOf } from '#src/detectors/fall/judge.ts';
import { FLOOR_G, notePeak, type Peak } from '#src/detectors/fall/peaks.ts';
import { GRID_HZ, IMPACT, type Window, windowAround } from '#src/detectors/fall/window.ts';
import { spoil } from './garbage.ts';
import type { Recording } from './recordings.ts';
import { asToldBy, type Device } from './variants.ts';

export interface Rows {
  /** Index of the recording, peak in seconds and g, and what a model sees, row by row. */
  recording: number[];
  peakS: number[];
  peakG: number[];
  sights: Sight[];
}

export const noRows = (): Rows => ({ recording: [], peakS: [], peakG: [], sights: [] });

/** What a device, worn in recording number `index`, gives the model to look at. `cut` hides a part of some windows, `spoilt` puts garbage in. */
export function addRows(
  rows: Rows,
  recording: Recording,
  index: number,
  device: Device,
  random: () => number,
  { cut = false, spoilt = false } = {},
): void {
  const stream = asToldBy(device, recording, random);
  if (spoilt) spoil(stream, random);
  let peaks: Peak[] = [];
  for (let i = 0; i < stream.t.length; i += 1) {
    const g = Math.hypot(stream.x[i] as number, stream.y[i] as number, stream.z[i] as number);
    peaks = notePeak(peaks, stream.t[i] as number, g, FLOOR_G);
  }
  for (const { t, g } of peaks) {
    const window = windowAround(stream, t);
    if (cut) hide(window, random);
    rows.recording.push(index);
    // On the recording's own clock, also where the movement runs faster.
    rows.peakS.push((t / 1_000) * (device.speed ?? 1));
    rows.peakG.push(g);
    rows.sights.push(sightOf(window));
  }
}

/** A stream that began shortly before the impact, or stopped shortly after it. */
function hide(window: Window, random: () => number): void {
  const blank = (from: number, to: number) => {
    for (const axis of [window.x, window.y, window.z, window.m]) axis.fill(Number.NaN, from, to);
  };
  if (random() < 0.25) blank(0, Math.max(0, IMPACT - Math.round((0.3 + 4.7 * random()) * GRID_HZ)));
  if (random() < 0.15) blank(IMPACT + 2 + Math.round(2.4 * random() * GRID_HZ), window.m.length);
}

/** A device drawn at random, within what can be bought. */
export function anyDevice(placement: 'wrist' | 'waist' | 'hip', nativeHz: number, random: () => number): Device {
  const pick = <Kind>(kinds: readonly Kind[]): Kind => kinds[Math.floor(random() * kinds.length)] as Kind;
  const rateHz = pick([20, 20, 25, 25, 26, 32, 40, 50, 50, 62.5, 100, nativeHz]);
  return {
    rateHz: rateHz > nativeHz * 1.6 ? nativeHz : rateHz,
    smooth: random() < 0.5,
    rangeG: placement === 'wrist' ? pick([4, 4, 8, 8, 16]) : pick([4, 8, 8, 16, 16]),
    noiseG: random() * 0.02,
    offsetG: 0.04,
    scale: 0.04,
    speed: 0.85 + 0.3 * random(),
    strength: 0.8 + 0.4 * random(),
  };
}
