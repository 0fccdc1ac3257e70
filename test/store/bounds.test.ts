// The journal stays small for years, and never by forgetting what the platform has no receipt for.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Alert } from '#contract/alert.ts';
import type { WallMs } from '#contract/time.ts';
import { close, openWhole } from '#src/store/database.ts';
import {
  CHECKPOINTS_KEPT,
  CLOSED_KEPT,
  CLOSED_KEPT_DAYS,
  LOOK_EVERY,
  MESSAGES_KEPT,
} from '#src/store/journal-bounds.ts';
import { journalKind } from '#src/store/journal-kind.ts';
import { readAll, rowsOf } from '#src/store/journal-rows.ts';
import { journalWriter } from '#src/store/journal-writer.ts';
import { alert, delivery, entry, tempDir } from './rig.ts';

const DAY = 24 * 3_600_000;

function room() {
  const path = join(tempDir('fast'), 'journal.db');
  const { db } = openWhole(path, journalKind, 0, () => undefined);
  onTestFinished(() => close(db));
  const writer = journalWriter(db);
  const commit = (change: Parameters<typeof rowsOf>[0]) => writer.commit([rowsOf(change)]);
  const everything = () => {
    const all = readAll(db);
    if (all.damage !== undefined) throw new Error(all.damage);
    return all;
  };
  return { path, writer, commit, everything };
}

describe('the journal', () => {
  it('keeps its size under 5,000 alerts with long stories, each raised, answered, told and closed', () => {
    const { path, writer, commit, everything } = room();
    const sizes: number[] = [];
    const size = () => statSync(path).size + statSync(`${path}-wal`).size;
    for (let n = 0; n < 5_000; n += 1) {
      const id = `a${n}`;
      const story = Array.from({ length: n % 8 }, () => ({ kind: 'restarted' as const, at: alert(id).raisedAt }));
      commit({ alerts: [{ ...alert(id), story }], deliveries: [delivery(id)], put: [entry(id, 1, 3 * n)] });
      commit({
        alerts: [{ ...alert(id, 'resolved', 2), story }],
        deliveries: [delivery(id)],
        put: [entry(id, 2, 3 * n + 1)],
      });
      commit({ drop: [entry(id, 2)] });
      if (n % 20 === 0) writer.checkpoint();
      if (n % 1_250 === 1_249) sizes.push(size());
    }
    const { alerts, deliveries } = everything();
    expect(alerts.length).toBeGreaterThanOrEqual(CLOSED_KEPT);
    expect(alerts.length).toBeLessThanOrEqual(CLOSED_KEPT + LOOK_EVERY);
    expect(alerts.at(-1)?.id).toBe('a4999');
    expect(deliveries).toHaveLength(alerts.length);
    // 2.5 MB of rows for the thousand, and a log of some hundred pages.
    expect(Math.max(...sizes)).toBeLessThan(6_000_000);
    expect(sizes.at(-1)).toBeLessThan((sizes[1] ?? 0) * 1.1);
  });

  it('drops no alert event without its receipt, however many wait, and faults and answers from the oldest on', () => {
    const { commit, everything } = room();
    for (let n = 0; n < MESSAGES_KEPT + 200; n += 1) {
      const id = `a${n}`;
      commit({
        alerts: [alert(id, n % 2 ? 'resolved' : 'raised')],
        deliveries: [delivery(id)],
        put: [entry(id, 1, 2 * n)],
      });
      commit({
        put: [{ ...entry(id, 1, 2 * n + 1), slot: `fault/${n}`, kind: n % 3 ? 'fault' : 'answer', priority: 1 }],
      });
    }
    const { alerts, restored, deliveries } = everything();
    expect(alerts).toHaveLength(MESSAGES_KEPT + 200);
    expect(deliveries).toHaveLength(MESSAGES_KEPT + 200);
    const alertsWaiting = restored.outbox.filter(({ kind }) => kind === 'alert');
    expect(alertsWaiting).toHaveLength(MESSAGES_KEPT + 200);
    const others = restored.outbox.filter(({ kind }) => kind !== 'alert').map(({ slot }) => slot);
    expect(others).toEqual(Array.from({ length: MESSAGES_KEPT }, (_, n) => `fault/${n + 200}`));
  });

  it('says how many faults and answers gave way', () => {
    const { commit } = room();
    const fault = (n: number) => ({ ...entry('a', 1, n), slot: `fault/${n}`, kind: 'fault' as const });
    expect(commit({ put: Array.from({ length: MESSAGES_KEPT }, (_, n) => fault(n)) })).toBe(0);
    expect(commit({ put: [fault(MESSAGES_KEPT), fault(MESSAGES_KEPT + 1)] })).toBe(2);
  });

  it('forgets closed alerts that are too old, but none that is open, waits, or was closed by a clock nobody trusts', () => {
    const { writer, commit, everything } = room();
    const at = (id: string, state: Alert['state'], days: number, wallTrusted = true): Alert => {
      const made = alert(id, state);
      return { ...made, changedAt: { ...made.changedAt, wall: (days * DAY) as WallMs, wallTrusted } };
    };
    commit({
      alerts: [at('old', 'resolved', 1), at('open', 'raised', 1), at('waiting', 'resolved', 1)],
      deliveries: [delivery('old')],
      put: [entry('waiting', 1)],
    });
    commit({ alerts: [at('untrusted', 'resolved', 1, false), at('young', 'resolved', 20)] });
    commit({ alerts: [at('jumped', 'resolved', 90_000, false)] });
    expect(everything().alerts).toHaveLength(6);
    const newest = rowsOf({ alerts: [at('newest', 'resolved', CLOSED_KEPT_DAYS + 10)] });
    writer.commit(Array.from({ length: LOOK_EVERY }, () => newest));
    expect(
      everything()
        .alerts.map(({ id }) => id)
        .sort(),
    ).toEqual(['jumped', 'newest', 'open', 'untrusted', 'waiting', 'young']);
    expect(everything().deliveries).toEqual([]);
  });

  it('forgets checkpoints of detectors that are gone once there are too many', () => {
    const { commit, everything } = room();
    commit({ checkpoints: Object.fromEntries(Array.from({ length: CHECKPOINTS_KEPT }, (_, n) => [`d${n}`, n])) });
    commit({ checkpoints: { gas: 1, help: 2 } });
    expect(everything().restored.checkpoints).toEqual({ gas: 1, help: 2 });
  });
});
