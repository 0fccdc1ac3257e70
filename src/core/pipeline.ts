// THE data path: a reading comes in at the top, and everything that follows from it is called from here, in order.
//
//   accept: reading -> supervision -> detectors.step -> alerts: raise or update -> settle
//   settle: outputs at once -> cues -> outbox -> journal's commit, and alerts to their channels beside it
//
// State is one plain object (`HomeState`); time comes from the clock; ports stand for all that is outside.

import { isOpen } from '#contract/alert.ts';
import type { Command, CommandAnswer } from '#contract/command.ts';
import { own } from '#contract/own.ts';
import { misfit, quantities } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import type { Restored } from '#contract/store.ts';
import { type Moment, type MonoMs, soonest } from '#contract/time.ts';
import { answerDue, unanswered, witnessed } from '#src/alerts/lifecycle.ts';
import { isHeard, visible } from '#src/supervision/faults.ts';
import { alertsOf, type Case, keepDeliveries } from './cases.ts';
import { answerByKey, carryOutCommand, silence } from './commands.ts';
import { progressOf, repeatAtOf, showCues } from './cues.ts';
import { alertArrived, markOverdue, nextProofDue, sent } from './deliveries.ts';
import {
  applyRulesToDetectors,
  askAboutReading,
  keepLearned,
  momentAt,
  nextWake,
  refreshDetectors,
  startDetectors,
  tableOf,
  wakeDetectors,
} from './detection.ts';
import { evidence } from './evidence.ts';
import type { HomeDevice, HomeState, Rules } from './home.ts';
import { write } from './outbox.ts';
import { actOnOutputs, forgetOutput, outputsOf } from './outputs.ts';
import type { Pipeline, Ports } from './ports.ts';
import { keepAlert } from './raise.ts';
import { takeUp } from './restart.ts';
import {
  carryOn,
  deviceHeard,
  endChannelFaults,
  endFaultsOf,
  endFaultsOfGone,
  installDevice,
  possibleAgain,
  removeDevice,
  reportFault,
  supervise,
} from './supervision.ts';
import {
  allCases,
  type Changes,
  casesIn,
  emptyMemory,
  isUnsettled,
  noChanges,
  putBack,
  type WatchedHome,
} from './watched-home.ts';

/** @param state taken over: the pipeline alone changes it from now on. */
export function createPipeline(ports: Ports, rules: Rules, state: HomeState): Pipeline {
  const home: WatchedHome = {
    ...emptyMemory(),
    state,
    ports,
    rules,
    detectors: { ...tableOf(state, rules), held: undefined },
    outputs: outputsOf(state),
    evidence: evidence((reading) => ports.history.append({ kind: 'reading', reading })),
    fault: (...fault) => reportFault(home, ...fault),
    settle: () => settle(home),
  };
  return {
    accept: (reading) => accept(home, reading),
    heard: (deviceId) => settleAfter(home, deviceHeard(home, deviceId)),
    link: (deviceId, up) => settleAfter(home, reportFault(home, 'device-lost', `device:${deviceId}`, !up)),
    fault: (...fault) => settleAfter(home, reportFault(home, ...fault)),
    command: (command) => commandHome(home, command),
    sent: (entry) => sent(home, entry),
    arrived: (eventId, channel) => alertArrived(home, eventId, channel),
    clockStepped: (stepMs) => ports.history.append({ kind: 'clock', at: ports.clock.now(), stepMs }),
    install: (device, checkInMs) => install(home, device, checkInMs),
    remove: (deviceId) => remove(home, deviceId),
    rules: (next) => applyRules(home, next),
    rewrite: () => rewrite(home),
    openAlerts: () => alertsOf(allCases(home)).filter(isOpen),
    faults: () => visible(state.faults, ports.clock.now().mono),
    isHeard: (deviceId) => isHeard(state.faults, deviceId),
    devices: () => Object.values(state.devices),
    alerts: () => allCases(home).map(progressOf),
    presence: () => state.presence,
    learned: (detectorId) => own(state.detectors, detectorId),
    adopt: (restored) => adopt(home, restored),
    resume: () => resume(home),
    snapshot: () => structuredClone(state),
    stop: () => stop(home),
  };
}

