// Rules about what lasts too long: a door that stays open, a stove that stays on, a bed that stays empty.

import type { z } from 'zod';
import { elapsed, rebased, type Stamp } from '#base/instant.ts';
import { deviceIn } from '#base/subject.ts';
import { type AnyDetector, defineDetector, type HomeView, type Input, type Step } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Because } from '#contract/facts.ts';
import type { Begun, Finding, Over } from '#contract/finding.ts';
import type { Hazard, Severity } from '#contract/hazard.ts';
import { own, without } from '#contract/own.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import { later, MINUTE, type Moment, soonest } from '#contract/time.ts';
import { afterStart, heard, type Levels } from '../activity.ts';
import { losing } from '../lost.ts';
import { STILL_PRESENT } from '../still-present.ts';
import { SAVED, wasBlind } from './common.ts';

/** @typeParam Options of one rule, with its switch. */
export interface Lasting<Options extends { enabled: boolean }> {
  id: string;
  hazard: Hazard;
  severity: Severity;
  consumes: readonly Quantity[];
  options: z.ZodObject & z.ZodType<Options>;
  /** Whether it is so by this reading; undefined where the reading does not say. `changed`: it was not so before. */
  holds(reading: Reading, device: Device, options: Options, changed: boolean): boolean | undefined;
  /** Resolved while it still holds, it is reported again at once; without this, once it has lasted as long again. */
  anewAtOnce?: boolean;
  limitMinutes(options: Options, device: Device): number;
  /** Whether what begins at this instant is watched at all. */
  counts?(options: Options, at: Moment, view: HomeView): boolean;
  because(minutes: number, options: Options, reading: { value: number | boolean | string }): Because[];
}

type Open = { since: Stamp; told: boolean; dealt?: boolean; limitMs: number; value: number | boolean | string };
type State = { levels: Levels; open: Record<string, Open> };

export function lasting<Options extends { enabled: boolean }>(rule: Lasting<Options>): AnyDetector {
  function taken(state: State, input: Parameters<AnyDetector['step']>[1], options: Options, view: HomeView) {
    const lost = losing(input);
    if (lost !== undefined && own(state.open, lost)?.told === false) {
      // What can no longer be seen is held against nobody; its loss is a fault of its own.
      return { state: { ...state, open: without(state.open, lost) }, findings: [] };
    }
    if (input.kind === 'start') {
      // After hours unwatched, what is still so is reported by its sensor again, and may not count at that hour.
      const kept = Object.entries(state.open).filter(([, { told }]) => told || !wasBlind(input));
      const open = Object.fromEntries(kept.map(([id, one]) => [id, { ...one, since: rebased(one.since, input.at) }]));
      return { state: { levels: afterStart(state.levels), open }, findings: [] };
    }
    if (input.kind === 'resolved') return resolved(state, input);
    return input.kind === 'reading' && input.reading.quality !== 'bad'
      ? read(state, input.reading, input.device, options, view)
      : { state, findings: [] };
  }

  function resolved(state: State, { hazard, subject, at, heard: isHeard }: Extract<Input, { kind: 'resolved' }>) {
    const id = hazard === rule.hazard ? deviceIn(subject) : undefined;
    const one = id === undefined ? undefined : own(state.open, id);
    if (id === undefined || !one?.told) return { state, findings: [] };
    if (!isHeard) {
      // A device that is lost says itself, once it is back, how things are.
      return { state: { ...state, open: without(state.open, id) }, findings: [] };
    }
    const anew = { ...one, told: false, dealt: true, since: rule.anewAtOnce ? one.since : at };
    return { state: { ...state, open: { ...state.open, [id]: anew } }, findings: [] };
  }

  function read(
    before: State,
    reading: Reading,
    device: Device,
    options: Options,
    view: HomeView,
  ): { state: State; findings: Finding[] } {
    const { levels, active } = heard(before.levels, reading, device);
    const state = { ...before, levels };
    const holds = rule.holds(reading, device, options, active);
    const known = own(state.open, device.id);
    const { at } = reading;
    if (holds && !known && (rule.counts?.(options, at, view) ?? true)) {
      const value = reading.value as Open['value'];
      const one = { since: at, told: false, limitMs: rule.limitMinutes(options, device) * MINUTE, value };
      return { state: { ...state, open: { ...state.open, [device.id]: one } }, findings: [] };
    }
    // In doubt it may begin, but does not end.
    if (holds === false && known && reading.quality === 'good') {
      return {
        state: { ...state, open: without(state.open, device.id) },
        findings: known.told ? [over(device.id, at)] : [],
      };
    }
    return { state, findings: [] };
  }

  const about = (deviceId: string, at: Moment) =>
    ({ hazard: rule.hazard, subject: `device:${deviceId}`, severity: rule.severity, at }) as const;
  const begun = (deviceId: string, at: Moment, because: Because[]): Begun => ({
    ...about(deviceId, at),
    active: true,
    because,
  });
  const over = (deviceId: string, at: Moment): Over => ({ ...about(deviceId, at), active: false, because: [] });

  /** What has lasted too long by now. */
  function due(state: State, at: Moment, options: Options): { state: State; findings: Finding[] } {
    const ripe = Object.entries(state.open).filter(
      ([, { since, told, limitMs }]) => !told && elapsed(since, at) >= limitMs,
    );
    if (ripe.length === 0) return { state, findings: [] };
    const open = { ...state.open };
    for (const [id, one] of ripe) open[id] = { ...one, told: true };
    return {
      state: { ...state, open },
      findings: ripe.map(([id, { since, value, dealt }]) => {
        const because = rule.because(Math.round(elapsed(since, at) / MINUTE), options, { value });
        return begun(id, at, dealt ? [STILL_PRESENT, ...because] : because);
      }),
    };
  }

  return defineDetector<State, z.ZodObject>({
    id: rule.id,
    hazard: rule.hazard,
    consumes: rule.consumes,
    options: rule.options,
    checkpoint: 'hourly',
    start: () => ({ levels: [], open: {} }),
    step(before, input, given, view): Step<State> {
      const options = given as Options;
      if (!options.enabled) return { state: { levels: [], open: {} }, findings: [] };
      const { state: heardState, findings } = taken(before, input, options, view);
      const { state, findings: ripe } = due(heardState, input.at, options);
      const wakeAt = soonest(
        ...Object.values(state.open).map(({ since, told, limitMs }) => (told ? undefined : later(since.mono, limitMs))),
      );
      const begun = Object.keys(state.open).some((id) => !Object.hasOwn(before.open, id));
      return { state, findings: [...findings, ...ripe], wakeAt, ...(begun && SAVED) };
    },
  });
}
