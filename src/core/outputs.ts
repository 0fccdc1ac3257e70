// What is switched in the home: outputs follow the reactions to the open alerts, and each outcome goes into its alert's story.

import type { OutputAction, OutputResult } from '#contract/alert.ts';
import { type OutputKind, outputKinds, type Subject } from '#contract/device.ts';
import { own } from '#contract/own.ts';
import { later, type Moment, type MonoMs, SECOND, soonest } from '#contract/time.ts';
import { noted } from '#src/alerts/lifecycle.ts';
import { isOnce, type Output, type Wish, wishes } from '#src/alerts/reactions.ts';
import type { HomeState } from './home.ts';
import { keepAlert } from './raise.ts';
import { allCases, type Changes, type WatchedHome } from './watched-home.ts';

/** An output that failed, or whose feedback disagreed, is tried again after so long, while it is still wanted. */
const RETRY_MS = 30 * SECOND;

/** Commands what is wanted and not yet done. */
export function actOnOutputs(home: WatchedHome, { all, alerts, outputs }: Changes, now: Moment): void {
  if (!all && !outputs && alerts.size === 0) return;
  const { due, shown, outputs: switched } = home;
  const { wishes: wanted, nextChange } = wishes(allCases(home), home.rules.reactions, switched, now.mono);
  due.outputs = soonest(nextChange, ...switched.map((output) => follow(home, output, wanted.get(output.id), now.mono)));
  shown.signalling = [...wanted].filter(([, { action }]) => action === 'signal').map(([id]) => id);
}

/** Commands one output, unless it does what is wanted of it already; returns when it is tried again. */
function follow(home: WatchedHome, output: Output, wish: Wish | undefined, now: MonoMs): MonoMs | undefined {
  const { outputs } = home.state;
  const last = own(outputs, output.id);
  if (!wish || wish.action === 'signal') {
    delete outputs[output.id];
    if (last?.action === 'on') perform(home, output, 'off', undefined);
    return undefined;
  }
  const done = last?.action === wish.action && (!isOnce(wish.action) || last.call === wish.call);
  if (done && (last.retryAt === undefined || last.retryAt > now)) return last.retryAt;
  outputs[output.id] = { action: wish.action, call: wish.call };
  perform(home, output, wish.action, wish);
  return undefined;
}

function perform(home: WatchedHome, output: Output, action: OutputAction, wish: Wish | undefined): void {
  const { state, ports } = home;
  ports.switch.setState(output.id, action).then(({ result, attempts }) => {
    const at = ports.clock.now();
    const subject: Subject = `device:${output.id}`;
    ports.tap({ type: 'output', at, output: output.id, action, result, attempts });
    home.fault('output-failed', subject, result === 'failed', { action });
    home.fault('output-unconfirmed', subject, result === 'unconfirmed', { action });
    const last = own(state.outputs, output.id);
    const bad = result === 'failed' || result === 'unconfirmed';
    if (last && last.call === wish?.call) last.retryAt = bad ? later(at.mono, RETRY_MS) : undefined;
    if (wish) noteOutcome(home, wish.alertId, { output, action, result, attempts }, at);
    home.changes.outputs = true;
    home.settle();
  });
}

interface Outcome {
  output: Output;
  action: OutputAction;
  result: OutputResult;
  attempts: number;
}

/** Adds the outcome to the story of the alert that wanted it, unless the story of this call says the same already. */
function noteOutcome(home: WatchedHome, alertId: string, { output, ...outcome }: Outcome, at: Moment): void {
  const one = own(home.state.cases, alertId);
  if (!one) return;
  const before = one.alert.story.findLast((entry) => entry.kind === 'output' && entry.output === output.id);
  const same =
    before?.kind === 'output' &&
    before.action === outcome.action &&
    before.result === outcome.result &&
    before.at.mono >= one.times.calledAt;
  if (same) return;
  const entry = { kind: 'output', at, output: output.id, outputKind: output.kind, ...outcome } as const;
  keepAlert(home, noted(one.alert, entry), at, false);
}

/** An output is gone, was replaced, or let go of its line: it does nothing any more of what it was given to do. */
export function forgetOutput({ state, shown, changes }: WatchedHome, deviceId: string): void {
  delete state.outputs[deviceId];
  shown.signal = '';
  changes.all = true;
}

/** The devices that are switched. */
export const outputsOf = ({ devices }: HomeState): Output[] => Object.values(devices).filter(isOutput);

const isOutput = <D extends { kind: string }>(device: D): device is D & { kind: OutputKind } =>
  (outputKinds as readonly string[]).includes(device.kind);
