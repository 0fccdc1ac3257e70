// Sends one event and judges what comes back for it.

import { receiptMessage } from '#contract/uplink/downward.ts';
import { readMessage } from '#contract/uplink/envelope.ts';
import { topics } from '#contract/uplink/topics.ts';
import type { Event } from './events.ts';
import type { Finding, Play } from './play.ts';
import type { Heard } from './player.ts';

type Receipt = { eventId: string; source: string; retained: boolean } | { why: string; retained: boolean };

const read = ({ payload, retained }: Heard): Receipt => {
  const { ok, ...rest } = readMessage(receiptMessage, payload);
  if (!ok || !('message' in rest)) return { why: 'why' in rest ? rest.why : '', retained };
  return { eventId: rest.message.data.eventId, source: rest.message.source, retained };
};

/** Publishes one copy of an event and returns what is wrong with the receipts that follow: an empty list for nothing. */
export async function receiptOf(play: Play, event: Event): Promise<Finding[]> {
  const { player, address, withinMs, quietMs } = play;
  const before = player.heard.length;
  /** Late receipts of events before this one are no news. */
  const old = new Set(play.sent.keys());
  old.delete(event.id);
  const come = () =>
    player.heard
      .slice(before)
      .filter(({ what }) => what === 'receipt')
      .map(read)
      .filter((receipt) => 'why' in receipt || !old.has(receipt.eventId));

  play.sent.set(event.id, (play.sent.get(event.id) ?? 0) + 1);
  const { taken, ...refusal } = await player.publish('alert', event.body);
  if (!taken && 'reason' in refusal)
    return [{ fault: 'refused', gaps: { what: topics.up(address, 'alert'), reason: Number(refusal.reason) } }];
  await player.wait(() => (come().length > 0 ? true : undefined), withinMs);
  // A second one would come soon after the first.
  if (come().length > 0) await player.wait(() => undefined, quietMs);
  return judge(play, event, come());
}

/** A receipt that the broker had retained, for a connection that began at message `from`. */
export function retainedReceipt({ player }: Play, from: number): Finding[] {
  const receipts = player.heard.slice(from).filter(({ what }) => what === 'receipt');
  const kept = receipts.map(read).find((receipt) => !('why' in receipt) && receipt.retained);
  return kept && 'eventId' in kept ? [{ fault: 'receipt-retained', gaps: { got: kept.eventId } }] : [];
}

/** Over the whole play: events with more receipts than copies, that were not reported yet. */
export function tooMany({ player, sent, doubled }: Play): Finding[] {
  const got = new Map<string, number>();
  for (const receipt of player.heard.filter(({ what }) => what === 'receipt').map(read))
    if (!('why' in receipt || receipt.retained)) got.set(receipt.eventId, (got.get(receipt.eventId) ?? 0) + 1);
  const [id] = [...sent].find(([id, copies]) => (got.get(id) ?? 0) > copies && !doubled.has(id)) ?? [];
  return id === undefined
    ? []
    : [{ fault: 'receipt-too-many', gaps: { event: id, count: got.get(id) ?? 0, copies: sent.get(id) ?? 0 } }];
}

function judge({ address, withinMs, doubled }: Play, { id }: Event, receipts: readonly Receipt[]): Finding[] {
  const findings: Finding[] = [];
  const expected = `/${address.tenant}/platform`;
  let own = 0;
  for (const receipt of receipts) {
    if ('why' in receipt) findings.push({ fault: 'receipt-invalid', gaps: { why: receipt.why } });
    else {
      const { eventId: got, source, retained } = receipt;
      if (retained) findings.push({ fault: 'receipt-retained', gaps: { got } });
      else if (got !== id) findings.push({ fault: 'receipt-wrong-id', gaps: { got, event: id } });
      else own += 1;
      if (source !== expected) findings.push({ fault: 'receipt-source', gaps: { source, expected } });
    }
  }
  if (own > 1) doubled.add(id);
  if (own > 1) findings.push({ fault: 'receipt-twice', gaps: { event: id, count: own } });
  if (own === 0 && findings.length === 0)
    findings.push({
      fault: 'no-receipt',
      gaps: { event: id, seconds: withinMs / 1_000, topic: topics.down(address, 'receipt') },
    });
  return findings;
}
