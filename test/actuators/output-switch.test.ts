import { describe, expect, it } from 'vitest';
import type { OutputResult } from '#contract/alert.ts';
import { outputSwitch } from '#src/actuators/output-switch.ts';
import { virtualClock } from '#src/clock/virtual.ts';

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** An output that answers each attempt as told; `undefined` never answers. */
function bench(...answers: (OutputResult | Error | undefined)[]) {
  const clock = virtualClock();
  const attempts: string[] = [];
  const outputs = outputSwitch({
    clock,
    perform(id, action) {
      attempts.push(`${id} ${action}`);
      const answer = answers.shift();
      if (answer === undefined) return new Promise(() => undefined);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  const pass = async (ms: number) => {
    await settled();
    for (const end = clock.now().mono + ms; clock.now().mono < end; await settled())
      clock.advanceTo(Math.min(clock.next() ?? end, end));
  };
  return { outputs, attempts, pass };
}

describe('an output', () => {
  it('that does as told is told once', async () => {
    const { outputs, attempts } = bench('confirmed');
    expect(await outputs.setState('valve', 'close')).toEqual({ result: 'confirmed', attempts: 1 });
    expect(attempts).toHaveLength(1);
  });

  it('that fails is tried three times, and the last word is the truth', async () => {
    const { outputs, pass } = bench(new Error('gone'), 'unconfirmed', 'commanded');
    const done = outputs.setState('valve', 'close');
    await pass(2_000);
    expect(await done).toEqual({ result: 'commanded', attempts: 3 });
  });

  it('that never answers has failed at its deadline', async () => {
    const { outputs, pass } = bench(undefined, undefined, undefined);
    const done = outputs.setState('valve', 'close');
    await pass(10 * 60_000);
    expect(await done).toEqual({ result: 'failed', attempts: 3 });
  });

  it('told something else is not told the old thing again', async () => {
    const { outputs, attempts, pass } = bench(new Error('gone'), 'commanded');
    const on = outputs.setState('siren', 'on');
    await settled();
    expect(await outputs.setState('siren', 'off')).toMatchObject({ result: 'commanded' });
    await pass(10_000);
    expect(attempts).toEqual(['siren on', 'siren off']);
    expect(await on).toMatchObject({ result: 'failed' });
  });
});
