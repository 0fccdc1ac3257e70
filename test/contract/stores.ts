// What every journal and every history does, on a disk or in memory.

import { describe, expect, it } from 'vitest';
import type { History, HistoryRecord, Journal, Restored } from '#contract/store.ts';
import { alert, delivery, entry, moment, press, silence, temperature } from '../store/rig.ts';

/** One store that can be opened again after it was closed. Made within a test. */
export interface JournalUnderTest {
  open(): Promise<{ journal: Journal; restored: Restored }>;
}

export function journalContract(name: string, make: () => JournalUnderTest): void {
  describe(`${name}: a journal`, () => {
    /** What is found after `use`, a close and another start. */
    async function foundAfter(use: (journal: Journal) => Promise<unknown>): Promise<Restored> {
      const store = make();
      const { journal } = await store.open();
      await use(journal);
      await journal.close();
      const again = await store.open();
      await again.journal.close();
      return again.restored;
    }

    it('begins empty', async () => {
      const { journal, restored } = await make().open();
      await journal.close();
      expect(restored).toEqual({ alerts: [], deliveries: [], outbox: [], checkpoints: {}, facts: {} });
    });

    it('gives back what was committed, in order of birth', async () => {
      const found = await foundAfter(async (journal) => {
        await journal.commit({ alerts: [alert('b'), alert('a')], deliveries: [delivery('b'), delivery('b', 'city')] });
        await journal.commit({ put: [entry('b', 1, 7), entry('b', 1, 4, 'city')], facts: { floor: 12 } });
        await journal.commit({ alerts: [alert('b', 'acknowledged', 2)], checkpoints: { gas: { since: [1, null] } } });
      });
      expect(found.alerts).toEqual([alert('b', 'acknowledged', 2), alert('a')]);
      expect(found.deliveries).toEqual([delivery('b', 'city'), delivery('b')]);
      expect(found.outbox).toEqual([entry('b', 1, 4, 'city'), entry('b', 1, 7)]);
      expect(found.checkpoints).toEqual({ gas: { since: [1, null] } });
      expect(found.facts).toEqual({ floor: 12, 'last-seq': 7 });
    });

    it('takes commits that nobody waited for in their order', async () => {
      const found = await foundAfter((journal) =>
        Promise.all(
          Array.from({ length: 50 }, (_, i) =>
            journal.commit({ alerts: [alert('a', 'raised', i + 1)], facts: { newest: i + 1 } }),
          ),
        ),
      );
      expect(found.alerts).toEqual([alert('a', 'raised', 50)]);
      expect(found.facts).toEqual({ newest: 50 });
    });

    it('stores what an object was when it was committed, not what became of it', async () => {
      const found = await foundAfter(async (journal) => {
        const changing = alert('a');
        const committed = journal.commit({ alerts: [changing] });
        changing.count = 99;
        await committed;
      });
      expect(found.alerts[0]?.count).toBe(1);
    });

    it('lets a message take the place of the one in its slot, and drops only the one that is meant', async () => {
      const found = await foundAfter(async (journal) => {
        await journal.commit({ alerts: [alert('a')], put: [entry('a', 1), entry('b', 1, 3)] });
        await journal.commit({ put: [entry('a', 2)] });
        await journal.commit({ drop: [entry('a', 1), entry('b', 1)] });
      });
      expect(found.outbox).toEqual([entry('a', 2)]);
    });

    it('gives back a message again that was dropped and put in one change', async () => {
      const found = await foundAfter((journal) => journal.commit({ put: [entry('a', 2)], drop: [entry('a', 1)] }));
      expect(found.outbox).toEqual([entry('a', 2)]);
    });

    it('restores no closed alert, and the delivery of one only while its message waits', async () => {
      const closed = { alerts: [alert('a', 'resolved', 2)], deliveries: [delivery('a')], put: [entry('a', 2)] };
      const waiting = await foundAfter((journal) => journal.commit(closed));
      expect(waiting).toMatchObject({ alerts: [], deliveries: [delivery('a')], outbox: [entry('a', 2)] });
      const received = await foundAfter(async (journal) => {
        await journal.commit(closed);
        await journal.commit({ drop: [entry('a', 2)] });
      });
      expect(received).toMatchObject({ alerts: [], deliveries: [], outbox: [] });
    });

    it('remembers the highest number of its outbox when the box is empty', async () => {
      const found = await foundAfter(async (journal) => {
        await journal.commit({ put: [entry('a', 1, 41)] });
        await journal.commit({ drop: [entry('a', 1)], facts: { 'last-seq': 12 } });
      });
      expect(found.facts).toEqual({ 'last-seq': 41 });
    });

    it('refuses what is no JSON, and stores nothing of that change', async () => {
      const found = await foundAfter(async (journal) => {
        const endless: Record<string, unknown> = {};
        endless.itself = endless;
        await expect(
          journal.commit({ alerts: [alert('a')], facts: { endless: endless as never } }),
        ).rejects.toMatchObject({ code: 'not-storable' });
        await journal.commit({ facts: { fine: true } });
      });
      expect(found).toMatchObject({ alerts: [], facts: { fine: true } });
    });

    it('refuses a commit once it is closed, and may be closed twice', async () => {
      const { journal } = await make().open();
      await journal.close();
      await journal.close();
      await expect(journal.commit({ facts: { late: true } })).rejects.toMatchObject({ code: 'closed' });
    });
  });
}

export function historyContract(name: string, make: () => History): void {
  describe(`${name}: a history`, () => {
    const records: HistoryRecord[] = [
      { kind: 'boot', at: moment(0) },
      temperature(1),
      press(2),
      temperature(3),
      silence(4),
      {
        kind: 'reading',
        reading: {
          deviceId: 'wrist-1',
          quantity: 'acceleration',
          value: {
            rateHz: 50,
            xyz: [
              [0.012, -0.5, 0.98],
              [0.1, 0.2, 1 / 3],
            ],
          },
          quality: 'uncertain',
          at: moment(5),
          seq: 1,
        },
      },
      { kind: 'clock', at: moment(6), stepMs: -86_400_000 },
      temperature(7),
    ];

    it('gives records back in the order in which they were taken, whatever their kind', async () => {
      const history = make();
      for (const record of records.slice(0, 5)) history.append(record);
      await history.flush();
      for (const record of records.slice(5)) history.append(record);
      await history.flush();
      const read = await history.read(0, 100);
      expect(read.map(({ record }) => record)).toEqual(records);
      expect(history.stats()).toMatchObject({ records: records.length, dropped: 0, evicted: 0 });
      await history.close();
    });

    it('goes on after a position, as far as the limit', async () => {
      const history = make();
      for (let i = 0; i < 1_200; i += 1) history.append(i % 5 === 0 ? press(i) : temperature(i));
      await history.flush();
      const seen: HistoryRecord[] = [];
      const positions: number[] = [];
      for (let after = 0; ; ) {
        const some = await history.read(after, 170);
        if (some.length === 0) break;
        expect(some.length).toBeLessThanOrEqual(170);
        seen.push(...some.map(({ record }) => record));
        positions.push(...some.map(({ position }) => position));
        after = positions.at(-1) ?? 0;
      }
      expect(seen).toEqual(Array.from({ length: 1_200 }, (_, i) => (i % 5 === 0 ? press(i) : temperature(i))));
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
      await history.close();
    });
  });
}
