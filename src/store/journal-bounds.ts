// The limits of what the journal keeps, so that its file stays small for years. An alert event without its receipt
// never gives way.

import type { Alert } from '#contract/alert.ts';
import { outboxKinds } from '#contract/delivery.ts';
import type { ChangeRows } from './journal-rows.ts';
import type { Db } from './kind.ts';

/** Looking through all alerts takes a few ms: it is done once for this many closings and receipts. */
export const LOOK_EVERY = 64;
/** Closed alerts kept for people to look at, their last word received; up to `LOOK_EVERY` more for a while. */
export const CLOSED_KEPT = 1_000;
/**
 * And for how long: somebody's life at home is not kept for ever. Counted back from the newest closing, so that no
 * clock that jumps empties the book.
 */
export const CLOSED_KEPT_DAYS = 400;
/** Faults and answers that wait to be sent: the newest of each slot, and at most this many. */
export const MESSAGES_KEPT = 1_000;
/** How many checkpoints, before those of detectors that are gone give way. */
export const CHECKPOINTS_KEPT = 100;

/** Alerts never do, nor what only a later version knows. */
const GIVING_WAY = outboxKinds
  .filter((kind) => kind !== 'alert')
  .map((kind) => `'${kind}'`)
  .join(', ');

/** Called at the end of each transaction; returns how many faults and answers had to give way unsent. */
export function journalBounds(db: Db): (changes: readonly ChangeRows[]) => number {
  const receipted = `open = 0 AND NOT EXISTS (SELECT 1 FROM outbox WHERE slot = 'alert/' || alerts.id)`;
  const tooMany = db.prepare(
    `DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE ${receipted} ORDER BY rank DESC LIMIT -1 OFFSET ${CLOSED_KEPT})`,
  );
  const tooOld = db.prepare<[number]>(
    `DELETE FROM alerts WHERE ${receipted} AND json_extract(json, '$.changedAt.wallTrusted') AND json_extract(json, '$.changedAt.wall') < ?`,
  );
  const orphans = db.prepare(
    `DELETE FROM deliveries WHERE NOT EXISTS (SELECT 1 FROM alerts WHERE id = deliveries.alert)
     AND NOT EXISTS (SELECT 1 FROM outbox WHERE slot = 'alert/' || deliveries.alert)`,
  );
  const messages = db.prepare(
    `DELETE FROM outbox WHERE (slot, channel) IN
     (SELECT slot, channel FROM outbox WHERE kind IN (${GIVING_WAY}) ORDER BY seq DESC LIMIT -1 OFFSET ${MESSAGES_KEPT})`,
  );
  const checkpoints = db.prepare('SELECT count(*) FROM checkpoints').pluck();
  const otherCheckpoints = db.prepare('DELETE FROM checkpoints WHERE id NOT IN (SELECT value FROM json_each(?))');

  /** Closings and receipts since the book was last looked through; the first one after a start triggers a look. */
  let since = LOOK_EVERY - 1;

  return (changes) => {
    const closings = changes.flatMap(({ alerts }) => alerts.filter(({ open }) => open === 0));
    since += closings.length + changes.reduce((sum, { drop }) => sum + drop.length, 0);
    if (since >= LOOK_EVERY) {
      since = 0;
      const newest = Math.max(0, ...closings.map(closedAt));
      const old = newest > 0 ? tooOld.run(newest - CLOSED_KEPT_DAYS * DAY_MS).changes : 0;
      if (tooMany.run().changes + old > 0) orphans.run();
    }
    const ids = changes.flatMap((change) => change.checkpoints.map(({ id }) => id));
    if (ids.length > 0 && (checkpoints.get() as number) > CHECKPOINTS_KEPT) otherCheckpoints.run(JSON.stringify(ids));
    return changes.some(({ put }) => put.some(({ kind }) => kind !== 'alert')) ? messages.run().changes : 0;
  };
}

const DAY_MS = 24 * 3_600_000;

/** By a trusted clock; 0 by any other. */
function closedAt({ json }: { json: string }): number {
  const { changedAt } = JSON.parse(json) as Alert;
  return changedAt?.wallTrusted ? changedAt.wall : 0;
}
