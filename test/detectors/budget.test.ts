// A budget of false alarms: whatever the feedback, within its bounds; in the long run, as many as it allows.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Budget, dayBegins, falseAlarm, genuineAlarm, newBudget } from '#src/detectors/budget.ts';

const rule = { perDay: 1 / 28, step: 0.5, least: -1, most: 1 };

type Feedback = 'day' | 'away' | 'false-alarm' | 'genuine';
const feedback = fc.constantFrom<Feedback>('day', 'away', 'false-alarm', 'genuine');

function budgetAfter(list: readonly Feedback[], from: Budget = newBudget): Budget {
  let budget = from;
  let day = from.day ?? 0;
  for (const one of list) {
    if (one === 'false-alarm') budget = falseAlarm(budget, rule);
    else if (one === 'genuine') budget = genuineAlarm(budget);
    else {
      day += one === 'day' ? 1 : 30;
      budget = dayBegins(budget, day, rule);
    }
  }
  return budget;
}

describe('a budget', () => {
  it('never leaves its bounds, whatever the feedback', () => {
    fc.assert(
      fc.property(fc.array(feedback, { maxLength: 200 }), (list) => {
        const { level } = budgetAfter(list);
        expect(level).toBeGreaterThanOrEqual(rule.least);
        expect(level).toBeLessThanOrEqual(rule.most);
      }),
    );
  });

  it('is never slower after somebody did need help, and then no slower than at first', () => {
    fc.assert(
      fc.property(fc.array(feedback, { maxLength: 50 }), (list) => {
        const first = budgetAfter(list);
        const { level } = genuineAlarm(falseAlarm(first, rule), first.level);
        expect(level).toBe(Math.min(first.level, 0));
      }),
    );
  });

  it('stays where it is at one false alarm in four weeks', () => {
    const month: Feedback[] = ['false-alarm', ...Array<Feedback>(28).fill('day')];
    const settled = budgetAfter(month);
    expect(budgetAfter(month, settled).level).toBeCloseTo(settled.level, 10);
  });

  it('counts a day once, no day on which nobody listened, and none twice after the clock was set back', () => {
    const one = dayBegins(dayBegins(newBudget, 10, rule), 11, rule);
    expect(dayBegins(one, 11, rule)).toBe(one);
    expect(dayBegins(one, 9, rule)).toBe(one);
    expect(dayBegins(one, 60, rule).level).toBeCloseTo(2 * one.level, 10);
  });
});
