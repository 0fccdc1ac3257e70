import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Reading } from '#contract/reading.ts';
import type { HistoryRecord } from '#contract/store.ts';
import { readMessage } from '#contract/uplink/envelope.ts';
import { historyMessage } from '#contract/uplink/messages.ts';
import { until } from '#fakes/wait.ts';
import { createHistoryDrain, nextBatchSize } from '#src/channels/mqtt/history.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { address, moment, reading, ring } from './entries.ts';
import { quietLog } from './rig.ts';

function drain(
  records: HistoryRecord[],
  read = ring(records).read,
  leaves: (reading: Reading) => boolean = () => true,
) {
  const clock = virtualClock();
  const saved: number[] = [];
  const ready = vi.fn();
  const tooLarge = vi.fn();
  let position = 0;
  const cursor = {
    get: () => position,
    save: (to: number) => {
      position = to;
      saved.push(to);
    },
  };
  const history = createHistoryDrain({
    ...{ history: { read }, cursor, address, clock, log: quietLog(), ready, leaves, tooLarge },
    times: { historyRestMs: 20, historyIdleMs: 10_000 },
  });
  /** The next batch, once it is read. */
  const next = async (room = Number.POSITIVE_INFINITY) => {
    const calls = ready.mock.calls.length;
    const body = history.take(room);
    if (body !== undefined) return historyMessage.parse(JSON.parse(body)).data;
    await until(() => expect(ready.mock.calls.length).toBeGreaterThan(calls));
    const late = history.take(room);
    return late === undefined ? undefined : historyMessage.parse(JSON.parse(late)).data;
  };
  return { clock, history, saved, next, cursor, tooLarge };
}

describe('history on its way to the platform', () => {
  it('leaves at home what is not to leave it, and goes on behind it', async () => {
    const records = [1, 2, 3, 4].map((n) => reading(n, n % 2 ? {} : { quantity: 'heartRate' }));
    const { next } = drain(records, ring(records).read, ({ quantity }) => quantity !== 'heartRate');
    expect((await next())?.readings.map(({ position }) => position)).toEqual([1, 3]);
    const private_ = drain([reading(1), reading(2)], undefined, () => false);
    expect([await private_.next(), private_.saved]).toEqual([undefined, [2]]);
  });

  it('goes in batches marked historical, and the cursor moves at PUBACK only', async () => {
    const { clock, history, saved, next } = drain(Array.from({ length: 60 }, (_, n) => reading(n)));
    const first = await next();
    expect(first).toMatchObject({ historical: true, from: 1, to: 50 });
    expect(first?.readings).toHaveLength(50);
    expect(history.take(1e6)).toBeUndefined();
    expect(saved).toEqual([]);
    history.acknowledged();
    expect(saved).toEqual([50]);
    expect(history.take(1e6)).toBeUndefined();
    expect(history.dueAt()).toBe(20);
    clock.advance(20);
    expect(await next()).toMatchObject({ from: 51, to: 60 });
    history.acknowledged();
    expect(history.dueAt()).toBe(10_020);
  });

  it('sends no more than there is room for, and the cursor is at the last of that', async () => {
    const { clock, history, saved, next } = drain(Array.from({ length: 60 }, (_, n) => reading(n)));
    const positions: number[] = [];
    while (positions.length < 60) {
      const batch = await next(1_000);
      expect(batch?.readings.length).toBeLessThan(5);
      positions.push(...(batch?.readings.map(({ position }) => position) ?? []));
      history.acknowledged();
      expect(saved.at(-1)).toBe(positions.at(-1));
      clock.advance(20);
    }
    expect(positions).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
  });

  it('waits where not one reading fits, says so, and skips none', async () => {
    const { clock, history, saved, next, tooLarge } = drain([reading(1)]);
    expect(await next(200)).toBeUndefined();
    expect([tooLarge.mock.calls.length, saved]).toEqual([1, []]);
    clock.advance(10_000);
    expect(await next()).toMatchObject({ from: 1, to: 1 });
    history.acknowledged();
    expect(saved).toEqual([1]);
  });

  it('takes its time where nobody acknowledges', async () => {
    const { history, next } = drain(Array.from({ length: 60 }, (_, n) => reading(n)));
    await next();
    history.acknowledged(true);
    expect(history.dueAt()).toBe(1_000);
  });

  it('rests as long as a batch took, so that a slow line or a busy platform keeps half of its time', async () => {
    const { clock, history, next } = drain(Array.from({ length: 600 }, (_, n) => reading(n)));
    await next();
    clock.advance(700);
    history.acknowledged();
    expect(history.dueAt()).toBe(1_400);
  });

  it('keeps raw acceleration and what is no reading in the home, and moves past them', async () => {
    const acceleration = reading(1, { quantity: 'acceleration', value: { rateHz: 50, xyz: [[0, 0, 1]] } });
    const { next, saved, history } = drain([
      { kind: 'boot', at: moment() },
      acceleration,
      reading(2, { quantity: 'button', value: 'press' }),
      acceleration,
    ]);
    const batch = await next();
    expect(batch?.readings.map(({ position, value }) => [position, value])).toEqual([[3, 'press']]);
    history.acknowledged();
    expect(saved).toEqual([4]);
    const none = drain([acceleration, acceleration]);
    expect(await none.next()).toBeUndefined();
    expect(none.saved).toEqual([2]);
  });

  it('sends a batch again that the session took with it', async () => {
    const { history, next, saved } = drain([reading(1)]);
    const first = await next();
    history.interrupted();
    expect(await next()).toEqual(first);
    history.acknowledged();
    expect(saved).toEqual([1]);
  });

  it('survives a store that cannot be read, and tries again', async () => {
    let broken = true;
    const good = ring([reading(1)]);
    const { clock, next } = drain([], async (after, limit) => {
      if (broken) throw new Error('disk');
      return good.read(after, limit);
    });
    expect(await next()).toBeUndefined();
    broken = false;
    clock.advance(10_000);
    expect(await next()).toMatchObject({ from: 1, to: 1 });
  });

  it('begins anew when the cursor is set back', async () => {
    const { clock, history, next, cursor } = drain([reading(1)]);
    await next();
    history.acknowledged();
    cursor.save(0);
    clock.advance(10_000);
    expect(await next()).toMatchObject({ from: 1, to: 1 });
  });

  it('fits the batch to the line: small on a slow one, never above 200 nor below 10', () => {
    expect([nextBatchSize(50, 100), nextBatchSize(50, 1_000), nextBatchSize(50, 3_000)]).toEqual([100, 50, 25]);
    const outcome = fc.oneof(fc.nat(20_000), fc.constantFrom('lost' as const, 'refused' as const));
    fc.assert(
      fc.property(fc.array(outcome), (outcomes) => {
        const size = outcomes.reduce<number>(nextBatchSize, 50);
        expect(size).toBeGreaterThanOrEqual(10);
        expect(size).toBeLessThanOrEqual(200);
      }),
    );
  });

  it('makes messages that the schema of the contract reads', async () => {
    const { history } = drain([reading(1), reading(2, { quantity: 'smoke', value: true })]);
    history.take(1e6);
    const body = await until(() => history.take(1e6) ?? Promise.reject(new Error('not read yet')));
    expect(readMessage(historyMessage, Buffer.from(body))).toMatchObject({ ok: true });
  });
});
