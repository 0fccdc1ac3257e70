// A budget of false alarms, kept by feedback: each one more than the budget makes a detector a little slower to raise the
// next, each day without one a little quicker, within bounds. In the long run there are as many as the budget allows, whoever
// lives there (adaptive conformal inference: Gibbs and Candès, Adaptive Conformal Inference Under Distribution Shift, 2021).

/** Plain JSON, part of a detector's state. */
export type Budget = {
  /** How often what a false alarm is worth has doubled: 0 at first, above it slower, below it quicker. */
  level: number;
  /** The local day that was counted last. */
  day: number | null;
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

export const newBudget: Budget = { level: 0, day: null };

const within = (level: number, { least, most }: BudgetRule): number => Math.min(most, Math.max(least, level));

/** A day has begun on which somebody was heard. Days on which the gateway was off were not quiet: they count for nothing. */
export function dayBegins(budget: Budget, day: number, rule: BudgetRule): Budget {
  if (budget.day !== null && day <= budget.day) return budget;
  const level = budget.day === null ? budget.level : within(budget.level - rule.step * rule.perDay, rule);
  return { level, day };
}

/** Help was called, and nobody needed it. */
export const falseAlarm = (budget: Budget, rule: BudgetRule): Budget => ({
  ...budget,
  level: within(budget.level + rule.step, rule),
});

/**
 * Somebody did need help: it is no slower than at first.
 * @param before the level before this alarm, should it have been counted as a false one
 */
export const genuineAlarm = (budget: Budget, before = budget.level): Budget => ({
  ...budget,
  level: Math.min(budget.level, before, 0),
});
