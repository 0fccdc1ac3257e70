// The detectors on the path: which is asked what, in which order, and what is done with each answer.

import type { CommandAnswer } from '#contract/command.ts';
import type { AnyDetector, HomeView, Input, Step } from '#contract/detector.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Json } from '#contract/json.ts';
import { type Presence, saidOverText } from '#contract/presence.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';
import { HOUR, later, type Moment, type MonoMs, shifted, soonest } from '#contract/time.ts';
import { type Warning, warningKey } from '#contract/warning.ts';
import { warningText } from '#src/alerts/words.ts';
import type { HomeState, Rules } from './home.ts';
import { measured } from './outbox.ts';
import { raise } from './raise.ts';
import type { DetectorTable, WatchedHome } from './watched-home.ts';

export type ReadingInput = Extract<Input, { kind: 'reading' }>;
export type OrderInput = Extract<Input, { kind: 'order' }>;

export function askAboutReading(home: WatchedHome, input: ReadingInput): void {
  for (const detector of home.detectors.consumers[input.reading.quantity]) ask(home, detector, input);
}

export function askAll(home: WatchedHome, input: Input): void {
  const { held } = home.detectors;
  if (held) held.push(input);
  else for (const detector of home.rules.detectors) ask(home, detector, input);
}

/** The answer of the detector that the order is for. */
export function carryOutOrder(home: WatchedHome, input: OrderInput): Pick<CommandAnswer, 'done' | 'refused'> {
  const answers = home.rules.detectors.flatMap((detector) => ask(home, detector, input) ?? []);
  return answers[0] ?? { done: false, refused: 'no-change' };
}

function ask(home: WatchedHome, detector: AnyDetector, input: Input): Step<Json>['answer'] {
  const { state } = home;
  try {
    const step = stepOf(home, detector, input);
    state.detectors[detector.id] = step.state;
    setWake(state, detector.id, step.wakeAt);
    if (step.save || mustSave(detector, input, step)) home.changes.checkpoints.add(detector.id);
    follow(home, step, input.at);
    return step.answer;
  } catch (thrown) {
    // A defect in one detector must not silence the others.
    reportFailed(home, detector, thrown, 'kept');
    return undefined;
  }
}

/**
 * The detector's answer. Where it fails on the state it has (of an earlier version, or of a defect) but not on a new one, it
 * begins anew: else it would fail on each reading from now on, and watch over nothing.
 * @throws what the detector threw, where it fails in any case
 */
function stepOf(home: WatchedHome, detector: AnyDetector, input: Input): Step<Json> {
  const options = home.rules.detectorOptions[detector.id] ?? {};
  const { view } = home.detectors;
  const before = home.state.detectors[detector.id];
  if (before === undefined) return detector.step(detector.start(), input, options, view);
  try {
    return detector.step(before, input, options, view);
  } catch (thrown) {
    const up = { kind: 'start', at: input.at } as const;
    const fresh =
      detector.checkpoint === 'hourly' ? detector.step(detector.start(), up, options, view).state : undefined;
    const step = detector.step(fresh ?? detector.start(), input, options, view);
    reportFailed(home, detector, thrown, 'begun-anew');
    return step;
  }
}

const reportFailed = (home: WatchedHome, { id }: AnyDetector, thrown: unknown, memory: 'kept' | 'begun-anew') =>
  home.fault('detector-failed', 'gateway', true, { detector: id, reason: reasonOf(thrown), memory });

/**
 * What a detector found, and what a person did about it, is written with the alert. Else a power cut within the hour would
 * raise it once more, or, where it was resolved, leave the detector believing that it is still reported.
 */
const mustSave = ({ checkpoint, hazard }: AnyDetector, input: Input, { findings }: Step<Json>): boolean =>
  checkpoint === 'hourly' && (findings.length > 0 || (input.kind === 'resolved' && input.hazard === hazard));

function setWake({ wakes }: HomeState, id: string, at: MonoMs | undefined): void {
  if (at === undefined) delete wakes[id];
  else wakes[id] = at;
}

function follow(home: WatchedHome, step: Step<unknown>, at: Moment): void {
  const raised = step.findings.map((finding) => raise(home, finding));
  const isShared = Object.values(home.rules.channels).some(({ evidence }) => evidence);
  for (const around of step.keep ?? []) {
    const alert = raised.findLast((alert) => around.found && alert?.deviceId === around.deviceId);
    home.evidence.around(around, isShared ? alert : undefined);
  }
  for (const { code, subject, active, context } of step.faults ?? []) home.fault(code, subject, active, context);
  for (const warning of step.warnings ?? []) warn(home, warning);
  for (const measurement of step.measurements ?? []) measured(home, measurement);
  if (step.saidOver) home.ports.tap({ type: 'said-over', at, ...step.saidOver, text: saidOverText(step.saidOver) });
  if (step.presence !== undefined) setPresence(home, step.presence, at);
}

