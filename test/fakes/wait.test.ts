// Waits of tests: what they give, and what they say when nothing comes.

import { describe, expect, it } from 'vitest';
import { deadline, patienceMs, slowness, until, within } from './wait.ts';

const SOON = 0.1;
const never = new Promise<never>(() => undefined);

describe('until', () => {
  it('gives what was found as soon as looking neither throws nor gives false', async () => {
    const answers = [() => false as const, () => Promise.reject(new Error('not yet')), () => Promise.resolve(0)];
    let looked = 0;
    const look = () => answers[looked++]?.() ?? 'looked too often';
    expect(await until<unknown>(look, 'the third answer')).toBe(0);
    expect(looked).toBe(3);
  });

  it('says at the deadline what was awaited and what an assertion saw instead, with its difference', async () => {
    const failed = until(() => expect(['one']).toEqual(['two']), 'the second word', SOON);
    await expect(failed).rejects.toMatchObject({ actual: ['one'], expected: ['two'] });
    await expect(failed).rejects.toThrow(/to deeply equal[\s\S]*waited \d+\.\d s for the second word/);
  });

  it('says that it was false, with the code of the question when nobody named it', async () => {
    await expect(until(() => 1 > 2, undefined, SOON)).rejects.toThrow(/it was false[\s\S]*for \(\) => 1 > 2/);
  });

  it('does not wait for an answer that never comes', async () => {
    await expect(until(() => never, 'an answer', SOON)).rejects.toThrow(/it never answered[\s\S]*for an answer/);
  });
});

it('within gives what a promise gives, and what was awaited when that is nothing', async () => {
  expect(await within(Promise.resolve(7), 'a number')).toBe(7);
  await expect(within(Promise.reject(new Error('its own')), 'a number')).rejects.toThrow('its own');
  await expect(within(never, 'the end', SOON)).rejects.toThrow(/^waited \d+\.\d s for the end$/);
});

it('a deadline that was called off is silent, also after those that came later', async () => {
  const said: string[] = [];
  deadline(() => said.push('called off'), SOON)();
  await new Promise((resolve) => deadline(resolve, 2 * SOON));
  expect(said).toEqual([]);
});

it('goes on as much longer as a busy machine is slower', () => {
  expect(slowness(0.3, 2, 0)).toBe(1);
  expect(slowness(2, 2, 19)).toBe(1);
  expect(slowness(8, 2, 0)).toBe(4);
  expect(slowness(8, 2, 5)).toBeCloseTo(4 * 1.25 ** 5);
  expect(slowness(8, 2, 19)).toBe(60);
  expect(slowness(8, 2, -5)).toBe(4);
  expect(patienceMs(1)).toBeGreaterThanOrEqual(1_000);
});
