// What the tests of the stores share: directories that go away, things worth storing, and ears for troubles.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Alert, AlertState } from '#contract/alert.ts';
import type { Delivery, OutboxEntry } from '#contract/delivery.ts';
import type { Log } from '#contract/log.ts';
import type { HistoryRecord, StoreEvents } from '#contract/store.ts';
import type { Moment, MonoMs, WallMs } from '#contract/time.ts';
import { patienceMs } from '#fakes/wait.ts';
import { placeOf } from '#src/store/history-batches.ts';
import type { Batch } from '#src/store/history-ring.ts';
import { openJournal } from '#src/store/journal.ts';
import { blockEncoder } from '#src/store/record-codec.ts';

/** `fast`: in memory, where syncs cost nothing, for tests that open a file hundreds of times. */
export function tempDir(fast?: 'fast'): string {
  const dir = mkdtempSync(join(fast && existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hearthward-store-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A journal that waits for its card as long as a test does for anything. */
export const openPatiently: typeof openJournal = (options) => openJournal({ openWithinMs: patienceMs(), ...options });

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};

export interface HeardTrouble {
  what: string;
  active: boolean;
  detail: string;
  counts?: Record<string, string | number>;
}

export function ears(): StoreEvents & { heard: HeardTrouble[]; short(): string[] } {
  const heard: HeardTrouble[] = [];
  return {
    heard,
    trouble: (what, active, detail, counts) => heard.push({ what, active, detail, ...(counts && { counts }) }),
    short: () => heard.map(({ what, active }) => `${what} ${active ? 'begins' : 'ends'}`),
  };
}

export const moment = (ms: number): Moment => ({
  mono: ms as MonoMs,
  wall: (1_790_000_000_000 + ms) as WallMs,
  wallTrusted: true,
  bootId: 'boot-1',
});

export const alert = (id: string, state: AlertState = 'raised', rev = 1): Alert => ({
  id,
  hazard: 'help',
  subject: 'person:resident',
  deviceId: 'help-1',
  deviceKind: 'help-button',
  state,
  severity: 'alarm',
  conditionPresent: true,
  count: 1,
  raisedAt: moment(1),
  changedAt: moment(rev),
  because: [{ fact: 'pressed' }],
  rev,
  callRev: rev,
  calledAt: moment(1),
  story: [],
});

export const delivery = (alertId: string, channel = 'district'): Delivery => ({
  alertId,
  channel,
  state: 'queued',
  queuedRev: 1,
  registeredRev: 0,
  sentRev: 0,
  receivedRev: 0,
  attempts: 0,
  waitingSince: 0 as MonoMs,
  overdue: false,
});

export const entry = (alertId: string, rev: number, seq = rev, channel = 'district'): OutboxEntry => ({
  seq,
  slot: `alert/${alertId}`,
  channel,
  msgId: `${alertId}.${rev}`,
  kind: 'alert',
  priority: 0,
  body: JSON.stringify({ id: `${alertId}.${rev}`, filler: 'x'.repeat(300) }),
});

export const temperature = (i: number): HistoryRecord => ({
  kind: 'reading',
  reading: {
    deviceId: `thermo-${i % 3}`,
    quantity: 'temperature',
    value: 20 + (i % 50) / 10,
    quality: 'good',
    at: moment(i),
    seq: i,
  },
});

export const press = (i: number): HistoryRecord => ({
  kind: 'reading',
  reading: { deviceId: 'help-1', quantity: 'button', value: 'press', quality: 'good', at: moment(i), seq: i },
});

export const silence = (i: number): Extract<HistoryRecord, { kind: 'fault' }> => ({
  kind: 'fault',
  at: moment(i),
  active: true,
  fault: {
    code: 'device-silent',
    subject: 'device:thermo-1',
    since: moment(i),
    dependsOn: [],
    context: { room: 'kitchen' },
  },
});

/** Records as the history packs them for its worker. */
export function batchOf(records: HistoryRecord[]): Batch {
  const encoders = { telemetry: blockEncoder(), kept: blockEncoder() };
  records.forEach((record, i) => {
    encoders[placeOf(record).ring].add(i, record);
  });
  return { span: records.length, telemetry: encoders.telemetry.seal(), kept: encoders.kept.seal() };
}
