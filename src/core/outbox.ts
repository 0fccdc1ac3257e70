// What goes out: alerts, faults and measurements that changed become entries of the outbox, one for each channel, and are
// committed together.

import type { OutboxEntry } from '#contract/delivery.ts';
import { type Measurement, mayLeave } from '#contract/health.ts';
import { own } from '#contract/own.ts';
import { type Moment, soonest } from '#contract/time.ts';
import { newDelivery, queue } from '#src/alerts/delivery.ts';
import { type FaultReport, nextSteady, toReport } from '#src/supervision/faults.ts';
import { deliveryOn, setDelivery } from './cases.ts';
import { commit } from './commit.ts';
import { alertEntry, faultEntry, measurementEntry, type Outgoing } from './outgoing.ts';
import type { Changes, WatchedHome } from './watched-home.ts';

/** Hands what changed to the journal; its channels get it from there. */
export function write(home: WatchedHome, changes: Changes, now: Moment): void {
  const { entries, reports } = entriesOf(home, changes, now);
  home.unwritten.faults ||= reports > 0;
  if (entries.length > 0 || reports > 0 || changes.alerts.size > 0 || changes.checkpoints.size > 0 || changes.rewrite)
    commit(home, changes, entries, now);
}

/** Every message of this turn is made here. `reports`: how many faults are reported, whatever channels there are. */
function entriesOf(home: WatchedHome, changes: Changes, now: Moment): { entries: OutboxEntry[]; reports: number } {
  const faults = changes.all || changes.faults ? faultsToReport(home, now) : [];
  const alerts = [...changes.alerts].flatMap((id) => alertEntries(home, id, now));
  const reports = faults.flatMap(({ fault, active }) => {
    home.ports.tap({ type: 'fault', at: now, fault, active });
    const id = home.ports.ids.next();
    return onEachChannel(home, now, (to) => faultEntry(fault, active, id, to));
  });
  const measurements = changes.measurements.flatMap((measurement) =>
    onEachChannel(home, now, (to) => measurementEntry(measurement, to)),
  );
  return { entries: [...alerts, ...reports, ...measurements], reports: faults.length };
}

function alertEntries(home: WatchedHome, alertId: string, now: Moment): OutboxEntry[] {
  const one = own(home.state.cases, alertId);
  if (!one) return [];
  return onEachChannel(home, now, (to) => {
    const before = deliveryOn(one, to.channel) ?? newDelivery(alertId, to.channel, now.mono);
    const queued = queue(before, one.alert, now.mono);
    setDelivery(one, queued);
    // The wait for its receipt begins anew: what was shown as "still trying" is not so any more.
    if (before.overdue && !queued.overdue) home.changes.cues.add(alertId);
    return alertEntry(one.alert, to);
  });
}

function onEachChannel({ state, rules }: WatchedHome, at: Moment, make: (to: Outgoing) => OutboxEntry): OutboxEntry[] {
  return Object.entries(rules.channels).map(([channel, address]) => {
    state.lastSeq += 1;
    return make({ channel, address, seq: state.lastSeq, at });
  });
}

function faultsToReport({ state, due }: WatchedHome, now: Moment): FaultReport[] {
  const { reports, nextAt } = toReport(state.faults, now.mono);
  due.faults = soonest(nextAt, nextSteady(state.faults));
  return reports;
}

/** The people that a measurement can be of decide whether it leaves the home; the history has its values in any case. */
export function measured({ rules, changes }: WatchedHome, measurement: Measurement): void {
  const { person, candidates } = measurement;
  if (mayLeave(rules.people ?? [], person === null ? candidates : [person])) changes.measurements.push(measurement);
}
