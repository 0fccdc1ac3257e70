// Plays a detector on a virtual clock: its state is stored and loaded at every step, and a reading comes before a deadline
// of the same instant.

import type { AnyDetector, FoundFault, HomeView, Input } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Fact } from '#contract/facts.ts';
import type { Begun } from '#contract/finding.ts';
import type { Measurement } from '#contract/health.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Quality } from '#contract/reading.ts';
import type { Moment, MonoMs, WallMs } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import type { Warning } from '#contract/warning.ts';

/** A finding with facts whose parts can be read by name. */
type Seen = Omit<Begun, 'active' | 'because'> & { active: boolean; because: Fact[] };

export interface Played {
  findings: Seen[];
  /** What was said of sensors: changes only. */
  faults: FoundFault[];
  /** What was to be said in the home, and to be said no more. */
  warnings: Warning[];
  measurements: Measurement[];
  /** To orders. */
  answers: unknown[];
  /** The detector's state as it is stored now. */
  state(): unknown;
  /** When it asked to be woken. */
  wakesAt(): number | undefined;
  /** A reading `at` ms; deadlines before it come first. */
  reading(at: number, device: Device, quantity: Quantity, value: Value, quality?: Quality): Played;
  /** Any other input, `at` ms. */
  input(at: number, make: (at: Moment) => Input): Played;
  /** Nothing is heard up to and including `at` ms. */
  quiet(at: number): Played;
  /** The process ends and begins: the detector keeps what its checkpoint policy keeps. */
  restart(): Played;
  /** Power off and on: the same, and the monotonic clock begins anew. */
  reboot(): Played;
}

/** A home of which nothing is known beside the readings. */
export const someHome: HomeView = { zone: 'UTC', devices: [], presence: 'unknown' };

export function play(detector: AnyDetector, options: Record<string, unknown> = {}, view: HomeView = someHome): Played {
  const parsed = detector.options.parse(options);
  let stored = JSON.stringify(detector.start());
  let seq = 0;
  let boots = 1;
  let wakeAt: MonoMs | undefined;
  const findings: Seen[] = [];
  const faults: FoundFault[] = [];
  const warnings: Warning[] = [];
  const measurements: Measurement[] = [];
  const answers: unknown[] = [];
  const known = new Map<string, boolean>();
  const moment = (at: number) => ({
    mono: at as MonoMs,
    wall: at as WallMs,
    wallTrusted: true,
    bootId: `boot-${boots}`,
  });
  const give = (input: Input) => {
    const step = detector.step(JSON.parse(stored), input, parsed, view);
    stored = JSON.stringify(step.state);
    wakeAt = step.wakeAt;
    findings.push(...step.findings);
    warnings.push(...(step.warnings ?? []));
    measurements.push(...(step.measurements ?? []));
    if (step.answer) answers.push(step.answer);
    for (const fault of step.faults ?? []) {
      const key = `${fault.code}@${fault.subject}`;
      if (fault.active !== (known.get(key) ?? false)) faults.push(fault);
      known.set(key, fault.active);
    }
  };
  const wakeBefore = (at: number, inclusive: boolean) => {
    for (let wakes = 0; wakeAt !== undefined && (inclusive ? wakeAt <= at : wakeAt < at); wakes++) {
      if (wakes > 1_000) throw new Error(`woken without end, at ${wakeAt}`);
      const due = wakeAt;
      wakeAt = undefined;
      give({ kind: 'deadline', at: moment(due) });
    }
  };
  const played: Played = {
    findings,
    faults,
    warnings,
    measurements,
    answers,
    state: () => JSON.parse(stored),
    wakesAt: () => wakeAt,
    reading(at, device, quantity, value, quality = 'good') {
      wakeBefore(at, false);
      seq += 1;
      give({
        kind: 'reading',
        at: moment(at),
        device,
        reading: { deviceId: device.id, quantity, value, quality, at: moment(at), seq },
      });
      return played;
    },
    input(at, make) {
      wakeBefore(at, false);
      give(make(moment(at)));
      return played;
    },
    quiet(at) {
      wakeBefore(at, true);
      return played;
    },
    restart() {
      if (detector.checkpoint === 'none') stored = JSON.stringify(detector.start());
      wakeAt = undefined;
      known.clear();
      return played;
    },
    reboot() {
      boots += 1;
      return played.restart();
    },
  };
  return played;
}

/** It begins before it ends, and never ends twice. */
export const inTurns = (findings: readonly Pick<Seen, 'active'>[]): boolean =>
  findings.every(({ active }, index) => active || findings[index - 1]?.active === true);

/** Good readings each `everyMs` from `from` to `to`, both included; their values by their number, or all the same. */
export function each(
  played: Played,
  device: Device,
  quantity: Quantity,
  value: number | ((n: number, at: number) => number),
  { from, to, everyMs }: { from: number; to: number; everyMs: number },
): Played {
  for (let at = from, n = 0; at <= to; at += everyMs, n += 1)
    played.reading(at, device, quantity, typeof value === 'number' ? value : value(n, at));
  return played;
}
