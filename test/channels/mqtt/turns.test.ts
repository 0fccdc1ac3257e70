// What comes in one lump is handed on in turns, in order, and none of it is lost.

import { setImmediate as loopRound } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock, Moment } from '#contract/time.ts';
import { until } from '#fakes/wait.ts';
import { createTurns, TURN_MS } from '#src/channels/mqtt/turns.ts';
import { alert } from './entries.ts';
import { CONNECT, connack, idOf, PUBLISH, puback, SUBSCRIBE, suback } from './raw-broker.ts';
import { stage } from './stage.ts';

const { run, raw } = stage();

/** A clock that goes on only where a task takes its time; `round` is the event loop coming round. */
function handClock() {
  let mono = 0;
  let timers: (() => void)[] = [];
  const clock: Clock = {
    now: () => ({ mono }) as Moment,
    at(_deadline, _name, fire) {
      timers.push(fire);
      return () => undefined;
    },
  };
  return {
    clock,
    takes: (ms: number) => {
      mono += ms;
    },
    round() {
      const due = timers;
      timers = [];
      for (const fire of due) fire();
      return due.length > 0;
    },
  };
}

describe('turns', () => {
  it('do at once what has time, and nothing after it has run out until the loop has been round', () => {
    const { clock, takes, round } = handClock();
    const turns = createTurns(clock);
    const done: number[] = [];
    for (const number of [1, 2, 3, 4, 5])
      turns.add(() => {
        takes(TURN_MS / 2);
        done.push(number);
      });
    expect([done, turns.isOver()]).toEqual([[1, 2], true]);
    round();
    expect([done, turns.isOver()]).toEqual([[1, 2, 3, 4], true]);
    round();
    expect([done, turns.isOver()]).toEqual([[1, 2, 3, 4, 5], false]);
    round();
    expect(round()).toBe(false);
  });

  it('keep the order, lose nothing and hold the loop for no more than a turn and one task, whatever tasks take', () => {
    const task = fc.record({ ms: fc.integer({ min: 0, max: 5 }), adds: fc.boolean(), throws: fc.boolean() });
    fc.assert(
      fc.property(fc.array(task, { maxLength: 30 }), (tasks) => {
        const { clock, takes, round } = handClock();
        const turns = createTurns(clock);
        const done: string[] = [];
        let held = 0;
        const begin = () => {
          held = 0;
        };
        const take = (name: string, ms: number) => {
          expect(held).toBeLessThan(TURN_MS);
          held += ms;
          takes(ms);
          done.push(name);
        };
        const tolerant = (does: () => void) => {
          try {
            does();
          } catch (thrown) {
            expect(thrown).toEqual(new Error('a task that throws'));
          }
        };
        const wanted = new Set<string>();
        for (const [number, { ms, adds, throws }] of tasks.entries()) {
          wanted.add(`${number}`);
          if (adds) wanted.add(`${number} more`);
          tolerant(() =>
            turns.add(() => {
              take(`${number}`, ms);
              if (adds) turns.add(() => take(`${number} more`, 0));
              if (throws) throw new Error('a task that throws');
            }),
          );
        }
        for (let turning = true; turning; ) {
          begin();
          tolerant(() => {
            turning = round();
          });
        }
        const firsts = done.filter((name) => !name.endsWith('more')).map(Number);
        expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
        expect([...done].toSorted()).toEqual([...wanted].toSorted());
      }),
    );
  });

  it('are flushed whole when there will be no other', () => {
    const { clock, takes, round } = handClock();
    const turns = createTurns(clock);
    const done: number[] = [];
    for (const number of [1, 2, 3])
      turns.add(() => {
        takes(TURN_MS);
        done.push(number);
      });
    turns.flush();
    expect(done).toEqual([1, 2, 3]);
    round();
    expect(done).toEqual([1, 2, 3]);
  });
});

describe('a broker that acknowledges sixteen alerts in one packet', () => {
  const ids = Array.from({ length: 16 }, (_, number) => `a${number}.1`);
  const outbox = ids.map((id, number) => alert(id.slice(0, -2), 1, { seq: number + 1 }));

  /** Answers all alerts when the last of them is there, then perhaps hangs up. */
  const lump = (hangsUp: boolean) => {
    const bytes: number[] = [];
    let count = 0;
    return raw((packet) => {
      if (packet.type === CONNECT) packet.send(...connack());
      if (packet.type === SUBSCRIBE) packet.send(...suback(packet));
      if (packet.type !== PUBLISH || !ids.includes(idOf(packet) ?? '')) return;
      bytes.push(...puback(packet));
      count += 1;
      if (count !== ids.length) return;
      packet.send(...bytes);
      if (hangsUp) packet.end();
    });
  };
  /** As a home with much to do on each. */
  const takesTime = () => {
    const from = performance.now();
    while (performance.now() - from < 3);
  };

  it('leaves the loop free between them', async () => {
    let round = 0;
    let over = false;
    const perRound = new Map<number, number>();
    const broker = await lump(false);
    const home = run({
      ...{ url: broker.url, outbox },
      events: {
        sent({ msgId }) {
          if (!ids.includes(msgId)) return;
          takesTime();
          perRound.set(round, (perRound.get(round) ?? 0) + 1);
        },
      },
    });
    const rounds = (async () => {
      while (!over) {
        await loopRound();
        round += 1;
      }
    })();
    await until(() => expect([...perRound.values()].reduce((sum, one) => sum + one, 0)).toBe(ids.length));
    over = true;
    await rounds;
    expect(Math.max(...perRound.values())).toBe(1);
    await home.stop();
  });

  it('and hangs up has acknowledged them all', async () => {
    const sent: string[] = [];
    const broker = await lump(true);
    const home = run({
      ...{ url: broker.url, outbox, times: { resendMs: 60_000, reconnectMs: 60_000 } },
      events: {
        sent({ msgId }) {
          takesTime();
          sent.push(msgId);
        },
      },
    });
    await until(() => expect(home.session).toContain('uplink-down'));
    expect(sent.filter((id) => ids.includes(id))).toEqual(ids);
  });
});
