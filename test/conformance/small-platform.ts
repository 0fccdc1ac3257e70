// A platform in one page, right in everything but the one thing that it is told to get wrong.

import { connect } from 'mqtt';
import { cloudEvent } from '#contract/uplink/envelope.ts';
import { readTopic, topics } from '#contract/uplink/topics.ts';

export const flaws = [
  'nothing',
  'no receipt',
  'wrong schema',
  'wrong id',
  'twice',
  'twice, the second late',
  'forgets the gateway when it was cut off',
  'forgets its subscription when it was cut off itself',
  'comes back with the same since',
  'no birth',
  'knows its hazards and no other',
  'refuses what is long',
  'wants nothing of the past',
  'silent about doubles',
  'silent about old revs',
  'ends at nonsense',
  'retains receipts',
  'receipts in its own name',
] as const;
export type Flaw = (typeof flaws)[number];

interface AlertEvent {
  id: string;
  live?: boolean;
  data: { alertId: string; rev: number; hazard: string; online?: boolean };
}

export function smallPlatform(url: string, tenant: string, flaw: Flaw) {
  const stored = new Set<string>();
  const newest = new Map<string, number>();
  const forgotten = new Set<string>();
  let starts = 0;
  let made = 0;
  let dead = false;

  const event = (what: string, data: object, source = `/${tenant}/platform`) =>
    JSON.stringify(cloudEvent(`hearthward.${what}`, source, `p-${++made}`, Date.now(), data));
  const platform = (online: boolean) =>
    event('platform', { online, since: new Date(Date.UTC(2026, 0, 1) + starts * 60_000).toISOString() });
  const client = connect(url, {
    ...{ clientId: `small-platform-${tenant}`, clean: true, reconnectPeriod: 100, resubscribe: false },
    will: { topic: topics.platform(tenant), payload: Buffer.from(platform(false)), qos: 1, retain: true },
  });

  async function begin(): Promise<void> {
    const again = starts > 0;
    if (!again || flaw !== 'comes back with the same since') starts += 1;
    if (!again || flaw !== 'forgets its subscription when it was cut off itself')
      await client.subscribeAsync(`hearthward/v1/${tenant}/+/up/+`, { qos: 1 });
    if (flaw !== 'no birth') client.publish(topics.platform(tenant), platform(true), { qos: 1, retain: true });
  }
  const ready = new Promise<void>((resolve) => client.on('connect', () => void begin().then(resolve, () => undefined)));

  function take(gateway: string, { id, live, data }: AlertEvent): void {
    if (flaw === 'no receipt' || forgotten.has(gateway)) return;
    if (flaw === 'knows its hazards and no other' && !['help', 'gas', 'smoke', 'co'].includes(data.hazard)) return;
    if (flaw === 'refuses what is long' && JSON.stringify(data).length > 20_000) return;
    if (flaw === 'wants nothing of the past' && live === false) return;
    if (flaw === 'silent about doubles' && stored.has(id)) return;
    const old = (newest.get(data.alertId) ?? 0) > data.rev;
    stored.add(id);
    if (old && flaw === 'silent about old revs') return;
    newest.set(data.alertId, Math.max(data.rev, newest.get(data.alertId) ?? 0));
    const topic = topics.down({ tenant, gateway }, 'receipt');
    const source = flaw === 'receipts in its own name' ? '/the/best-platform' : undefined;
    const receipt = () =>
      flaw === 'wrong schema'
        ? event('receipt', { event: id })
        : event('receipt', { eventId: flaw === 'wrong id' ? data.alertId : id }, source);
    client.publish(topic, receipt(), { qos: 1, retain: flaw === 'retains receipts' });
    if (flaw === 'twice') client.publish(topic, receipt(), { qos: 1 });
    if (flaw === 'twice, the second late') setTimeout(() => client.publish(topic, receipt(), { qos: 1 }), 600);
  }

  client.on('message', (topic, payload) => {
    const { gateway = '', what } = readTopic(topic) ?? {};
    if (dead) return;
    try {
      const message = JSON.parse(payload.toString()) as AlertEvent;
      if (what === 'alert' && typeof message.data?.rev === 'number') take(gateway, message);
      if (what === 'state' && !message.data.online && flaw === 'forgets the gateway when it was cut off')
        forgotten.add(gateway);
    } catch {
      if (flaw === 'ends at nonsense') dead = true;
    }
  });

  return {
    ready,
    /** As a network does it: the broker says its will, and it connects anew. */
    cut: () => void client.stream.destroy(),
    end: () => client.endAsync(true),
  };
}
