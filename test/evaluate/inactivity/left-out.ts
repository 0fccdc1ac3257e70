// Leave one home out: settings of the tolerance chosen on the other homes, scored on the one that had no say. What to
// expect of a home that nobody has seen.

import { HOUR, MINUTE } from '#contract/time.ts';
import { LEARNING_DAYS } from '#src/detectors/inactivity/gaps.ts';
import { limitOf } from '#src/detectors/inactivity/limit.ts';
import { silenceLimit } from '#src/detectors/inactivity/silence.ts';
import { cheapest, type Settings, weighed } from '#src/detectors/inactivity/tolerance.ts';
import type { Moment, Pause, Played } from './direct.ts';
import { ruleAt, type Score, spread } from './score.ts';
import { delays, table } from './tables.ts';

export interface Choice {
  settings: Settings;
  /** What a false alarm is worth. */
  falseAlarm: number;
}
export interface Chosen extends Choice {
  /** The home that was left out, and one score for each way that it was played. */
  home: string;
  scores: Score[];
}

const prices = [300_000, 450_000, 600_000, 800_000, 1_200_000];
export const grid: Settings[] = [60, 75, 90].flatMap((nearMin) =>
  [6, 8, 10].flatMap((tail) =>
    [0.15, 0.25, 0.5].flatMap((elsewhere) =>
      [0.25, 0.75].flatMap((byTheClock) =>
        [150, 300].flatMap((nightMin) =>
          [200, 300, 450].map((doubleMin) => ({ nearMin, tail, elsewhere, byTheClock, nightMin, doubleMin })),
        ),
      ),
    ),
  ),
);

/** What is least on the homes that choose: the goals' delays count one together, and so does one false alarm a week. */
const loss = ({ falseAlarms, median, p90 }: Score, { weeks }: Played) =>
  (median / 2.5 + p90 / 5) / 2 + falseAlarms / (weeks + 2);

/** @param homes each with its ways: with absence known and inferred, with and without the random rows. */
export function leftOut(homes: ReadonlyMap<string, readonly Played[]>, settings: readonly Settings[] = grid): Chosen[] {
  const names = [...homes.keys()].filter((name) => (homes.get(name) ?? []).length > 0);
  const best = new Map<string, Choice & { loss: number }>();
  for (const one of settings) {
    const losses = new Map(names.map((name) => [name, lossesOf(homes.get(name) ?? [], one)]));
    for (const name of names) {
      const others = names.filter((other) => other !== name).map((other) => losses.get(other) as number[]);
      for (const [i, falseAlarm] of prices.entries()) {
        const mean = others.reduce((sum, each) => sum + (each[i] as number), 0) / others.length;
        if (mean < (best.get(name)?.loss ?? Number.POSITIVE_INFINITY))
          best.set(name, { settings: one, falseAlarm, loss: mean });
      }
    }
  }
  return names.map((home) => {
    const { settings, falseAlarm } = best.get(home) as Choice;
    return {
      home,
      settings,
      falseAlarm,
      scores: (homes.get(home) ?? []).map((played) => scoresOf(played, settings, [falseAlarm])[0] as Score),
    };
  });
}

export function leftOutTable(homes: ReadonlyMap<string, readonly Played[]>): string {
  const head = ['left out', 'chosen by the others', 'false alarms', 'a week', 'median / p90 h', 'the rule at as many'];
  const rows = leftOut(homes).flatMap(({ home, settings, falseAlarm, scores }) =>
    scores.map((score, i) => {
      const { home: recorded, known } = (homes.get(home) as Played[])[i] as Played;
      const choice = Object.entries({ ...settings, price: `${falseAlarm / 1_000} k` });
      return [
        `${recorded.name}, ${known ? 'known' : 'inferred'}`,
        i === 0 ? choice.map(([name, value]) => `${name} ${value}`).join(', ') : 'the same',
        String(score.falseAlarms),
        score.perWeek.toFixed(2),
        delays(score),
        delays(ruleAt((homes.get(home) as Played[])[i] as Played, score.falseAlarms)),
      ];
    }),
  );
  return table(head, rows);
}

/** By price, the mean over a home's ways. A long recording is looked at in every fourth silence: the choice needs no more. */
function lossesOf(ways: readonly Played[], settings: Settings): number[] {
  const sums = prices.map(() => 0);
  for (const played of ways) {
    const every = played.moments.length > 800 ? 4 : 1;
    for (const [i, score] of scoresOf(played, settings, prices, every).entries())
      sums[i] = (sums[i] as number) + loss(score, played) / ways.length;
  }
  return sums;
}

/** Scores at several prices in one pass: what costs time is to weigh the pauses, whatever the price. */
export function scoresOf(played: Played, settings: Settings, falseAlarms: readonly number[], every = 1): Score[] {
  const limits = ({ silence, memory, presence, devices }: Omit<Pause, 'minutes'>): number[] => {
    const { minute, place, dated, doubt } = silence;
    // The limits of the door are the same whatever the settings.
    if (doubt)
      return falseAlarms.map(
        (price) => silenceLimit(memory, silence, price, { presence: presence as never, devices }).minutes,
      );
    if (memory.days.length <= LEARNING_DAYS || presence === 'unknown' || place === null || !dated)
      return falseAlarms.map((price) => limitOf(memory, silence, presence as never, price).minutes);
    const { waits } = weighed(memory, minute, place, settings);
    return falseAlarms.map((price) => cheapest(waits, price));
  };
  const delays = falseAlarms.map((): number[] => []);
  let last: { silence: Moment['silence']; minutes: number[] } | undefined;
  let silences = 0;
  for (const moment of played.moments) {
    if (last?.silence !== moment.silence) {
      silences += 1;
      last = { silence: moment.silence, minutes: silences % every === 0 ? limits(moment) : [] };
    }
    for (const [i, minutes] of last.minutes.entries())
      delays[i]?.push(Math.max(0, (moment.silence.mono + minutes * MINUTE - moment.t) / HOUR));
  }
  const counts = (pauses: readonly Pause[]) => {
    const sums = falseAlarms.map(() => 0);
    for (const pause of pauses)
      for (const [i, minutes] of limits(pause).entries())
        if (pause.minutes >= minutes) sums[i] = (sums[i] as number) + 1;
    return sums;
  };
  const [alarms, early] = [counts(played.pauses), counts(played.early)];
  return falseAlarms.map((_, i) => ({
    falseAlarms: alarms[i] as number,
    perWeek: (alarms[i] as number) / played.weeks,
    early: early[i] as number,
    ...spread(delays[i] as number[]),
  }));
}
