// What the outputs of the home should be doing now: a pure projection of the open alerts and the reactions' data.

import { type Alert, isOpen } from '#contract/alert.ts';
import type { OutputKind } from '#contract/device.ts';
import type { Reaction } from '#contract/reaction.ts';
import { type ReactionAction, type ReactionStep, soundingKinds } from '#contract/reaction.ts';
import { later, MINUTE, type MonoMs, SECOND } from '#contract/time.ts';

/** An alert is silenced for so long at most; where its cause is still there, it is heard again then. */
const SILENCE_MS = 10 * MINUTE;

export interface Output {
  id: string;
  kind: OutputKind;
  /** Fans: may run in gas. */
  explosionProof?: boolean | undefined;
}

export interface Wish {
  output: Output;
  action: 'on' | 'off' | 'close' | 'signal';
  /** The alert that wants it, and its call: an action that is done once is done again for a new call. */
  alertId: string;
  call: string;
}

/** When an alert made its present call, and when it was last silenced, on this boot's clock. */
export interface AlertTimes {
  calledAt: MonoMs;
  silencedAt?: MonoMs | undefined;
}

/**
 * What each output is wanted for: where several alerts want it, the oldest decides. Outputs that nothing asks for are absent.
 * `nextChange` is when time alone will change the picture.
 */
export function wishes(
  cases: readonly { alert: Alert; times: AlertTimes }[],
  reactions: readonly Reaction[],
  outputs: readonly Output[],
  now: MonoMs,
): { wishes: Map<string, Wish>; nextChange: MonoMs | undefined } {
  const wanted = new Map<string, Wish>();
  let nextChange: MonoMs | undefined;
  const until = (at: MonoMs | undefined) => {
    if (at !== undefined && at > now && (nextChange === undefined || at < nextChange)) nextChange = at;
  };
  const askedFor = requests(reactions, outputs);
  for (const { alert, times } of cases) {
    if (!isOpen(alert)) continue;
    for (const { step, output } of askedFor(alert)) {
      const window = windowOf(alert, times, step, output);
      until(window.from);
      until(window.to);
      if (now < window.from || (window.to !== undefined && now >= window.to) || wanted.has(output.id)) continue;
      wanted.set(output.id, { output, action: step.action, alertId: alert.id, call: `${alert.id}.${alert.callRev}` });
    }
  }
  return { wishes: wanted, nextChange };
}

type Request = { step: ReactionStep; output: Output };

/** What the reactions ask for an alert, of which output; looked up once for all alerts of a hazard and severity. */
function requests(reactions: readonly Reaction[], outputs: readonly Output[]): (alert: Alert) => readonly Request[] {
  const known = new Map<string, Request[]>();
  return (alert) => {
    const { hazard, severity } = alert;
    const key = `${hazard} ${severity}`;
    const found =
      known.get(key) ??
      reactions
        .filter((reaction) => reaction.on === hazard && reaction.severity.includes(severity))
        .flatMap((reaction) => reaction.do)
        .flatMap((step) => outputs.filter((output) => meant(step, output, alert)).map((output) => ({ step, output })));
    known.set(key, found);
    return found;
  };
}

/** An ordinary fan can light the gas it is to blow away. */
const meant = (step: ReactionStep, output: Output, { hazard }: Alert): boolean =>
  (step.output === output.id || step.outputs === output.kind) &&
  !(hazard === 'gas' && output.kind === 'fan' && !output.explosionProof);

const never = Number.POSITIVE_INFINITY as MonoMs;

/** From when to when a step asks for its output. Silencing moves the window of what sounds; a newer call sounds at once. */
function windowOf(
  alert: Alert,
  { calledAt, silencedAt }: AlertTimes,
  { forSeconds }: ReactionStep,
  { kind }: Output,
): { from: MonoMs; to: MonoMs | undefined } {
  const silenced = silencedAt !== undefined && silencedAt >= calledAt && soundingKinds.includes(kind);
  const from = !silenced ? calledAt : alert.conditionPresent ? later(silencedAt, SILENCE_MS) : never;
  return { from, to: forSeconds === undefined ? undefined : later(from, forSeconds * SECOND) };
}

/** Actions that are done once for each call and then left: nothing that the gateway does later takes them back. */
export const isOnce = (action: ReactionAction): boolean => action === 'close' || action === 'off';
