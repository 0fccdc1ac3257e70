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
import { SAVED, saysAway, wasBlind } from './common.ts';

type Switch = { enabled: boolean };

/** @typeParam Options of one rule, with its switch. */
export interface Lasting<Options extends Switch> {
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
  /** It is about a person: once they have said that they are away, it is waited for no more. */
  endsAway?: boolean;
  /** Whether what begins at this instant is watched at all. */
  counts?(options: Options, at: Moment, view: HomeView): boolean;
  because(minutes: number, options: Options, reading: { value: number | boolean | string }): Because[];
}

type Open = { since: Stamp; told: boolean; dealt?: boolean; limitMs: number; value: number | boolean | string };
type State = { levels: Levels; open: Record<string, Open> };

/** What a step is judged by. */
interface Given {
  rule: Lasting<Switch>;
  options: Switch;
  view: HomeView;
}

interface Outcome {
  state: State;
  findings: Finding[];
}
const nothing = (state: State): Outcome => ({ state, findings: [] });

export function lasting<Options extends Switch>(rule: Lasting<Options>): AnyDetector {
  return defineDetector<State, z.ZodObject>({
    id: rule.id,
    hazard: rule.hazard,
    consumes: rule.consumes,
    options: rule.options,
    checkpoint: 'hourly',
    start: () => ({ levels: [], open: {} }),
    step(before, input, given, view): Step<State> {
      const options = given as Options;
      if (!options.enabled) return nothing({ levels: [], open: {} });
      const judged = { rule, options, view };
      const next = taken(before, input, judged);
      const ripe = due(next.state, input.at, judged);
      const { open } = ripe.state;
      const ends = Object.values(open).map(({ since, told, limitMs }) =>
        told ? undefined : later(since.mono, limitMs),
      );
      const hasBegun = Object.keys(open).some((id) => !Object.hasOwn(before.open, id));
      return {
        state: ripe.state,
        findings: [...next.findings, ...ripe.findings],
        wakeAt: soonest(...ends),
        ...(hasBegun && SAVED),
      };
    },
  });
}

function taken(state: State, input: Input, given: Given): Outcome {
  const lost = losing(input);
  // What can no longer be seen is held against nobody; its loss is a fault of its own.
  if (lost !== undefined && own(state.open, lost)?.told === false)
    return nothing({ ...state, open: without(state.open, lost) });
  if (input.kind === 'start') return nothing(started(state, input));
  if (input.kind === 'resolved') return nothing(resolved(state, input, given));
  if (input.kind === 'said') return nothing(given.rule.endsAway && saysAway(input.said) ? notTold(state) : state);
  return input.kind === 'reading' && input.reading.quality !== 'bad' ? hear(state, input, given) : nothing(state);
}

/** After hours unwatched, what is still so is reported by its sensor again, and may not count at that hour. */
function started(state: State, input: Extract<Input, { kind: 'start' }>): State {
  const kept = Object.entries(state.open).filter(([, { told }]) => told || !wasBlind(input));
  const open = Object.fromEntries(kept.map(([id, one]) => [id, { ...one, since: rebased(one.since, input.at) }]));
  return { levels: afterStart(state.levels), open };
}

const notTold = (state: State): State => ({
  ...state,
  open: Object.fromEntries(Object.entries(state.open).filter(([, { told }]) => told)),
});

function resolved(state: State, input: Extract<Input, { kind: 'resolved' }>, { rule }: Given): State {
  const id = input.hazard === rule.hazard ? deviceIn(input.subject) : undefined;
  const one = id === undefined ? undefined : own(state.open, id);
  if (id === undefined || !one?.told) return state;
  // A device that is lost reports, once it is back, how things are.
  if (!input.heard) return { ...state, open: without(state.open, id) };
  const anew = { ...one, told: false, dealt: true, since: rule.anewAtOnce ? one.since : input.at };
  return { ...state, open: { ...state.open, [id]: anew } };
}

function hear(
  before: State,
  { reading, device }: Extract<Input, { kind: 'reading' }>,
  { rule, options, view }: Given,
): Outcome {
  const { levels, active } = heard(before.levels, reading, device);
  const state = { ...before, levels };
  const holds = rule.holds(reading, device, options, active);
  const known = own(state.open, device.id);
  const { at } = reading;
  if (holds && !known && (rule.counts?.(options, at, view) ?? true)) {
    const value = reading.value as Open['value'];
    const one = { since: at, told: false, limitMs: rule.limitMinutes(options, device) * MINUTE, value };
    return nothing({ ...state, open: { ...state.open, [device.id]: one } });
  }
  // In doubt it may begin, but does not end.
  if (holds === false && known && reading.quality === 'good') {
    const over: Over = { ...about(device.id, at, rule), active: false, because: [] };
    return { state: { ...state, open: without(state.open, device.id) }, findings: known.told ? [over] : [] };
  }
  return nothing(state);
}

/** What has lasted too long by now. */
function due(state: State, at: Moment, { rule, options }: Given): Outcome {
  const ripe = Object.entries(state.open).filter(
    ([, { since, told, limitMs }]) => !told && elapsed(since, at) >= limitMs,
  );
  if (ripe.length === 0) return nothing(state);
  const open = { ...state.open };
  for (const [id, one] of ripe) open[id] = { ...one, told: true };
  const findings = ripe.map(([id, { since, value, dealt }]): Begun => {
    const because = rule.because(Math.round(elapsed(since, at) / MINUTE), options, { value });
    return { ...about(id, at, rule), active: true, because: dealt ? [STILL_PRESENT, ...because] : because };
  });
  return { state: { ...state, open }, findings };
}

const about = (deviceId: string, at: Moment, { hazard, severity }: Lasting<Switch>) =>
  ({ hazard, subject: `device:${deviceId}`, severity, at }) as const;
