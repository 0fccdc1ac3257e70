// What the people in the home see, hear and feel: cues that follow the stages of each call, and spoken warnings.

import type { Cue, Stage } from '#contract/actuator.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import { own } from '#contract/own.ts';
import { later, type Moment, type MonoMs, SECOND, soonest } from '#contract/time.ts';
import { cueFor, isFelt, shown, stageOf, wearableSignals } from '#src/alerts/cues.ts';
import { warningText } from '#src/alerts/words.ts';
import { alertsOf, type Case, deliveriesOf } from './cases.ts';
import type { AlertProgress } from './ports.ts';
import { allCases, type Changes, casesIn, type WatchedHome } from './watched-home.ts';

/** "Still trying" is said again so often. */
const REPEAT_MS = 30 * SECOND;
/** The question whether all is well is put again so often while it waits for its answer. */
const ASK_AGAIN_MS = 6 * SECOND;
const repeatMs: Partial<Record<Stage, number>> = { 'still-trying': REPEAT_MS, asking: ASK_AGAIN_MS };

export function showCues(home: WatchedHome, changes: Changes, now: Moment): void {
  const felt = casesIn(home, changes).map((one) => giveCue(home, one, now));
  if (changes.all || changes.alerts.size > 0) home.shown.alertId = shown(alertsOf(allCases(home)))?.id;
  signal(home);
  if (changes.all || felt.includes(true)) vibrate(home);
  if (changes.all || changes.warnings) home.due.warnings = sayWarnings(home, now);
}

/** Says where a call stands, once for each stage, or again where it is time. True where wearables are let feel it. */
function giveCue(home: WatchedHome, one: Case, now: Moment): boolean {
  const { alert, cue: last } = one;
  if (!isOpen(alert)) {
    one.cue = undefined;
    return last !== undefined && isFelt(last.stage);
  }
  const { stage } = progressOf(one);
  const again = last?.stage === stage && last.callRev === alert.callRev;
  const repeatAt = again ? repeatAtOf(one) : undefined;
  if (again && (repeatAt === undefined || repeatAt > now.mono)) return false;
  one.cue = { stage, callRev: alert.callRev, saidAt: now.mono };
  const { say } = cueOf(home, alert, stage);
  home.ports.speaker.say(say);
  home.ports.tap({ type: 'cue', at: now, alertId: alert.id, rev: alert.callRev, stage, say, again });
  return isFelt(stage) || (last !== undefined && isFelt(last.stage));
}

export function progressOf(one: Case): AlertProgress {
  const { alert, registeredRev } = one;
  const deliveries = deliveriesOf(one);
  return { alert, deliveries, stage: stageOf(alert, deliveries, registeredRev >= alert.callRev) };
}

/** When the cue that was given last is given again. */
export function repeatAtOf({ cue }: Case): MonoMs | undefined {
  if (!cue) return undefined;
  const every = repeatMs[cue.stage];
  return every === undefined ? undefined : later(cue.saidAt, every);
}

const cueOf = ({ rules, state }: WatchedHome, alert: Alert, stage: Stage): Cue =>
  cueFor(alert, stage, {
    alone: Object.keys(rules.channels).length === 0,
    hasKey: own(state.devices, alert.deviceId)?.reportsHold,
  });

/** Lights and buzzers show the call that matters most. */
function signal(home: WatchedHome): void {
  const { state, ports, shown } = home;
  const one = shown.alertId === undefined ? undefined : state.cases[shown.alertId];
  const key = one?.cue ? `${one.alert.id} ${keyOf(one)} ${shown.signalling.join()}` : '';
  if (key === shown.signal) return;
  shown.signal = key;
  ports.indicator.signal(one?.cue ? cueOf(home, one.alert, one.cue.stage) : null, shown.signalling);
}

function vibrate(home: WatchedHome): void {
  const { state, ports } = home;
  const able = Object.values(state.devices).flatMap(({ id, vibrates }) => (vibrates ? [id] : []));
  const calls = allCases(home).flatMap((one) =>
    isOpen(one.alert) && one.cue
      ? [{ alert: one.alert, stage: one.cue.stage, key: `${one.alert.id} ${keyOf(one)}` }]
      : [],
  );
  ports.wearables.signal(wearableSignals(calls, able));
}

/** Changes with the stage, and with each time that it is said again: it is shown, sounded and felt as often. */
const keyOf = ({ alert, cue }: Case): string =>
  `${alert.callRev} ${cue?.stage} ${cue && repeatMs[cue.stage] !== undefined ? cue.saidAt : ''}`;

/** Says what is to be said before it becomes an alert, and says it again; returns when next. */
function sayWarnings({ state, ports }: WatchedHome, now: Moment): MonoMs | undefined {
  let next: MonoMs | undefined;
  for (const open of Object.values(state.warnings)) {
    const { warning, saidAt } = open;
    if (!warning.say) continue;
    const every = warning.sayEveryMs;
    if (saidAt === null || (every !== undefined && later(saidAt, every) <= now.mono)) {
      open.saidAt = now.mono;
      ports.speaker.say(warning.say);
      if (saidAt !== null) ports.tap({ type: 'warning', at: now, warning, text: warningText(warning), again: true });
    }
    if (every !== undefined) next = soonest(next, later(open.saidAt ?? now.mono, every));
  }
  return next;
}
