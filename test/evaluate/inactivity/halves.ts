// Each home in order of time, in two halves: at a fixed price, and at the price to which its budget had moved.

import { HOUR } from '#contract/time.ts';
import { factorOf, falseAlarmCost } from '#src/detectors/inactivity/limit.ts';
import { type Played, WARM_UP_MS } from './direct.ts';
import { kept, type Limits, ours, type Score, scoreOf } from './score.ts';
import { delays } from './tables.ts';

export const halvesHead = [
  ...['home', 'absence', 'half', 'weeks', 'false alarms', 'with feedback'],
  ...['median / p90 h', 'with feedback', 'price at its end'],
];

export function halvesRows(played: Played): string[][] {
  const { home, known } = played;
  const [begins, ends] = [(home.events[0]?.t ?? 0) + WARM_UP_MS, (home.events.at(-1)?.t ?? 0) + 1];
  const middle = (begins + ends) / 2;
  return [
    { half: 'first', from: begins, to: middle },
    { half: 'second', from: middle, to: ends },
  ].map(({ half, from, to }) => {
    const part = between(played, from, to);
    const score = (limits: Limits): Score => scoreOf(part, limits);
    const [fixed, budgeted] = [score(ours(falseAlarmCost.normal)), score(kept)];
    const price = factorOf(part.pauses.at(-1)?.level ?? 0);
    return [
      ...[home.name, known ? 'known' : 'inferred', half, part.weeks.toFixed(1)],
      ...[`${fixed.falseAlarms}`, `${budgeted.falseAlarms}`, delays(fixed), delays(budgeted), `x ${price.toFixed(2)}`],
    ];
  });
}

const between = (played: Played, from: number, to: number): Played => ({
  ...played,
  pauses: played.pauses.filter(({ silence }) => silence.mono >= from && silence.mono < to),
  moments: played.moments.filter(({ t }) => t >= from && t < to),
  weeks: (to - from) / (7 * 24 * HOUR),
});
