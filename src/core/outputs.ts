// What the home sees and hears: outputs that follow the reactions, and cues that follow the stages of a call.

import type { Cue, Stage } from '#contract/actuator.ts';
import type { Alert, OutputAction, OutputResult } from '#contract/alert.ts';
import { isOpen } from '#contract/alert.ts';
import { type OutputKind, outputKinds, type Subject } from '#contract/device.ts';
import type { Fault, FaultCode } from '#contract/fault.ts';
import { own } from '#contract/own.ts';
import { later, type Moment, type MonoMs, SECOND } from '#contract/time.ts';
import { bandSignals, cueFor, shown } from '#src/alerts/cues.ts';
import { told } from '#src/alerts/lifecycle.ts';
import { isOnce, type Output, type Wish, wishes } from '#src/alerts/reactions.ts';
import { warningText } from '#src/alerts/words.ts';
import type { HomeState, Rules } from './home.ts';
import type { Ports } from './ports.ts';

/** An output that failed, or whose feedback disagreed, is tried again as long as it is wanted. */
const RETRY_MS = 30 * SECOND;
/** "Still trying" is said again so often. */
const REPEAT_MS = 30 * SECOND;
/** The question whether all is well is put again so often while it waits for its answer. */
const ASK_AGAIN_MS = 6 * SECOND;
const repeatMs: Partial<Record<Stage, number>> = { 'still-trying': REPEAT_MS, asking: ASK_AGAIN_MS };

interface Told {
  storyGrew(alert: Alert, at: Moment): void;
  fault(code: FaultCode, subject: Subject, active: boolean, context?: Fault['context']): void;
  touch(): void;
}

