import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '#contract/delivery.ts';
import type { MonoMs } from '#contract/time.ts';
import { byDrainOrder, createOutbox, type Outbox, roomFor } from '#src/channels/mqtt/outbox.ts';
import { alert, answerEntry, fault, outboxOf } from './entries.ts';

const times = { resendMs: 10_000, resendMaxMs: 300_000, announceGapMs: 1_000 };
const at = (ms: number) => ms as MonoMs;
const ids = (entries: OutboxEntry[]) => entries.map(({ msgId }) => msgId);

/** Everything that may go now, put in flight. */
function sendAll(outbox: Outbox, now: number, room = Number.POSITIVE_INFINITY): OutboxEntry[] {
  const gone: OutboxEntry[] = [];
  while (gone.length < room) {
    const entry = outbox.next(at(now), 'anything');
    if (!entry) break;
    outbox.sent(entry, at(now));
    gone.push(entry);
  }
  return gone;
}

describe('the outbox', () => {
  it('sends alerts by priority and age, then faults, then answers', () => {
    const gas = alert('gas', 1, { seq: 1, priority: 1 });
    const [help, earlierHelp] = [alert('h2', 1, { seq: 9 }), alert('h1', 1, { seq: 4 })];
    const outbox = outboxOf([fault('f', { seq: 2 }), answerEntry('c', { seq: 0 }), gas, help, earlierHelp], times);
    expect(ids(sendAll(outbox, 0))).toEqual(['h1.1', 'h2.1', 'gas.1', 'fault-f', 'answer.c']);
  });

  it('keeps an alert after PUBACK until its receipt, and lets go of faults and answers at PUBACK', () => {
    const outbox = outboxOf([alert('a', 1), fault('f'), answerEntry('c')], times);
    for (const { msgId } of sendAll(outbox, 0)) expect(outbox.acknowledged(msgId, at(5))?.msgId).toBe(msgId);
    expect(ids(outbox.entries())).toEqual(['a.1']);
    expect(outbox.receipt('a.1')).toEqual({ known: true, unacknowledged: undefined });
    expect(outbox.entries()).toEqual([]);
  });

  it('sends an alert again 10, 20, 40 … and at last 300 s after each PUBACK', () => {
    const outbox = outboxOf([alert('a', 1)], times);
    const gaps: number[] = [];
    let now = 0;
    for (let round = 0; round < 8; round += 1) {
      expect(sendAll(outbox, now)).toHaveLength(1);
      outbox.acknowledged('a.1', at(now));
      const due = outbox.dueAt() ?? 0;
      expect(sendAll(outbox, due - 1)).toEqual([]);
      gaps.push((due - now) / 1_000);
      now = due;
    }
    expect(gaps).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('does not let the receipt of an older rev close the newer one', () => {
    const outbox = outboxOf([alert('a', 1)], times);
    sendAll(outbox, 0);
    outbox.offer(alert('a', 2, { seq: 2 }));
    expect(outbox.receipt('a.1')).toMatchObject({ known: true, unacknowledged: { msgId: 'a.1' } });
    expect(ids(sendAll(outbox, 0))).toEqual(['a.2']);
    expect(outbox.receipt('a.2').known).toBe(true);
    expect(outbox.entries()).toEqual([]);
  });

  it('loses nothing to an offer that comes while the slot is in flight', () => {
    const outbox = outboxOf([fault('f', { msgId: 'on' })], times);
    sendAll(outbox, 0);
    outbox.offer(fault('f', { msgId: 'off', seq: 2 }));
    expect(outbox.acknowledged('on', at(1))?.msgId).toBe('on');
    expect(ids(sendAll(outbox, 1))).toEqual(['off']);
  });

  it('takes an offer of the same message, or of an older one, as no news', () => {
    const outbox = outboxOf([alert('a', 2, { seq: 2 })], times);
    sendAll(outbox, 0);
    outbox.offer(alert('a', 2, { seq: 2 }));
    outbox.offer(alert('a', 1, { seq: 1 }));
    expect(sendAll(outbox, 9_000)).toEqual([]);
    expect(ids(outbox.entries())).toEqual(['a.2']);
  });

  it('knows no receipt of what it never had, nor of a rev to come, nor of a fault', () => {
    const outbox = outboxOf([alert('a', 2), fault('f')], times);
    for (const id of ['b.1', 'a.3', 'a', '', 'a.2.1', 'fault-f', '__proto__.1'])
      expect(outbox.receipt(id).known, id).toBe(false);
    expect(outbox.entries()).toHaveLength(2);
  });

  it('tells of a sending once, whichever of PUBACK and receipt comes first', () => {
    const outbox = outboxOf([alert('a', 1)], times);
    sendAll(outbox, 0);
    expect(outbox.receipt('a.1').unacknowledged?.msgId).toBe('a.1');
    expect(outbox.acknowledged('a.1', at(1))).toBeUndefined();
  });

  it('sends again at once in a new session, and a second after the last sending when the platform announces itself', () => {
    const outbox = outboxOf([alert('a', 1)], times);
    sendAll(outbox, 0);
    outbox.interrupted(at(50));
    outbox.resumed();
    expect(sendAll(outbox, 100)).toHaveLength(1);
    outbox.acknowledged('a.1', at(110));
    outbox.announced(at(200));
    expect(sendAll(outbox, 1_099)).toEqual([]);
    expect(sendAll(outbox, 1_100)).toHaveLength(1);
    // Announced again while in flight: the platform may have missed this one as well.
    outbox.announced(at(1_150));
    outbox.acknowledged('a.1', at(1_200));
    expect(outbox.dueAt()).toBe(2_100);
  });

  it('tries again later what the broker refused', () => {
    const outbox = outboxOf([fault('f')], times);
    sendAll(outbox, 0);
    outbox.refused('fault-f', at(50), 0x97);
    expect(outbox.refusal()).toEqual({ kind: 'fault', reason: 0x97 });
    expect(sendAll(outbox, 10_049)).toEqual([]);
    expect(sendAll(outbox, 10_050)).toHaveLength(1);
  });

  it('owes a platform that announced itself nothing more once a refused alert has gone again', () => {
    const outbox = outboxOf([alert('a', 1)], times);
    sendAll(outbox, 0);
    outbox.announced(at(10));
    outbox.refused('a.1', at(20), 0x97);
    expect(sendAll(outbox, 10_020)).toHaveLength(1);
    outbox.acknowledged('a.1', at(10_030));
    expect(outbox.dueAt()).toBe(30_030);
  });

  it('keeps the last places in flight for alerts', () => {
    expect([0, 11, 12, 15, 16].map((inFlight) => roomFor(inFlight, 16))).toEqual([
      'anything',
      'anything',
      'alerts',
      'alerts',
      'nothing',
    ]);
    expect([roomFor(0, 1), roomFor(1, 1)]).toEqual(['anything', 'nothing']);
    const outbox = outboxOf([fault('f')], times);
    expect(outbox.next(at(0), 'alerts')).toBeUndefined();
  });
});

describe('the outbox, whatever happens in whatever order', () => {
  const LIMIT = 5;
  const step = fc.oneof(
    fc.record({ do: fc.constant('alert' as const), n: fc.nat(4), priority: fc.nat(1) }),
    fc.record({ do: fc.constant('fault' as const), n: fc.nat(4) }),
    fc.record({ do: fc.constant('answer' as const), n: fc.nat(4) }),
    fc.record({ do: fc.constant('send' as const) }),
    fc.record({ do: fc.constant('break' as const) }),
    fc.record({ do: fc.constant('announce' as const) }),
    fc.record({ do: fc.constant('puback' as const), n: fc.nat(20) }),
    fc.record({ do: fc.constant('refuse' as const), n: fc.nat(20) }),
    fc.record({ do: fc.constant('receipt' as const), n: fc.nat(20) }),
    fc.record({ do: fc.constant('stray' as const), n: fc.nat(20) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(15_000) }),
  );

  it('drops no alert without its receipt, keeps the order and the limit, and repeats nothing too soon', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
        const outbox = createOutbox(times);
        const newest = new Map<string, OutboxEntry>();
        const received = new Set<string>();
        const sentOnce: string[] = [];
        const lastSent = new Map<string, number>();
        /** Sends before this instant may be repeated after a second only. */
        let hurry = -1;
        let flying: OutboxEntry[] = [];
        let now = 0;
        let seq = 0;
        const blames = new Map<string, number>();
        const isBlamed = ({ kind, msgId }: OutboxEntry) => (blames.get(msgId) ?? 0) >= (kind === 'alert' ? 2 : 1);

        function send(): void {
          for (;;) {
            const entry = outbox.next(at(now), roomFor(flying.length, LIMIT), flying.length === 0);
            if (!entry) return;
            if (entry.kind !== 'alert' && isBlamed(entry)) expect(flying).toEqual([]);
            const better = outbox
              .entries()
              .filter((other) => !flying.includes(other) && byDrainOrder(other, entry) < 0 && !isBlamed(other));
            // Nothing that goes before it was free to go, but what sessions ended over.
            for (const other of better) expect(lastSent.has(other.msgId)).toBe(true);
            const before = lastSent.get(entry.msgId);
            if (before !== undefined) expect(now - before).toBeGreaterThanOrEqual(before <= hurry ? 1_000 : 10_000);
            outbox.sent(entry, at(now));
            flying.push(entry);
            sentOnce.push(entry.msgId);
            lastSent.set(entry.msgId, now);
            expect(flying.length).toBeLessThanOrEqual(LIMIT);
          }
        }

        for (const step of steps) {
          if (step.do === 'alert') {
            const rev = Number(newest.get(`alert/${step.n}`)?.msgId.split('.')[1] ?? 0) + 1;
            const entry = alert(`${step.n}`, rev, { seq: ++seq, priority: step.priority });
            newest.set(entry.slot, entry);
            outbox.offer(entry);
          } else if (step.do === 'fault') outbox.offer(fault(String(step.n), { seq: ++seq, msgId: `f${seq}` }));
          else if (step.do === 'answer') outbox.offer(answerEntry(`${step.n}`, { seq: ++seq }));
          else if (step.do === 'send') send();
          else if (step.do === 'break') {
            outbox.interrupted(at(now));
            outbox.resumed();
            for (const { msgId } of flying) blames.set(msgId, (blames.get(msgId) ?? 0) + 1);
            flying = [];
            lastSent.clear();
          } else if (step.do === 'announce') {
            outbox.announced(at(now));
            hurry = now;
          } else if (step.do === 'wait') now += step.ms;
          else if (step.do === 'stray') outbox.receipt(`${step.n}.${step.n}9`);
          else if (step.do === 'receipt') {
            const msgId = sentOnce[step.n % Math.max(1, sentOnce.length)] ?? 'none';
            outbox.receipt(msgId);
            received.add(msgId);
          } else {
            const [entry] = flying.splice(step.n % Math.max(1, flying.length), 1);
            if (entry) blames.delete(entry.msgId);
            if (entry && step.do === 'puback') {
              outbox.acknowledged(entry.msgId, at(now));
              // Delivered: the same words offered again, as the answer to a repeated command is, are a message anew.
              if (entry.kind !== 'alert') lastSent.delete(entry.msgId);
            } else if (entry) outbox.refused(entry.msgId, at(now), 0x97);
          }
          const held = ids(outbox.entries());
          for (const { msgId } of newest.values()) expect(held.includes(msgId)).toBe(!received.has(msgId));
        }

        // And in the end, with a broker and a platform that do their part, all is delivered.
        outbox.interrupted(at(now));
        outbox.resumed();
        now += 300_000;
        for (const entry of sendAll(outbox, now)) {
          outbox.acknowledged(entry.msgId, at(now));
          outbox.receipt(entry.msgId);
        }
        expect(outbox.entries()).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
