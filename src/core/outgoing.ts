// What is to be said becomes an entry of the outbox: the channel makes the message, the core says where it stands in line.

import { eventId } from '#base/event-id.ts';
import type { Notice } from '#contract/channel.ts';
import { type OutboxEntry, priorities } from '#contract/delivery.ts';
import { faultKey } from '#contract/fault.ts';
import { hazards } from '#contract/hazard.ts';

export const alertSlot = (alertId: string): string => `alert/${alertId}`;

/** @param body as the channel made it */
export const entryOf = (notice: Notice, to: Pick<OutboxEntry, 'channel' | 'seq' | 'body'>): OutboxEntry => ({
  seq: to.seq,
  ...placed(notice),
  channel: to.channel,
  kind: notice.kind,
  body: to.body,
});

function placed(notice: Notice): Pick<OutboxEntry, 'slot' | 'msgId' | 'priority'> {
  switch (notice.kind) {
    case 'alert': {
      const { alert } = notice;
      const priority = priorities.alert + hazards[alert.hazard].priority / 100;
      return { slot: alertSlot(alert.id), msgId: eventId(alert), priority };
    }
    case 'fault':
      return { slot: `fault/${faultKey(notice.fault)}`, msgId: notice.id, priority: priorities.fault };
    case 'measurement': {
      const { id, rev } = notice.measurement;
      return { slot: `measurement/${id}`, msgId: `${id}.${rev}`, priority: priorities.measurement };
    }
  }
}