function warn({ state, ports, changes }: WatchedHome, warning: Warning): void {
  const key = warningKey(warning);
  if (warning.active === (state.warnings[key] !== undefined)) return;
  if (warning.active) state.warnings[key] = { warning, saidAt: null };
  else delete state.warnings[key];
  changes.warnings = true;
  ports.tap({ type: 'warning', at: warning.at, warning, text: warningText(warning), again: false });
}

function setPresence(home: WatchedHome, presence: Presence, at: Moment): void {
  const { state, ports, detectors, rules } = home;
  if (presence === state.presence) return;
  state.presence = presence;
  detectors.view = viewOf(state, rules);
  ports.tap({ type: 'presence', at, presence });
  askAll(home, { kind: 'presence', at, presence });
}

/** Asks those that wanted to be woken by now, each at the instant that it named; once an hour has what is learned written. */
export function wakeDetectors(home: WatchedHome, now: Moment): void {
  const { state, rules } = home;
  for (const detector of rules.detectors) {
    const at = state.wakes[detector.id];
    if (at === undefined || at > now.mono) continue;
    delete state.wakes[detector.id];
    ask(home, detector, { kind: 'deadline', at: momentAt(at, now) });
  }
  if (state.keptAt !== null && later(state.keptAt, HOUR) > now.mono) return;
  state.keptAt = now.mono;
  keepLearned(home);
}

/** Has what is learned written. */
export function keepLearned({ detectors, changes }: WatchedHome): void {
  for (const { id } of detectors.learning) changes.checkpoints.add(id);
}

/** When a detector asked to be woken, or what is learned is to be written. */
export function nextWake({ state, detectors }: WatchedHome): MonoMs | undefined {
  const hourly = detectors.learning.length > 0 ? later(state.keptAt ?? (0 as MonoMs), HOUR) : undefined;
  return soonest(hourly, ...Object.values(state.wakes));
}

/** The gateway has come up, or its journal could be read only later: what was learned before is taken up. */
export function startDetectors(home: WatchedHome, at: Moment, learned: Readonly<Record<string, Json>> = {}): void {
  const { state, detectors } = home;
  state.keptAt ??= at.mono;
  const unseenMs = at.wallTrusted && state.seenUntil !== null ? Math.max(0, at.wall - state.seenUntil) : undefined;
  const held: Input[] = [];
  detectors.held = held;
  for (const detector of detectors.learning) {
    const before = learned[detector.id];
    if (before !== undefined) state.detectors[detector.id] = before;
    else if (state.started) continue;
    ask(home, detector, { kind: 'start', at, unseenMs });
  }
  // Now that each has started: before, one would take it by the time of an earlier boot.
  detectors.held = undefined;
  for (const input of held) askAll(home, input);
  state.started = true;
}

/** Devices or rules are other ones. */
export function refreshDetectors({ state, rules, detectors }: WatchedHome): void {
  Object.assign(detectors, tableOf(state, rules));
}

/** Other rules: a detector that is now switched off ends its own faults and warnings, and reports nothing more. */
export function applyRulesToDetectors(home: WatchedHome, at: Moment): void {
  refreshDetectors(home);
  for (const detector of home.rules.detectors) {
    if (detector.hazard !== null && !isOff(home.rules, detector.id)) continue;
    ask(home, detector, { kind: 'deadline', at });
    for (const { warning } of Object.values(home.state.warnings)) {
      const { hazard, subject } = warning;
      if (hazard === detector.hazard) warn(home, { hazard, subject, active: false, at, because: [] });
    }
  }
}

/** The instant of a deadline that fell due a little before `now`. */
export const momentAt = (mono: MonoMs, now: Moment): Moment => shifted(now, mono - now.mono);

export function tableOf(state: HomeState, rules: Rules): Omit<DetectorTable, 'held'> {
  const on = rules.detectors.filter(({ id }) => !isOff(rules, id));
  // One that is switched off gets no readings. It is still asked about faults and what people say, which costs nothing.
  const consumers = {} as Record<Quantity, AnyDetector[]>;
  for (const quantity of Object.keys(quantities) as Quantity[])
    consumers[quantity] = on.filter(({ consumes }) => consumes.includes(quantity));
  return { consumers, learning: on.filter(({ checkpoint }) => checkpoint === 'hourly'), view: viewOf(state, rules) };
}

const viewOf = (state: HomeState, rules: Rules): HomeView => ({
  zone: rules.zone,
  devices: Object.values(state.devices),
  people: rules.people ?? [],
  presence: state.presence,
  off: rules.detectors.filter(({ id }) => isOff(rules, id)).map(({ id }) => id),
});

const isOff = ({ detectorOptions }: Rules, id: string): boolean => detectorOptions[id]?.enabled === false;
