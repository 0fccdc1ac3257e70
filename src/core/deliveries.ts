// From a changed alert to the platform's receipt: journal, release, marks, and the wait for an answer.

import type { Stage, Words } from '#contract/actuator.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { Delivery, OutboxEntry } from '#contract/delivery.ts';
import type { Subject } from '#contract/device.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Fault, FaultCode } from '#contract/fault.ts';
import { type Measurement, mayLeave } from '#contract/health.ts';
import type { JournalChange } from '#contract/store.ts';
import { type Cancel, later, type Moment, type MonoMs, SECOND, soonest } from '#contract/time.ts';
import { stageOf } from '#src/alerts/cues.ts';
import { awaitsReceipt, confirmed, happened, newDelivery, queue } from '#src/alerts/delivery.ts';
import { textOf } from '#src/alerts/words.ts';
import { KNOWN_FAULTS, knownFaults } from '#src/supervision/carried-over.ts';
import { news } from '#src/supervision/faults.ts';
import { deliveryKey, type HomeState, type Rules } from './home.ts';
import { alertEntry, alertSlot, faultEntry, measurementEntry } from './outgoing.ts';
import type { Ports } from './ports.ts';

/** Sending waits for the card so long, then goes from memory. */
const CARD_MS = 250;
/** After a write that failed, what is not on the disk is offered to it again. */
const REWRITE_MS = 5 * SECOND;
/** A call without the platform's receipt for so long is told as "still trying". */
const RECEIPT_MS = 10 * SECOND;

interface Told {
  fault(code: FaultCode, subject: Subject, active: boolean, context?: Fault['context']): void;
  touch(): void;
  /** What changed is on the card and on its way, or waited for the card long enough. */
  released(): void;
}