export function outputs(
  state: HomeState,
  { clock, switchgear, speaker, indicator, bands, tap }: Ports,
  rules: () => Rules,
  { storyGrew, fault, touch }: Told,
) {
  /** Outputs that show the stage of a call. */
  let signals: string[] = [];
  let lastSignal = '';
  const cue = (alert: Alert, stage: Stage): Cue =>
    cueFor(alert, stage, {
      alone: Object.keys(rules().channels).length === 0,
      hasKey: own(state.devices, alert.deviceId)?.tellsHold,
    });

  /** Commands what is wanted and not yet done; `undefined` or when to look again. */
  function act(now: Moment): MonoMs | undefined {
    const all = Object.values(state.devices).filter(isOutput);
    const { wishes: wanted, nextChange } = wishes(
      Object.values(state.alerts),
      state.times,
      rules().reactions,
      all,
      now.mono,
    );
    let next = nextChange;
    for (const output of all) {
      const wish = wanted.get(output.id);
      const last = own(state.outputs, output.id);
      if (!wish || wish.action === 'signal') {
        delete state.outputs[output.id];
        if (last?.action === 'on') perform(output, 'off', undefined);
        continue;
      }
      const done = last?.action === wish.action && (!isOnce(wish.action) || last.call === wish.call);
      if (!done || (last?.retryAt !== undefined && last.retryAt <= now.mono)) {
        state.outputs[output.id] = { action: wish.action, call: wish.call };
        perform(output, wish.action, wish);
      } else if (last?.retryAt !== undefined && (next === undefined || last.retryAt < next)) next = last.retryAt;
    }
    signals = [...wanted].filter(([, { action }]) => action === 'signal').map(([id]) => id);
    return next;
  }

  function perform(output: Output, action: OutputAction, wish: Wish | undefined): void {
    switchgear.setState(output.id, action).then(({ result, attempts }) => {
      const at = clock.now();
      const subject: Subject = `device:${output.id}`;
      tap({ type: 'output', at, output: output.id, action, result, attempts });
      fault('output-failed', subject, result === 'failed', { action });
      fault('output-unconfirmed', subject, result === 'unconfirmed', { action });
      const last = own(state.outputs, output.id);
      const bad = result === 'failed' || result === 'unconfirmed';
      if (last && last.call === wish?.call) last.retryAt = bad ? later(at.mono, RETRY_MS) : undefined;
      tellStory(output, action, result, attempts, wish, at);
      touch();
    });
  }

  /** An outcome goes into the story of the alert that wanted it, unless it repeats what the story says already. */
  function tellStory(
    output: Output,
    action: OutputAction,
    result: OutputResult,
    attempts: number,
    wish: Wish | undefined,
    at: Moment,
  ): void {
    const alert = wish && state.alerts[wish.alertId];
    if (!alert) return;
    const before = alert.story.findLast((entry) => entry.kind === 'output' && entry.output === output.id);
    const same =
      before?.kind === 'output' &&
      before.action === action &&
      before.result === result &&
      before.at.mono >= (state.times[alert.id]?.calledAt ?? 0);
    if (!same)
      storyGrew(
        told(alert, { kind: 'output', at, output: output.id, outputKind: output.kind, action, result, attempts }),
        at,
      );
  }

  /** Tells the resident where each call stands, once per stage; "still trying" again and again. */
  function show(now: Moment, stageOf: (alert: Alert) => Stage): MonoMs | undefined {
    const open = Object.values(state.alerts).filter(isOpen);
    for (const id of Object.keys(state.told)) if (!open.some((alert) => alert.id === id)) delete state.told[id];
    let next: MonoMs | undefined;
    for (const alert of open) {
      const stage = stageOf(alert);
      const last = state.told[alert.id];
      const again = last?.stage === stage && last.callRev === alert.callRev;
      const every = repeatMs[stage];
      const repeatAt = every !== undefined && again ? later(last.saidAt, every) : undefined;
      if (!again || (repeatAt !== undefined && repeatAt <= now.mono)) {
        state.told[alert.id] = { stage, callRev: alert.callRev, saidAt: now.mono };
        const { say } = cue(alert, stage);
        speaker.say(say);
        tap({ type: 'cue', at: now, alertId: alert.id, rev: alert.callRev, stage, say, again });
      }
      const due = every !== undefined ? later(state.told[alert.id]?.saidAt ?? now.mono, every) : undefined;
      if (due !== undefined && (next === undefined || due < next)) next = due;
    }
    signal(shown(open), stageOf);
    const vibrating = Object.values(state.devices).flatMap(({ id, vibrates }) => (vibrates ? [id] : []));
    bands.signal(bandSignals(open, vibrating, stageOf, (alert, stage) => `${alert.id} ${toldKey(alert, stage)}`));
    const warnedAt = warn(now);
    return warnedAt !== undefined && (next === undefined || warnedAt < next) ? warnedAt : next;
  }

  /** Says what is to be said before it becomes an alert, and says it again; `undefined` or when next. */
  function warn(now: Moment): MonoMs | undefined {
    let next: MonoMs | undefined;
    for (const open of Object.values(state.warnings)) {
      const { warning, saidAt } = open;
      if (!warning.say) continue;
      const every = warning.sayEveryMs;
      if (saidAt === null || (every !== undefined && later(saidAt, every) <= now.mono)) {
        open.saidAt = now.mono;
        speaker.say(warning.say);
        if (saidAt !== null) tap({ type: 'warning', at: now, warning, text: warningText(warning), again: true });
      }
      if (every === undefined) continue;
      const due = later(open.saidAt ?? now.mono, every);
      if (next === undefined || due < next) next = due;
    }
    return next;
  }

  /** What is said again is shown, sounded and felt as often. */
  const toldKey = (alert: Alert, stage: Stage): string =>
    `${alert.callRev} ${stage} ${repeatMs[stage] !== undefined ? state.told[alert.id]?.saidAt : ''}`;

  function signal(alert: Alert | undefined, stageOf: (alert: Alert) => Stage): void {
    const shows = alert ? cue(alert, stageOf(alert)) : null;
    const key = alert && shows ? `${alert.id} ${toldKey(alert, shows.stage)} ${signals.join()}` : '';
    if (key === lastSignal) return;
    lastSignal = key;
    indicator.signal(shows, signals);
  }

  /** An output has gone, or is another one of its name: it does nothing of what it was told. */
  function forget(id: string): void {
    delete state.outputs[id];
    lastSignal = '';
  }

  return { act, show, forget };
}

const isOutput = <D extends { kind: string }>(device: D): device is D & { kind: OutputKind } =>
  (outputKinds as readonly string[]).includes(device.kind);
