// To the disk, and out of the house: what changed is handed to the journal, and released to its channels once it is on the
// disk, or once the disk has been waited for long enough. The stage "registered" comes from the disk alone.

import type { OutboxEntry } from '#contract/delivery.ts';
import { reasonOf } from '#contract/errors.ts';
import { own } from '#contract/own.ts';
import type { JournalChange } from '#contract/store.ts';
import { type Cancel, later, type Moment, SECOND } from '#contract/time.ts';
import { KNOWN_FAULTS, knownFaults } from '#src/supervision/carried-over.ts';
import { deliveriesOf } from './cases.ts';
import { placeOf, registered } from './deliveries.ts';
import type { Batch, Changes, WatchedHome } from './watched-home.ts';

/** Sending waits for the disk so long; then what is to be sent goes from memory. */
const DISK_MS = 250;
/** After a write that failed, what is not on the disk is offered to it again. */
const RETRY_MS = 5 * SECOND;

export function commit(home: WatchedHome, changes: Changes, entries: OutboxEntry[], now: Moment): void {
  const batch = takeBatch(home, changes, entries);
  const release = releaseOnce(home, entries);
  const disk = waitForDisk(home, now, release);
  const { unwritten } = home;
  unwritten.underWay.add(batch);
  home.ports.journal.commit(changeOf(home, batch, now)).then(
    () => {
      disk.answered();
      unwritten.underWay.delete(batch);
      home.fault('journal-unwritable', 'store:journal', false);
      for (const alert of batch.alerts) registered(home, alert);
      release();
      home.settle();
    },
    (thrown) => {
      disk.answered();
      unwritten.underWay.delete(batch);
      keepForLater(home, batch);
      release();
      home.fault('journal-unwritable', 'store:journal', true, { reason: reasonOf(thrown) });
      home.settle();
    },
  );
}

/** Hands the entries to their channels; once, whoever comes first. */
function releaseOnce(home: WatchedHome, entries: readonly OutboxEntry[]): () => void {
  let released = false;
  return () => {
    if (released) return;
    released = true;
    for (const entry of entries) home.ports.offer(entry);
    flushHistory(home);
  };
}

/**
 * What led to an alert, or changed it, is not left to the next batch of the history: a replay after a crash needs both. It
 * comes after the alert's own commit, since two writers at once would keep each other, and the call for help, waiting.
 */
function flushHistory(home: WatchedHome): void {
  if (!home.historyOwed) return;
  home.historyOwed = false;
  home.ports.history.flush().catch(() => undefined);
}

/** Releases what the disk has not answered for in time, and keeps the fault that says so until no commit is late. */
function waitForDisk(home: WatchedHome, now: Moment, release: () => void): { answered(): void } {
  const { unwritten } = home;
  let late = false;
  const cancel: Cancel = home.ports.clock.at(later(now.mono, DISK_MS), 'journal-wait', () => {
    unwritten.waits.delete(cancel);
    late = true;
    unwritten.stalled += 1;
    release();
    home.fault('journal-stalled', 'store:journal', true);
    home.settle();
  });
  unwritten.waits.add(cancel);
  return {
    answered() {
      unwritten.waits.delete(cancel);
      cancel();
      if (late) unwritten.stalled -= 1;
      if (unwritten.stalled === 0) home.fault('journal-stalled', 'store:journal', false);
    },
  };
}

function takeBatch({ state, unwritten }: WatchedHome, changes: Changes, entries: readonly OutboxEntry[]): Batch {
  const newer = new Set(entries.map(placeOf));
  const left = [...unwritten.entries.values()].filter((entry) => !newer.has(placeOf(entry)));
  const ids = new Set([...changes.alerts, ...unwritten.alerts]);
  const cases = [...ids].flatMap((id) => own(state.cases, id) ?? []);
  const checkpoints = [...new Set([...changes.checkpoints, ...unwritten.checkpoints])];
  unwritten.entries.clear();
  unwritten.alerts.clear();
  unwritten.checkpoints.clear();
  const { faults } = unwritten;
  unwritten.faults = false;
  unwritten.retryAt = undefined;
  return {
    alerts: cases.map(({ alert }) => alert),
    deliveries: cases.flatMap(deliveriesOf),
    put: [...left, ...entries],
    checkpoints,
    faults,
  };
}

/** The disk answers in order: what is still under way is newer, and keeps itself for later where it fails as well. */
function keepForLater({ unwritten, ports }: WatchedHome, { alerts, put, checkpoints, faults }: Batch): void {
  const newer = new Set([...unwritten.underWay].flatMap((batch) => batch.put.map(placeOf)));
  for (const entry of put) if (!newer.has(placeOf(entry))) unwritten.entries.set(placeOf(entry), entry);
  for (const { id } of alerts) unwritten.alerts.add(id);
  for (const id of checkpoints) unwritten.checkpoints.add(id);
  unwritten.faults ||= faults;
  unwritten.retryAt = later(ports.clock.now().mono, RETRY_MS);
}

function changeOf({ state, rules }: WatchedHome, batch: Batch, now: Moment): JournalChange {
  const { alerts, deliveries, put } = batch;
  const facts = { floor: now.wall, ...(batch.faults && { [KNOWN_FAULTS]: knownFaults(state.faults, state.lastSeq) }) };
  // With every write the small checkpoints; what is learned only where it is due.
  const written = rules.detectors.filter(
    ({ id, checkpoint }) => checkpoint === 'alert' || batch.checkpoints.includes(id),
  );
  const checkpoints = Object.fromEntries(
    written.flatMap(({ id }) => (state.detectors[id] === undefined ? [] : [[id, state.detectors[id]]])),
  );
  return { alerts, deliveries, put, checkpoints, facts };
}