export function deliveries(
  state: HomeState,
  { clock, ids, journal, offer, tap }: Ports,
  rules: () => Rules,
  { fault, touch, released: tellReleased }: Told,
) {
  const changed = new Set<string>();
  /** Entries and alerts that the disk would not take, by slot and channel. */
  const unsaved = new Map<string, OutboxEntry>();
  const unsavedAlerts = new Set<string>();
  let rewriteAt: MonoMs | undefined;
  /** The disk does not hold which faults people know of now. */
  let faultsChanged = false;
  /** Detectors whose state is worth a write by itself. */
  const saving = new Set<string>();
  /** Measurements that are to be told. */
  let measurements: Measurement[] = [];
  /** Commits that take longer than sending can wait. */
  let stalled = 0;
  const waits = new Set<Cancel>();

  const of = (alertId: string): Delivery[] =>
    Object.values(state.deliveries).filter((delivery) => delivery.alertId === alertId);
  const save = (delivery: Delivery) => {
    state.deliveries[deliveryKey(delivery)] = delivery;
  };
  const nextSeq = () => {
    state.lastSeq += 1;
    return state.lastSeq;
  };

  /** Puts what changed into the journal and on its way; `undefined` or when to look again. */
  function write(now: Moment): MonoMs | undefined {
    const noReceiptAt = markOverdue(now);
    const { told, nextAt } = news(state.faults, now.mono);
    const entries = [...changed].flatMap((id) => entriesOf(id, now));
    faultsChanged ||= told.length > 0;
    for (const { fault, active } of told) {
      tap({ type: 'fault', at: now, fault, active });
      const id = ids.next();
      for (const [channel, address] of Object.entries(rules().channels))
        entries.push(faultEntry(fault, active, id, { channel, address, seq: nextSeq(), at: now }));
    }
    for (const measurement of measurements)
      for (const [channel, address] of Object.entries(rules().channels))
        entries.push(measurementEntry(measurement, { channel, address, seq: nextSeq(), at: now }));
    measurements = [];
    const rewrite = rewriteAt !== undefined && rewriteAt <= now.mono;
    if (changed.size > 0 || entries.length > 0 || rewrite || saving.size > 0 || told.length > 0)
      commit([...changed], entries, now);
    changed.clear();
    return soonest(noReceiptAt, nextAt, rewriteAt);
  }

  function entriesOf(alertId: string, at: Moment): OutboxEntry[] {
    const alert = state.alerts[alertId];
    if (!alert) return [];
    return Object.entries(rules().channels).map(([channel, address]) => {
      save(
        queue(
          state.deliveries[deliveryKey({ alertId, channel })] ?? newDelivery(alertId, channel, at.mono),
          alert,
          at.mono,
        ),
      );
      return alertEntry(alert, { channel, address, seq: nextSeq(), at });
    });
  }

  function commit(alertIds: string[], entries: OutboxEntry[], now: Moment): void {
    const alerts = [...new Set([...alertIds, ...unsavedAlerts])].flatMap((id) => state.alerts[id] ?? []);
    const put = [
      ...[...unsaved.values()].filter((old) => !entries.some((entry) => place(entry) === place(old))),
      ...entries,
    ];
    unsaved.clear();
    unsavedAlerts.clear();
    rewriteAt = undefined;
    const saved = [...saving];
    saving.clear();
    const faults = faultsChanged;
    faultsChanged = false;

    let released = false;
    let late = false;
    const release = () => {
      if (released) return;
      released = true;
      for (const entry of entries) offer(entry);
      tellReleased();
    };
    const cancel = clock.at(later(now.mono, CARD_MS), 'journal-wait', () => {
      waits.delete(cancel);
      late = true;
      stalled += 1;
      release();
      fault('journal-stalled', 'store:journal', true);
      touch();
    });
    waits.add(cancel);
    const over = () => {
      waits.delete(cancel);
      cancel();
      if (late) stalled -= 1;
      if (stalled === 0) fault('journal-stalled', 'store:journal', false);
    };

    journal
      .commit({
        alerts,
        deliveries: alerts.flatMap(({ id }) => of(id)),
        put,
        checkpoints: checkpoints(saved),
        facts: { floor: now.wall, ...(faults && { [KNOWN_FAULTS]: knownFaults(state.faults, state.lastSeq) }) },
      })
      .then(
        () => {
          over();
          fault('journal-unwritable', 'store:journal', false);
          for (const alert of alerts) registered(alert);
          release();
          touch();
        },
        (thrown) => {
          over();
          for (const entry of put) unsaved.set(place(entry), entry);
          for (const { id } of alerts) unsavedAlerts.add(id);
          for (const id of saved) saving.add(id);
          faultsChanged ||= faults;
          rewriteAt = later(clock.now().mono, REWRITE_MS);
          release();
          fault('journal-unwritable', 'store:journal', true, { reason: reasonOf(thrown) });
          touch();
        },
      );
  }

  function registered({ id, rev }: Alert): void {
    if (!state.alerts[id]) return;
    state.registered[id] = Math.max(state.registered[id] ?? 0, rev);
    for (const delivery of of(id)) save(happened(delivery, 'committed', rev));
    tap({ type: 'registered', at: clock.now(), alertId: id, rev });
    forgetIfDone(id);
  }

  /** With every write the small ones; what is learned only where it is due. */
  const checkpoints = (saved: readonly string[]): NonNullable<JournalChange['checkpoints']> =>
    Object.fromEntries(
      rules()
        .detectors.filter(({ id, checkpoint }) => checkpoint === 'alert' || saved.includes(id))
        .flatMap(({ id }) => (state.detectors[id] === undefined ? [] : [[id, state.detectors[id]]])),
    );

  function sent(entry: OutboxEntry): void {
    if (entry.kind !== 'alert') {
      drop(entry);
      return;
    }
    const { alertId, rev } = readEventId(entry.msgId);
    const delivery = state.deliveries[deliveryKey({ alertId, channel: entry.channel })];
    if (!delivery) return;
    save(happened(delivery, 'puback', rev));
    tap({ type: 'sent', at: clock.now(), alertId, rev, channel: entry.channel });
    touch();
  }

  function received(event: string, channel: string): void {
    const { alertId, rev } = readEventId(event);
    const before = state.deliveries[deliveryKey({ alertId, channel })];
    const alert = state.alerts[alertId];
    const done = { slot: alertSlot(alertId), channel, msgId: event };
    if (!before || !alert || before.receivedRev >= rev) return drop(done);
    const delivery = happened(before, 'receipt', rev);
    const overdue = delivery.overdue && awaitsReceipt(delivery, alert);
    save(alert.state === 'acknowledged' ? confirmed({ ...delivery, overdue }) : { ...delivery, overdue });
    // With its mark in the same write: a restart that found neither would wait for a receipt that nobody owes.
    drop(done);
    if (!Object.values(state.deliveries).some((other) => other.channel === channel && other.overdue))
      fault('uplink-no-receipt', `uplink:${channel}`, false);
    tap({ type: 'received', at: clock.now(), alertId, rev, channel });
    forgetIfDone(alertId);
    touch();
  }

  /** Takes an entry that is done with out of the journal; when the disk will not, it is sent once more after a restart, and the platform drops the double. */
  function drop(entry: Pick<OutboxEntry, 'slot' | 'channel' | 'msgId'>): void {
    const waiting = unsaved.get(place(entry));
    if (waiting?.msgId === entry.msgId) unsaved.delete(place(entry));
    const { alertId } = readEventId(entry.msgId);
    journal.commit({ drop: [entry], deliveries: of(alertId) }).catch((thrown) => {
      fault('journal-unwritable', 'store:journal', true, { reason: reasonOf(thrown) });
      touch();
    });
  }

  /** A closed alert stays until every channel has its last word. */
  function forgetIfDone(id: string): void {
    const alert = state.alerts[id];
    if (!alert || isOpen(alert) || (state.registered[id] ?? 0) < alert.rev) return;
    if (of(id).some(({ receivedRev }) => receivedRev < alert.rev)) return;
    delete state.alerts[id];
    delete state.times[id];
    delete state.registered[id];
    for (const delivery of of(id)) delete state.deliveries[deliveryKey(delivery)];
  }

  function markOverdue(now: Moment): MonoMs | undefined {
    let next: MonoMs | undefined;
    for (const delivery of Object.values(state.deliveries)) {
      const alert = state.alerts[delivery.alertId];
      if (!alert || !isOpen(alert) || delivery.overdue || !awaitsReceipt(delivery, alert)) continue;
      const at = later(delivery.waitingSince, RECEIPT_MS);
      if (at <= now.mono) {
        save({ ...delivery, overdue: true });
        fault('uplink-no-receipt', `uplink:${delivery.channel}`, true);
      } else next = soonest(next, at);
    }
    return next;
  }

  return {
    dirty: (alertId: string) => void changed.add(alertId),
    /** The next write, which there is to be, holds the state of this detector. */
    saveSoon: (detectorId: string) => void saving.add(detectorId),
    /** The people it can be of decide whether it leaves the home; the history has its values in any case. */
    measured(measurement: Measurement): void {
      const { person, candidates } = measurement;
      if (mayLeave(rules().people ?? [], person === null ? candidates : [person])) measurements.push(measurement);
    },
    of,
    /** The journal lost what it held. */
    rewriteFaults(): void {
      faultsChanged = true;
      rewriteAt = clock.now().mono;
    },
    write,
    sent,
    received,
    stage: (alert: Alert): Stage => stageOf(alert, of(alert.id), (state.registered[alert.id] ?? 0) >= alert.callRev),
    text: (alert: Alert): Words => textOf(alert),
    stop() {
      for (const cancel of waits) cancel();
    },
  };
}

const place = ({ slot, channel }: Pick<OutboxEntry, 'slot' | 'channel'>) => `${slot} ${channel}`;

/** The reverse of `eventId`; for an id of another making, an alert that nobody knows. */
function readEventId(id: string): { alertId: string; rev: number } {
  const dot = id.lastIndexOf('.');
  const rev = Number(id.slice(dot + 1));
  return dot > 0 && Number.isInteger(rev) ? { alertId: id.slice(0, dot), rev } : { alertId: id, rev: 0 };
}
