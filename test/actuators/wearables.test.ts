// Wearables that are made to vibrate: once for each signal, tried again while they cannot be reached.

import { expect, it } from 'vitest';
import { HearthwardError } from '#contract/errors.ts';
import { SECOND } from '#contract/time.ts';
import { vibratingWearables } from '#src/actuators/wearables.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { silentLog } from '../transports/silent-log.ts';

function bench() {
  const clock = virtualClock();
  const performed: string[] = [];
  const faults = new Map<string, boolean>();
  let trouble: string | undefined;
  const wearables = vibratingWearables({
    clock,
    log: silentLog,
    async perform(id, action, text) {
      performed.push(`${id} ${action} ${text ?? ''}`.trim());
      if (trouble) throw new HearthwardError(trouble, trouble);
    },
    fault: (id, active) => void faults.set(id, active),
  });
  const turns = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return {
    clock,
    wearables,
    faults,
    performed,
    troubled(code: string | undefined) {
      trouble = code;
    },
    async signal(...keys: string[]) {
      wearables.signal(keys.map((key) => ({ deviceId: 'watch', key, words: { en: 'Here', 'zh-CN': '这里' } })));
      await turns();
    },
    async pass(ms: number) {
      clock.advance(ms);
      await turns();
    },
  };
}

it('vibrates once for a signal, with its words, and stops by itself', async () => {
  const { signal, pass, performed, clock } = bench();
  await signal('a');
  await signal('a');
  await pass(2_999);
  expect(performed).toEqual(['watch on 这里 · Here']);
  await pass(1);
  expect(performed).toEqual(['watch on 这里 · Here', 'watch off']);
  await signal('b');
  await signal('c');
  await pass(3_000);
  expect(performed.slice(2)).toEqual(['watch on 这里 · Here', 'watch on 这里 · Here', 'watch off']);
  expect(clock.waiting()).toEqual([]);
});

it('that cannot be reached is tried again, and is a fault until it was felt', async () => {
  const { signal, pass, performed, faults, troubled } = bench();
  troubled('band-unreachable');
  await signal('a');
  await pass(2 * SECOND);
  expect(performed).toHaveLength(2);
  await pass(3 * SECOND);
  expect(performed).toHaveLength(2);
  expect(faults.get('watch')).toBe(true);
  troubled(undefined);
  await pass(SECOND);
  expect(performed).toHaveLength(3);
  expect(faults.get('watch')).toBe(false);
});

it('is left alone when nobody wants it any more', async () => {
  const { signal, pass, performed, faults, troubled, clock } = bench();
  troubled('band-unreachable');
  await signal('a');
  await signal();
  expect(faults.get('watch')).toBe(false);
  await pass(60 * SECOND);
  expect(performed).toHaveLength(1);
  expect(clock.waiting()).toEqual([]);
});

it('that cannot vibrate at all is no fault, and is not asked again', async () => {
  const { signal, performed, faults, troubled, clock } = bench();
  troubled('band-cannot-vibrate');
  await signal('a');
  await signal('a');
  expect(performed).toHaveLength(1);
  expect([faults.has('watch'), clock.waiting()]).toEqual([false, []]);
});

it('leaves nothing open when stopped', async () => {
  const { signal, wearables, clock, troubled } = bench();
  await signal('a');
  troubled('band-unreachable');
  await signal('b');
  expect(clock.waiting().length).toBeGreaterThan(0);
  wearables.stop();
  expect(clock.waiting()).toEqual([]);
  // A receipt may come while the gateway stops.
  await signal('c');
  expect(clock.waiting()).toEqual([]);
});
