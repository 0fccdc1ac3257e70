import { describe, expect, it } from 'vitest';
import type { MonoMs } from '#contract/time.ts';
import { systemClock } from '#src/clock/system.ts';

/** A machine whose clocks are set by hand. */
function machine(start: { wall: number; synchronized?: boolean }) {
  const it = { mono: 5_000, wall: start.wall, synchronized: start.synchronized ?? false };
  const clock = systemClock({ mono: () => it.mono, wall: () => it.wall, synchronized: () => it.synchronized });
  const pass = (ms: number) => {
    it.mono += ms;
    it.wall += ms;
  };
  return { it, clock, pass };
}

const YEAR_2026 = 1_790_000_000_000;

describe('the clock of a box', () => {
  it('that starts in the past goes on from the latest time it knows of', () => {
    const { clock, pass } = machine({ wall: 0 });
    clock.notBefore(YEAR_2026);
    expect(clock.now().wall).toBe(YEAR_2026);
    pass(60_000);
    expect(clock.now()).toMatchObject({ wall: YEAR_2026 + 60_000, wallTrusted: false });
  });

  it('takes the true time when it is set from the network', () => {
    const { it, clock, pass } = machine({ wall: 0 });
    clock.notBefore(YEAR_2026);
    pass(60_000);
    it.wall = YEAR_2026 + 3_600_000;
    it.synchronized = true;
    pass(2_000);
    expect(clock.now()).toMatchObject({ wall: YEAR_2026 + 3_602_000, wallTrusted: true });
  });

  it('that is right already is left alone', () => {
    const { clock } = machine({ wall: YEAR_2026 + 5 });
    clock.notBefore(YEAR_2026);
    expect(clock.now().wall).toBe(YEAR_2026 + 5);
    const trusted = machine({ wall: YEAR_2026 - 1_000, synchronized: true });
    trusted.clock.notBefore(YEAR_2026);
    expect(trusted.clock.now().wall).toBe(YEAR_2026 - 1_000);
  });

  it('follows steps of the wall clock, not its jitter', () => {
    const { it, clock } = machine({ wall: YEAR_2026 });
    it.wall += 40;
    expect(clock.now().wall).toBe(YEAR_2026);
    it.wall -= 86_400_000;
    expect(clock.now().wall).toBe(YEAR_2026 + 40 - 86_400_000);
  });

  it('fires at the deadline, not before, and not when cancelled', async () => {
    const clock = systemClock();
    const order: string[] = [];
    const start = clock.now().mono;
    const cancel = clock.at((start + 5) as MonoMs, 'cancelled', () => order.push('cancelled'));
    cancel();
    const firedAt = await new Promise<number>((resolve) =>
      clock.at((start + 20) as MonoMs, 'due', () => resolve(clock.now().mono)),
    );
    expect(firedAt).toBeGreaterThanOrEqual(start + 20);
    expect(order).toEqual([]);
  });
});
