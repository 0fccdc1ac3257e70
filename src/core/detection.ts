// The detectors on the path: which is asked what, in which order, and what is done with each answer.

import type { Alert } from '#contract/alert.ts';
import type { CommandAnswer } from '#contract/command.ts';
import type { AnyDetector, Around, HomeView, Input, Step } from '#contract/detector.ts';
import type { Subject } from '#contract/device.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Fault, FaultCode } from '#contract/fault.ts';
import type { Finding } from '#contract/finding.ts';
import type { Measurement } from '#contract/health.ts';
import type { Json } from '#contract/json.ts';
import type { Presence } from '#contract/presence.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';
import type { Tap } from '#contract/tap.ts';
import { HOUR, later, type Moment, type MonoMs, shifted, soonest } from '#contract/time.ts';
import { type Warning, warningKey } from '#contract/warning.ts';
import { warningText } from '#src/alerts/words.ts';
import type { HomeState, Rules } from './home.ts';

interface Told {
  /** The alert that it raised or changed. */
  raise(finding: Finding): Alert | undefined;
  /** Raw samples worth keeping; `alert`: the one that this step raised, if any. */
  keep(around: Around, alert: Alert | undefined): void;
  /** A measurement that is new, or of which more is known. */
  measured(measurement: Measurement): void;
  fault(code: FaultCode, subject: Subject, active: boolean, context?: Fault['context']): void;
  /** The state of this detector is worth a write now. */
  save(detectorId: string): void;
  /** Something changed that timers or outputs may follow from. */
  changed(): void;
}

