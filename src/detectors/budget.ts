// A budget of false alarms, kept by feedback: each one more than the budget makes a detector a little slower to raise the
// next, each day without one a little quicker, within bounds. In the long run there are as many as the budget allows, whoever
// lives there (adaptive conformal inference: Gibbs and Candès, Adaptive Conformal Inference Under Distribution Shift, 2021).

/** Plain JSON, part of a detector's state. */
export type Budget = {
  /** In steps of the rule's `step`; 0 at first, above it slower, below it quicker. */
  level: number;
  /** The local day that was counted last. */
  day: number | null;
  /** The level before the alarm that was counted last: it may yet turn out to be none of the false ones. */
  before: number | null;
};

export interface BudgetRule {
  /** False alarms a day that are bearable. */
  perDay: number;
  /** By how much one false alarm moves the level. */
  step: number;
  /** The level never leaves these, whatever the feedback. `most` is the floor of sensitivity. */
  least: number;
  most: number;
}

export const newBudget: Budget = { level: 0, day: null, before: null };

const within = (level: number, { least, most }: BudgetRule): number => Math.min(most, Math.max(least, level));

/** A day has begun on which somebody was heard. Days on which the gateway was off were not quiet: they count for nothing. */
export function dayBegins(budget: Budget, day: number, rule: BudgetRule): Budget {
  if (budget.day !== null && day <= budget.day) return budget;
  const level = budget.day === null ? budget.level : within(budget.level - rule.step * rule.perDay, rule);
  return { ...budget, level, day };
}

/** Help was called, and nobody needed it. */
export const falseAlarm = (budget: Budget, rule: BudgetRule): Budget => ({
  ...budget,
  level: within(budget.level + rule.step, rule),
  before: budget.level,
});

/** Somebody did need help: the last alarm is counted no more, and it is no slower than at first. */
export const genuineAlarm = (budget: Budget): Budget => ({
  ...budget,
  level: Math.min(budget.level, budget.before ?? budget.level, 0),
  before: null,
});