/** A reading, from what it says to what is done about it. */
function accept(home: WatchedHome, reading: Reading): void {
  const device = own(home.state.devices, reading.deviceId);
  if (!device) return;
  deviceHeard(home, device.id);
  const expected = misfit(reading.quantity, reading.value);
  if (expected === undefined) judge(home, reading, device);
  else home.fault('reading-refused', `device:${device.id}`, true, { quantity: reading.quantity, expected });
  settle(home);
  const isStream = quantities[reading.quantity].class === 'stream';
  if (expected === undefined && !isStream) home.ports.history.append({ kind: 'reading', reading });
}

function judge(home: WatchedHome, reading: Reading, device: HomeDevice): void {
  possibleAgain(home, reading);
  if (quantities[reading.quantity].class === 'stream') home.evidence.hear(reading);
  else home.evidence.notice(reading, device.room);
  if (!answerByKey(home, reading, device))
    askAboutReading(home, { kind: 'reading', at: reading.at, heardAt: home.ports.clock.now(), reading, device });
  if (device.kind === 'hush-button' && reading.value === 'press') silence(home, reading);
}

function commandHome(home: WatchedHome, command: Command): CommandAnswer {
  const at = home.ports.clock.now();
  const answer = carryOutCommand(home, command, at);
  // A replay after a crash has to know what was said. What was outdated did nothing, and has no place in one.
  home.historyOwed = true;
  if (answer.refused !== 'outdated') home.ports.history.append({ kind: 'command', at, command });
  home.ports.tap({ type: 'command', at, command, answer });
  settle(home);
  return answer;
}

/**
 * Brings the world in line with the state: outputs first, the disk last. It looks at what has changed, not at all there is,
 * so that a home with many open alerts is as quick as one with none.
 */
function settle(home: WatchedHome): void {
  if (home.settling || home.stopped) return;
  home.settling = true;
  try {
    // Once more where a step brought about a change of its own.
    while (isUnsettled(home.changes)) {
      const changes = home.changes;
      home.changes = noChanges();
      follow(home, changes);
    }
  } finally {
    home.settling = false;
    arm(home);
  }
}

function follow(home: WatchedHome, changes: Changes): void {
  const now = home.ports.clock.now();
  try {
    actOnOutputs(home, changes, now);
    showCues(home, changes, now);
    write(home, changes, now);
  } catch (thrown) {
    // A port that throws must not take an alert with it: the next settle has all of it again.
    putBack(home.changes, changes);
    throw thrown;
  }
  for (const one of casesIn(home, changes)) home.agenda.set(one.alert.id, dueOf(one, home.rules));
}

/** When time alone next changes something about a case. */
const dueOf = (one: Case, { channels }: Rules) =>
  soonest(answerDue(one.alert), nextProofDue(one, channels), repeatAtOf(one));

const settleAfter = (home: WatchedHome, changed: boolean): void => void (changed && settle(home));

/** One timer for the soonest of all deadlines. */
function arm(home: WatchedHome): void {
  const { agenda, due, unwritten, evidence, ports } = home;
  const at = soonest(
    nextWake(home),
    agenda.soonestAt(),
    evidence.dueAt(),
    due.outputs,
    due.warnings,
    due.faults,
    due.checkIns,
    due.verdicts,
    unwritten.retryAt,
    unwritten.finishedAt,
  );
  if (at === home.timer?.at) return;
  home.timer?.cancel();
  home.timer = at === undefined ? undefined : { at, cancel: ports.clock.at(at, 'pipeline', () => wake(home)) };
}

