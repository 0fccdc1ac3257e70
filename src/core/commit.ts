// To the disk, and out of the house. What changed is handed to the journal; alerts go to their channels in the same turn, beside
// the commit, and all else once it is on the disk, or once the disk has been waited for long enough. The stage "registered"
// comes from the disk alone. What a power cut in that instant means: docs/decisions/027-publish-beside-the-commit.md.

import type { OutboxEntry } from '#contract/delivery.ts';
import { reasonOf } from '#contract/errors.ts';
import { own } from '#contract/own.ts';
import type { JournalChange } from '#contract/store.ts';
import { type Cancel, later, type Moment, SECOND } from '#contract/time.ts';
import { KNOWN_FAULTS, knownFaults } from '#src/supervision/carried-over.ts';
import { deliveriesOf } from './cases.ts';
import { finishedKey, placeOf, registered } from './deliveries.ts';
import type { HomeState } from './home.ts';
import type { Batch, Changes, Finished, Unwritten, WatchedHome } from './watched-home.ts';

/** What is no alert waits for the disk so long; then it goes from memory. */
const DISK_MS = 250;
/** After a write that failed, what is not on the disk is offered to it again. */
const RETRY_MS = 5 * SECOND;

export function commit(home: WatchedHome, changes: Changes, entries: OutboxEntry[], now: Moment): void {
  const batch = takeBatch(home, changes, entries);
  const release = releaseOnce(
    home,
    entries.filter(({ kind }) => kind !== 'alert'),
  );
  const disk = waitForDisk(home, now, release);
  const { unwritten } = home;
  unwritten.underWay.add(batch);
  const written = home.ports.journal.commit(changeOf(home, batch, now));
  for (const entry of entries) if (entry.kind === 'alert') home.ports.channels.offer(entry);
  written.then(
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

/** Hands entries to their channels; once, whoever comes first. */
function releaseOnce(home: WatchedHome, entries: readonly OutboxEntry[]): () => void {
  let released = false;
  return () => {
    if (released) return;
    released = true;
    for (const entry of entries) home.ports.channels.offer(entry);
    flushHistory(home);
  };
}

/**
 * What led to an alert, or changed it, is not left to the next batch of the history: a replay after a crash needs both. It
 * comes after the alert's own commit, since two writers at once would keep each other waiting.
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
    finished: takeFinished(state, unwritten),
  };
}

/** Outbox entries that are done with, and how far their alerts have come. */
function takeFinished({ cases }: HomeState, unwritten: Unwritten): Finished[] {
  const finished = [...unwritten.finished.values()].map((one) => {
    const known = own(cases, one.alertId);
    return known ? { ...one, deliveries: deliveriesOf(known) } : one;
  });
  unwritten.finished.clear();
  unwritten.finishedAt = undefined;
  return finished;
}

/** The disk answers in order: what is still under way is newer, and keeps itself for later where it fails as well. */
function keepForLater({ unwritten, ports }: WatchedHome, batch: Batch): void {
  const { alerts, put, checkpoints, faults, finished } = batch;
  for (const one of finished)
    if (!unwritten.finished.has(finishedKey(one))) unwritten.finished.set(finishedKey(one), one);
  const newer = new Set([...unwritten.underWay].flatMap((batch) => batch.put.map(placeOf)));
  for (const entry of put) if (!newer.has(placeOf(entry))) unwritten.entries.set(placeOf(entry), entry);
  for (const { id } of alerts) unwritten.alerts.add(id);
  for (const id of checkpoints) unwritten.checkpoints.add(id);
  unwritten.faults ||= faults;
  unwritten.retryAt = later(ports.clock.now().mono, RETRY_MS);
}

function changeOf({ state, rules }: WatchedHome, batch: Batch, now: Moment): JournalChange {
  const { alerts, put, finished } = batch;
  const deliveries = [...finished.flatMap((one) => one.deliveries), ...batch.deliveries];
  const facts = { floor: now.wall, ...(batch.faults && { [KNOWN_FAULTS]: knownFaults(state.faults, state.lastSeq) }) };
  // With every write the small checkpoints; what is learned only where it is due.
  const written = rules.detectors.filter(
    ({ id, checkpoint }) => checkpoint === 'alert' || batch.checkpoints.includes(id),
  );
  const checkpoints = Object.fromEntries(
    written.flatMap(({ id }) => (state.detectors[id] === undefined ? [] : [[id, state.detectors[id]]])),
  );
  return { alerts, deliveries, put, drop: finished.map(({ entry }) => entry), checkpoints, facts };
}