export function detection(state: HomeState, tap: Tap, rules: () => Rules, told: Told) {
  let consumers = consumersOf(rules());
  let view = viewOf();

  /** One that is switched off learns nothing. */
  const learning = () =>
    rules().detectors.filter(({ id, checkpoint }) => checkpoint === 'hourly' && !isOff(rules(), id));

  function viewOf(): HomeView {
    return {
      zone: rules().zone,
      devices: Object.values(state.devices),
      people: rules().people ?? [],
      presence: state.presence,
      off: rules()
        .detectors.filter(({ id }) => isOff(rules(), id))
        .map(({ id }) => id),
    };
  }

  function ask(detector: AnyDetector, input: Input): Step<Json>['answer'] {
    try {
      const step = stepOf(detector, input);
      state.detectors[detector.id] = step.state;
      if (step.wakeAt !== state.wakes[detector.id]) wake(detector, step.wakeAt);
      if (step.save || isHandled(detector, input, step)) save(detector);
      follow(step, input.at);
      return step.answer;
    } catch (thrown) {
      // A defect in one detector must not silence the others.
      failed(detector, thrown, 'kept');
      return undefined;
    }
  }

  /**
   * What was found, and what a person did about it, is written with the alert. Else a power cut within the hour would have it
   * told once more, or, where it was resolved, have the detector take it as told for good.
   */
  const isHandled = ({ checkpoint, hazard }: AnyDetector, input: Input, { findings }: Step<Json>): boolean =>
    checkpoint === 'hourly' && (findings.length > 0 || (input.kind === 'dealt' && input.hazard === hazard));

  function wake({ id }: AnyDetector, at: MonoMs | undefined): void {
    if (at === undefined) delete state.wakes[id];
    else state.wakes[id] = at;
    told.changed();
  }

  /**
   * The detector's answer. Where it fails on what it remembers (of an earlier version, or of a defect), but not without,
   * it begins anew: else it would fail on each reading from now on, and watch over nothing.
   * @throws what the detector threw, where it fails in any case.
   */
  function stepOf(detector: AnyDetector, input: Input): Step<Json> {
    const options = rules().detectorOptions[detector.id] ?? {};
    const before = state.detectors[detector.id];
    if (before === undefined) return detector.step(detector.start(), input, options, view);
    try {
      return detector.step(before, input, options, view);
    } catch (thrown) {
      const up = { kind: 'start', at: input.at } as const;
      const fresh =
        detector.checkpoint === 'hourly' ? detector.step(detector.start(), up, options, view).state : undefined;
      const step = detector.step(fresh ?? detector.start(), input, options, view);
      failed(detector, thrown, 'begun-anew');
      return step;
    }
  }

  const failed = ({ id }: AnyDetector, thrown: unknown, memory: 'kept' | 'begun-anew') =>
    told.fault('detector-failed', 'gateway', true, { detector: id, reason: reasonOf(thrown), memory });

  function save({ id }: AnyDetector): void {
    told.save(id);
    told.changed();
  }

  /** Has what is learned written; false where nothing is. */
  function keep(): boolean {
    for (const detector of learning()) save(detector);
    return learning().length > 0;
  }

  function follow(
    { findings, faults, warnings, presence, keep: around, measurements }: Step<unknown>,
    at: Moment,
  ): void {
    const raised = findings.map((finding) => told.raise(finding));
    for (const one of around ?? [])
      told.keep(
        one,
        raised.findLast((alert) => one.found && alert?.deviceId === one.deviceId),
      );
    for (const { code, subject, active, context } of faults ?? []) told.fault(code, subject, active, context);
    for (const warning of warnings ?? []) warn(warning);
    for (const measurement of measurements ?? []) told.measured(measurement);
    if (presence !== undefined) setPresence(presence, at);
  }

  function warn(warning: Warning): void {
    const key = warningKey(warning);
    if (warning.active === (state.warnings[key] !== undefined)) return;
    if (warning.active) state.warnings[key] = { warning, saidAt: null };
    else delete state.warnings[key];
    tap({ type: 'warning', at: warning.at, warning, text: warningText(warning), again: false });
    told.changed();
  }

  function setPresence(presence: Presence, at: Moment): void {
    if (presence === state.presence) return;
    state.presence = presence;
    view = viewOf();
    tap({ type: 'presence', at, presence });
    all({ kind: 'presence', at, presence });
    told.changed();
  }

  /** What follows from the start of one is told to all when each has started: it would be heard with the time of another boot. */
  let held: Input[] | undefined;

  function all(input: Input): void {
    if (held) return void held.push(input);
    for (const detector of rules().detectors) ask(detector, input);
  }

  function refresh(): void {
    consumers = consumersOf(rules());
    view = viewOf();
  }

  return {
    all,
    /** The answer of the detector that the order is for. */
    order(input: Extract<Input, { kind: 'order' }>): Pick<CommandAnswer, 'done' | 'refused'> {
      const answers = rules().detectors.flatMap((detector) => ask(detector, input) ?? []);
      return answers[0] ?? { done: false, refused: 'no-change' };
    },
    reading(input: Extract<Input, { kind: 'reading' }>): void {
      for (const detector of consumers[input.reading.quantity]) ask(detector, input);
    },
    /** Those that asked to be woken by now, each at the instant it named; and once an hour what was learned is written. */
    due(now: Moment): void {
      for (const detector of rules().detectors) {
        const at = state.wakes[detector.id];
        if (at === undefined || at > now.mono) continue;
        delete state.wakes[detector.id];
        ask(detector, { kind: 'deadline', at: momentAt(at, now) });
      }
      if (state.keptAt !== null && later(state.keptAt, HOUR) > now.mono) return;
      state.keptAt = now.mono;
      keep();
    },
    keep,
    /** When it is due again. */
    dueAt(): MonoMs | undefined {
      const hourly = learning().length > 0 ? later(state.keptAt ?? (0 as MonoMs), HOUR) : undefined;
      return soonest(hourly, ...Object.values(state.wakes));
    },
    /** The gateway has come up, or what its journal held was read late: what was learned before is taken up. */
    start(at: Moment, learned: Readonly<Record<string, Json>> = {}): void {
      state.keptAt ??= at.mono;
      const unseenMs = at.wallTrusted && state.seenUntil !== null ? Math.max(0, at.wall - state.seenUntil) : undefined;
      held = [];
      for (const detector of learning()) {
        const before = learned[detector.id];
        if (before !== undefined) state.detectors[detector.id] = before;
        else if (state.started) continue;
        ask(detector, { kind: 'start', at, unseenMs });
      }
      const after = held;
      held = undefined;
      for (const input of after) all(input);
      state.started = true;
    },
    /** Other devices, or another presence of them. */
    refresh,
    /** Other rules: what is switched off now puts its things away itself, and says nothing more; nor do others of it. */
    rules(at: Moment): void {
      refresh();
      for (const detector of rules().detectors.filter(({ id, hazard }) => hazard === null || isOff(rules(), id))) {
        ask(detector, { kind: 'deadline', at });
        for (const { warning } of Object.values(state.warnings))
          if (warning.hazard === detector.hazard) warn({ ...warning, active: false, at, because: [] });
      }
    },
  };
}

/** The instant of a deadline that fell due a little before `now`. */
export const momentAt = (mono: MonoMs, now: Moment): Moment => shifted(now, mono - now.mono);

/** Who hears readings of each quantity. One that is switched off is told of faults and of what people say, which cost nothing. */
function consumersOf(rules: Rules): Record<Quantity, AnyDetector[]> {
  const on = rules.detectors.filter(({ id }) => !isOff(rules, id));
  const table = {} as Record<Quantity, AnyDetector[]>;
  for (const quantity of Object.keys(quantities) as Quantity[])
    table[quantity] = on.filter(({ consumes }) => consumes.includes(quantity));
  return table;
}

const isOff = ({ detectorOptions }: Rules, id: string): boolean => detectorOptions[id]?.enabled === false;
