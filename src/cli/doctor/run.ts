// How checks are run: each for itself, each with a deadline.

import { LATE, within } from '#base/within.ts';
import { type Box, type Check, type Finding, unknown } from '#contract/diagnosis.ts';
import { reasonOf } from '#contract/errors.ts';
import { later, SECOND } from '#contract/time.ts';
import { type Words, words } from '#contract/words.ts';

/** Longer than that, and whoever waits is shown what for. */
const SLOW = 1.5 * SECOND;

/** Runs `checks` side by side. Each finding is reported as it comes; what throws or is late is `unknown`. Never rejects. */
export async function runChecks(
  checks: readonly Check[],
  box: Box,
  report: (finding: Finding) => void,
  slow: (title: Words) => void,
): Promise<void> {
  const { clock } = box;
  await Promise.all(
    checks.map(async ({ id, title, withinMs = 10 * SECOND, run }) => {
      const cancel = clock.at(later(clock.now().mono, SLOW), `doctor ${id} is slow`, () => slow(title));
      try {
        const found = await within(clock, withinMs, run(box));
        for (const finding of found === LATE ? [noAnswer(id, title, withinMs)] : found) report(finding);
      } catch (thrown) {
        const reason = reasonOf(thrown);
        report(
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
