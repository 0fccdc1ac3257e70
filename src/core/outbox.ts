// What goes out: alerts, faults and measurements that changed become entries of the outbox, one for each channel, and are
// committed together.

import type { Alert } from '#contract/alert.ts';
import type { Notice } from '#contract/channel.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { type Measurement, mayLeave } from '#contract/health.ts';
import { own } from '#contract/own.ts';
import { type Moment, soonest } from '#contract/time.ts';
import { newDelivery, queue } from '#src/alerts/delivery.ts';
import { textOf } from '#src/alerts/words.ts';
import { type FaultReport, nextSteady, toReport } from '#src/supervision/faults.ts';
import { deliveryOn, setDelivery } from './cases.ts';
import { commit } from './commit.ts';
import { entryOf } from './outgoing.ts';
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
    return onEachChannel(home, { kind: 'fault', at: now, id: home.ports.ids.next(), fault, active });
  });
  const measurements = changes.measurements.flatMap((measurement) =>
    onEachChannel(home, { kind: 'measurement', at: now, measurement }),
  );
  return { entries: [...alerts, ...reports, ...measurements], reports: faults.length };
}

function alertEntries(home: WatchedHome, alertId: string, now: Moment): OutboxEntry[] {
  const one = own(home.state.cases, alertId);
  if (!one) return [];
  const entries = onEachChannel(home, alertNotice(one.alert, now));
  for (const { channel } of entries) {
    const before = deliveryOn(one, channel) ?? newDelivery(alertId, channel, now.mono);
    const queued = queue(before, one.alert, now.mono);
    setDelivery(one, queued);
    // The wait for its proof begins anew: what was shown as "still trying" is not so any more.
    if (before.overdue && !queued.overdue) home.changes.cues.add(alertId);
  }
  return entries;
}

export const alertNotice = (alert: Alert, at: Moment): Notice => ({ kind: 'alert', at, alert, text: textOf(alert) });

/** Channels that do not tell of it have no entry. */
function onEachChannel({ state, rules, ports }: WatchedHome, notice: Notice): OutboxEntry[] {
  return Object.keys(rules.channels).flatMap((channel) => {
    const body = ports.channels.render(channel, notice);
    if (body === undefined) return [];
    state.lastSeq += 1;
    return [entryOf(notice, { channel, seq: state.lastSeq, body })];
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
