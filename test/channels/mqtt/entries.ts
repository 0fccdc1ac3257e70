// Outbox entries and readings to send in tests.

import type { OutboxEntry } from '#contract/delivery.ts';
import type { Device } from '#contract/device.ts';
import type { Reading } from '#contract/reading.ts';
import type { HistoryRecord } from '#contract/store.ts';
import type { Moment } from '#contract/time.ts';
import { cloudEvent, stampOf } from '#contract/uplink/envelope.ts';
import type { AlertMessage, FaultMessage } from '#contract/uplink/messages.ts';
import { createOutbox, type Outbox } from '#src/channels/mqtt/outbox.ts';

export const address = { tenant: 'district', gateway: 'home-1' };
export const moment = (ms = 0): Moment =>
  ({ mono: ms, wall: 1_790_000_000_000 + ms, wallTrusted: true, bootId: 'boot' }) as Moment;
const words = { en: 'Text', 'zh-CN': '文字' };

/** Event `<id>.<rev>`, of a help call unless told otherwise. */
export function alert(id: string, rev: number, more: Partial<OutboxEntry> = {}): OutboxEntry {
  const at = stampOf(moment());
  const message: AlertMessage = cloudEvent('hearthward.alert', '/district/home-1', `${id}.${rev}`, moment().wall, {
    ...{ alertId: id, rev, hazard: 'help', severity: 'alarm', state: 'raised', conditionPresent: true, count: rev },
    ...{ device: { id: 'button-1', kind: 'help-button' }, subject: 'device:button-1', because: [{ fact: 'pressed' }] },
    ...{ raisedAt: at, calledAt: at, changedAt: at, text: words, contactId: 101, story: [] },
  } as AlertMessage['data']);
  const body = JSON.stringify(message);
  return {
    seq: 1,
    slot: `alert/${id}`,
    channel: 'main',
    msgId: `${id}.${rev}`,
    kind: 'alert',
    priority: 0,
    body,
    ...more,
  };
}

/** A fall with all that it can have: about 20 kB. */
export function bigAlert(id: string, rev: number, more: Partial<OutboxEntry> = {}): OutboxEntry {
  const entry = alert(id, rev, more);
  const message = JSON.parse(entry.body) as { data: object };
  const at = stampOf(moment());
  const story = Array.from({ length: 40 }, (_, n) => ({
    ...{
      kind: 'output',
      at,
      output: `light-${n}`,
      outputKind: 'light',
      action: 'on',
      result: 'confirmed',
      attempts: 1,
    },
  }));
  const scaip = {
    ...{ controllerId: 'home-1', deviceId: 'button-1', deviceType: 'help-button', deviceComponent: 'button' },
    ...{ statusCode: 'help.alarm.raised', location: 'Bedroom' },
  };
  const batches = [{ ms: -6_000, rateHz: 50, mg: Buffer.alloc(6_000).toString('base64') }];
  const evidence = { deviceId: 'watch', pulse: [], batches };
  return { ...entry, body: JSON.stringify({ ...message, data: { ...message.data, scaip, evidence, story } }) };
}

export function fault(key: string, more: Partial<OutboxEntry> = {}): OutboxEntry {
  const msgId = more.msgId ?? `fault-${key}`;
  const message: FaultMessage = cloudEvent('hearthward.fault', '/district/home-1', msgId, moment().wall, {
    ...{ code: 'device-silent', subject: `device:${key}`, active: true, since: stampOf(moment()) },
    ...{ context: {}, text: words, advice: words },
  } as FaultMessage['data']);
  const body = JSON.stringify(message);
  return { seq: 1, slot: `fault/${key}`, channel: 'main', kind: 'fault', priority: 1, body, ...more, msgId };
}

export const answerEntry = (id: string, more: Partial<OutboxEntry> = {}): OutboxEntry => ({
  ...{ seq: 1, slot: `answer/${id}`, channel: 'main', msgId: `answer.${id}`, kind: 'answer', priority: 1, body: '{}' },
  ...more,
});

/** An outbox that was offered these. */
export function outboxOf(entries: readonly OutboxEntry[], times: Parameters<typeof createOutbox>[0]): Outbox {
  const outbox = createOutbox(times);
  for (const entry of entries) outbox.offer(entry);
  return outbox;
}

export const reading = (n: number, more: Partial<Reading> = {}): HistoryRecord => ({
  kind: 'reading',
  reading: { deviceId: 'gas-1', quantity: 'gas', value: n % 100, quality: 'good', at: moment(n), seq: n, ...more },
});

export const devices: Device[] = [{ id: 'button-1', kind: 'help-button', room: 'Bedroom' }];

/** A ring in memory, positions from 1. */
export const ring = (records: HistoryRecord[]) => ({
  read: async (after: number, limit: number) =>
    records.map((record, at) => ({ position: at + 1, record })).slice(after, after + limit),
});