/** What time alone brings about. */
function wake(home: WatchedHome): void {
  home.timer = undefined;
  const { state, agenda, due, unwritten } = home;
  const now = home.ports.clock.now();
  const isDue = (at: MonoMs | undefined) => at !== undefined && at <= now.mono;
  wakeDetectors(home, now);
  for (const { alertId, evidence } of home.evidence.complete(now.mono)) {
    const alert = own(state.cases, alertId)?.alert;
    if (alert) keepAlert(home, witnessed(alert, evidence, now), now, false);
  }
  for (const one of casesOf(home, agenda.due(now.mono))) wakeCase(home, one, now);
  supervise(home, now);
  home.changes.outputs ||= isDue(due.outputs);
  home.changes.warnings ||= isDue(due.warnings);
  home.changes.faults ||= isDue(due.faults);
  home.changes.rewrite ||= isDue(unwritten.retryAt) || isDue(unwritten.finishedAt);
  settle(home);
}

/** The cases of these alerts, oldest first. */
function casesOf(home: WatchedHome, ids: readonly string[]): readonly Case[] {
  const wanted = new Set(ids);
  return wanted.size === 0 ? [] : allCases(home).filter(({ alert }) => wanted.has(alert.id));
}

/** A pending alert that nobody answered, a receipt that did not come, or a cue that is to be given again. */
function wakeCase(home: WatchedHome, one: Case, now: Moment): void {
  const answerAt = answerDue(one.alert);
  if (answerAt !== undefined && answerAt <= now.mono) {
    const at = momentAt(answerAt, now);
    keepAlert(home, unanswered(one.alert, at), at, true);
  }
  markOverdue(home, one, now.mono);
  home.changes.cues.add(one.alert.id);
}

function install(home: WatchedHome, device: HomeDevice, checkInMs: number | null): void {
  installDevice(home, device, checkInMs);
  refreshTables(home);
}

function remove(home: WatchedHome, deviceId: string): void {
  removeDevice(home, deviceId);
  forgetOutput(home, deviceId);
  refreshTables(home);
  endFaultsOf(home, `device:${deviceId}`);
}

/** Devices are other ones. */
function refreshTables(home: WatchedHome): void {
  refreshDetectors(home);
  home.outputs = outputsOf(home.state);
  home.changes.all = true;
}

function applyRules(home: WatchedHome, rules: Rules): void {
  home.rules = rules;
  applyRulesToDetectors(home, home.ports.clock.now());
  for (const one of allCases(home)) keepDeliveries(one, Object.keys(rules.channels));
  endFaultsOfGone(home);
  resume(home);
}

function rewrite(home: WatchedHome): void {
  for (const id of Object.keys(home.state.cases)) home.changes.alerts.add(id);
  home.unwritten.faults = true;
  home.changes.rewrite = true;
  settle(home);
}

function adopt(home: WatchedHome, restored: Restored): void {
  const { state, ports } = home;
  const now = ports.clock.now();
  const { toOffer, carried } = takeUp(home, restored, now);
  home.caseList = undefined;
  endChannelFaults(home, carried);
  if (state.started) begin(home, now, restored.checkpoints);
  for (const id of toOffer) {
    const one = own(state.cases, id);
    if (one) keepAlert(home, one.alert, now, one.alert.callRev > one.registeredRev);
  }
  for (const entry of restored.outbox) ports.channels.offer(entry);
  home.changes.all = true;
  settle(home);
}

/** The gateway has come up, or what its journal held was read late. */
function begin(home: WatchedHome, at: Moment, learned?: Restored['checkpoints']): void {
  const late = home.state.started;
  startDetectors(home, at, learned);
  carryOn(home, at, late);
}

function resume(home: WatchedHome): void {
  if (!home.state.started) begin(home, home.ports.clock.now());
  home.changes.all = true;
  settle(home);
}

function stop(home: WatchedHome): void {
  keepLearned(home);
  home.changes.rewrite ||= home.unwritten.finished.size > 0;
  settle(home);
  home.stopped = true;
  home.timer?.cancel();
  for (const cancel of home.unwritten.waits) cancel();
}
