// Facts in words: each of the catalogue, and those that another version of the gateway has left in the journal.

import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Part, Parts } from '#contract/fact-row.ts';
import { type Because, type Fact, factNames, factRow, factWords, type OverBecause } from '#contract/facts.ts';

/** A value of each part, as an example or one of its list. */
const examples = (parts: Parts, chosen: (part: Part) => boolean = () => true): Omit<Fact, 'fact'> =>
  Object.fromEntries(
    Object.entries(parts)
      .filter(([, part]) => chosen(part))
      .map(([name, part]) => [name, part.is === 'code' ? part.codes[0] : part.example]),
  );
const told = (fact: string, details: Omit<Fact, 'fact'> = {}) => factWords({ fact, ...details });

describe('a fact', () => {
  it.each(factNames.map((name) => [name, factRow(name).parts] as const))('has words: %s', (name, parts) => {
    for (const details of [examples(parts), examples(parts, ({ optional }) => !optional)]) {
      const { en, 'zh-CN': zh } = told(name, details);
      expect(en).toMatch(/^\p{Ll}|^\d/u);
      expect(zh).toMatch(/\p{Script=Han}/u);
      for (const words of [en, zh]) expect(words).not.toMatch(/undefined|NaN|\[object/);
      expect(zh).not.toContain(name);
    }
  });

  it.each(
    factNames.flatMap((name) =>
      Object.entries(factRow(name).parts).flatMap(([part, { is }]) => (is === 'code' ? [[name, part] as const] : [])),
    ),
  )('of %s has words for every %s that there can be', (name, part) => {
    const { parts } = factRow(name);
    const given = parts[part];
    for (const code of given?.is === 'code' ? given.codes : []) {
      const { en, 'zh-CN': zh } = told(name, { ...examples(parts), [part]: code });
      expect(`${en} ${zh}`).not.toMatch(/undefined/);
    }
  });

  it('is a matter of types: its name, its parts, and whether it begins or ends something', () => {
    expectTypeOf<{ fact: 'left-open'; minutes: number }>().toExtend<Because>();
    expectTypeOf<{ fact: 'chimney-smokes'; minutes: number }>().not.toExtend<Because>();
    expectTypeOf<{ fact: 'left-open' }>().not.toExtend<Because>();
    expectTypeOf<{ fact: 'left-open'; minutes: string }>().not.toExtend<Because>();
    expectTypeOf<{ fact: 'level-above'; quantity: 'smell'; value: number; limit: number }>().not.toExtend<Because>();
    expectTypeOf<{ fact: 'moved-again' }>().toExtend<OverBecause>();
    expectTypeOf<{ fact: 'moved-again' }>().not.toExtend<Because>();
    expectTypeOf<{ fact: 'pressed' }>().not.toExtend<OverBecause>();
    // What is told can be stored and sent as it is.
    expectTypeOf<Because>().toExtend<Fact>();
    expectTypeOf<OverBecause>().toExtend<Fact>();
  });
});

describe('a fact of another version', () => {
  it.each([
    ['that is not known here', 'chimney-smokes', { minutes: 15 }, 'chimney-smokes (minutes 15)'],
    ['with a name that every object has', 'constructor', {}, 'constructor'],
    ['without a part that is needed here', 'left-open', { hours: 2 }, 'left-open (hours 2)'],
    ['with a part of another type', 'left-open', { minutes: 'long' }, 'left-open (minutes long)'],
    [
      'with a code that is not known here',
      'vital-back',
      { quantity: 'steps', value: 3 },
      'vital-back (quantity steps, value 3)',
    ],
  ])('%s is shown as it is', (_, fact, details, shown) => {
    expect(told(fact, details)).toEqual({ en: shown, 'zh-CN': shown });
  });

  it('with a part more is told in the words of here', () => {
    expect(told('left-open', { minutes: 15, room: 'hall' }).en).toBe('open for 15 min');
  });
});
