// When a line counts as carrying garbage.

import { describe, expect, it } from 'vitest';
import { garbageMeter } from '#driver-kit/garbage.ts';

describe('garbage meter', () => {
  it('forgives the few bytes that plugging in a cable makes', () => {
    const meter = garbageMeter();
    expect(meter.add(0, 0, 17)).toBe(false);
  });

  it('speaks up above a fifth of the last ten seconds, and not for less', () => {
    const meter = garbageMeter();
    expect(meter.add(0, 80, 20)).toBe(false);
    expect(meter.add(1_000, 0, 1)).toBe(true);
  });

  it('holds on through silence, and lets go only when good frames come clean', () => {
    const meter = garbageMeter();
    expect(meter.add(0, 0, 100)).toBe(true);
    expect(meter.add(5_000, 90, 0)).toBe(true);
    expect(meter.add(60_000, 0, 1)).toBe(true);
    expect(meter.add(70_000, 9, 0)).toBe(false);
  });

  it('forgets what is older than ten seconds', () => {
    const meter = garbageMeter();
    for (let second = 0; second < 60; second += 1) meter.add(second * 1_000, 9, 1);
    expect(meter.add(60_000, 9, 10)).toBe(false);
  });
});
