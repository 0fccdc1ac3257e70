// What a check of `hearthward doctor` says, and how checks are run: each for itself, each with a deadline.

import { type Words, words } from '#contract/actuator.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Json } from '#contract/json.ts';
import { type Clock, later, SECOND } from '#contract/time.ts';
import type { Box } from './box.ts';

export type Ok = 'bad' | 'warn' | 'unknown' | 'good';
/** Also the order in which they are shown. */
export const oks: readonly Ok[] = ['bad', 'warn', 'unknown', 'good'];

export interface Finding {
  /** `disk`, `serial:/dev/…`, `broker:district`: what was looked at. */
  id: string;
  ok: Ok;
  what: Words;
  todo?: Words;
  /** The figures behind the words; never a secret. */
  facts: Record<string, Json>;
}

type Say = (id: string, what: Words, facts?: Finding['facts'], todo?: Words) => Finding;
const say =
  (ok: Ok): Say =>
  (id, what, facts = {}, todo) => ({ id, ok, what, ...(todo && { todo }), facts });
export const good = say('good');
export const warn = say('warn');
export const bad = say('bad');
export const unknown = say('unknown');

export interface Check {
  id: string;
  /** What is being looked at, for the progress of a slow one. */
  title: Words;
  /** Without it, 10 s. */
  withinMs?: number;
  /** What does not apply gives no finding. */
  run(box: Box): Promise<Finding[]>;
}

/** Longer than that, and the person is told what is waited for. */
const SLOW = 1.5 * SECOND;

/** Runs `checks` side by side. Each finding is told as it comes; what throws or is late is `unknown`. Never rejects. */
export async function runChecks(
  checks: readonly Check[],
  box: Box,
  told: (finding: Finding) => void,
  slow: (title: Words) => void,
): Promise<void> {
  const { clock } = box;
  await Promise.all(
    checks.map(async ({ id, title, withinMs = 10 * SECOND, run }) => {
      const cancel = clock.at(later(clock.now().mono, SLOW), `doctor ${id} is slow`, () => slow(title));
      try {
        const found = await within(clock, withinMs, run(box));
        for (const finding of found === LATE ? [noAnswer(id, title, withinMs)] : found) told(finding);
      } catch (thrown) {
        const reason = reasonOf(thrown);
        told(
          unknown(
            id,
            words(`${title.en}: could not be looked at: ${reason}`, `${title['zh-CN']}：无法检查：${reason}`),
            {
              reason,
            },
          ),
        );
      } finally {
        cancel();
      }
    }),
  );
}

export const noAnswer = (id: string, { en, 'zh-CN': zh }: Words, ms: number): Finding =>
  unknown(
    id,
    words(`${en}: no answer within ${ms / SECOND} s`, `${zh}：${ms / SECOND} 秒内没有回应`),
    { withinMs: ms },
    words(
      'Something under it hangs: look at `dmesg`, and at the card or the network it needs.',
      '底层设备卡住：请查看 `dmesg`，并检查存储卡或网络。',
    ),
  );

export const LATE = Symbol('late');

/** What `promise` gives, or LATE after `ms`. What comes later is let go. */
export async function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T | typeof LATE> {
  const late = Promise.withResolvers<typeof LATE>();
  const cancel = clock.at(later(clock.now().mono, ms), 'doctor waits', () => late.resolve(LATE));
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}
