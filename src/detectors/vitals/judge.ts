// What a measurement means: one value beyond its limit is to be measured again; a second one, or a critical one, is
// reported at once, and so is what gets worse. What would raise is believed in doubt, what would clear is not.

import type { Because, OverBecause } from '#contract/facts.ts';
import type { Limited, Measurement } from '#contract/health.ts';
import { type Beyond, beyond, isBackFrom, isLimited, type Level, limitOver, limitsOf, reaches } from './limits.ts';
import { askForRepeat, forget, repeatOf, unsettled } from './repeat.ts';
import type { Result } from './results.ts';
import {
  begins,
  eases,
  ends,
  FAILED,
  markOf,
  type Open,
  partsOf,
  type Reported,
  reportedOf,
  subjectOf,
  unreported,
  type What,
  type Work,
} from './state.ts';
import { isOffScale } from './steps.ts';
import { lowered } from './stream.ts';

/** With fewer values from a finger, even a critical result is asked for again. */
const ENOUGH_VALUES = 5;

type Found = Beyond & { quantity: Limited; value: number; doubtful: boolean; vouched: boolean };

export function judge(work: Work, measurement: Measurement, open: Open, results: Result[]): void {
  const { kind, person, at } = measurement;
  const deviceId = measurement.deviceId ?? '';
  const subject = subjectOf(person, deviceId);
  const what = (level: Level): What => ({ subject, deviceId, level, source: kind });
  const repeat = repeatOf(work, subject, kind);
  if (results.length === 0) return failed(work, what('early'), measurement);

  const found = results.flatMap((result) => foundIn(work, person, result));
  const fresh = freshOf(work, found, what, open.told);
  if (fresh.level !== undefined) {
    const sure = kind !== 'oxygen' || open.values.length >= ENOUGH_VALUES;
    const atOnce = fresh.level === 'alarm' && fresh.vouched && sure;
    const known = reportedOf(work, what('early')) !== undefined || reportedOf(work, what('alarm')) !== undefined;
    const because = factsOf(found);
    const marks = marksOf(fresh.level === 'alarm' ? found : found.filter(({ level }) => level === 'early'));
    // Where it has been reported already, nobody need be asked whether it is so.
    if (repeat || known || atOnce) {
      forget(work, repeat);
      begins(work, what(fresh.level), marks, because, at);
    } else askForRepeat(work, { subject, deviceId, kind }, { level: fresh.level, marks, because });
  }
  settle(work, measurement, open, results, found.length > 0);
}

/** What a result is beyond: the graver of what is vouched for and what is in doubt. */
function foundIn(work: Work, person: string | null, result: Result): Found[] {
  const { quantity, quality, vouched, doubted } = result;
  if (!isLimited(quantity)) return [];
  const row = limitsOf(quantity, person, work.options, work.state.platform);
  const own = beyond(quantity, result.value, row);
  const other = doubted === undefined ? undefined : beyond(quantity, doubted, row);
  if (other && doubted !== undefined && (!own || isGraver(other, own)))
    return [{ ...other, quantity, value: doubted, doubtful: true, vouched: vouched && own?.level === other.level }];
  return own
    ? [{ ...own, quantity, value: result.value, doubtful: quality !== 'good' && !isOffScale(result.value), vouched }]
    : [];
}

const isGraver = (a: Beyond, b: Beyond): boolean =>
  a.level === b.level ? a.side === b.side && reaches(a.side, a.step, b.step) : a.level === 'alarm';

/** The gravest level at which something was found that is not reported yet, and whether the meter vouches for it. */
function freshOf(
  work: Work,
  found: Found[],
  what: (level: Level) => What,
  inUse: Reported,
): { level: Level | undefined; vouched: boolean } {
  const reported: Record<Level, (Reported | undefined)[]> = {
    alarm: [reportedOf(work, what('alarm')), inUse],
    early: [reportedOf(work, what('early')), reportedOf(work, what('alarm')), inUse],
  };
  const isFresh = (one: Found) =>
    reported[one.level].every((before) => Object.keys(unreported(marksOf([one]), before)).length > 0);
  for (const level of ['alarm', 'early'] as const) {
    const all = found.filter((one) => one.level === level && isFresh(one));
    if (all.length > 0) return { level, vouched: all.some(({ vouched }) => vouched) };
  }
  return { level: undefined, vouched: false };
}

const marksOf = (found: Found[]): Reported =>
  Object.fromEntries(found.map(({ quantity, side, step }) => [markOf(quantity, side), step]));

function factsOf(found: Found[]): Because[] {
  const facts = found
    .toSorted((a, b) => Number(b.level === 'alarm') - Number(a.level === 'alarm'))
    .map(
      ({ quantity, value, limit, side }): Because =>
        isOffScale(value)
          ? { fact: 'vital-off-scale', quantity, limit, side }
          : { fact: 'vital-measured', quantity, value, limit, side },
    );
  return found.some(({ doubtful }) => doubtful) ? [...facts, { fact: 'vital-in-doubt' }] : facts;
}

/** The meter says that it could not measure: with a person who may be unwell, that is no reason for silence. */
function failed(work: Work, what: What, { kind }: Measurement): void {
  if (kind === 'weight') return;
  const repeat = repeatOf(work, what.subject, kind);
  if (repeat && repeat.level !== null) return unsettled(work, repeat, 'failed');
  forget(work, repeat);
  const marks = { [FAILED]: 0 };
  if (Object.keys(unreported(marks, reportedOf(work, what))).length === 0) return;
  const because: Because[] = [{ fact: 'measure-failed', kind }];
  askForRepeat(work, { subject: what.subject, deviceId: what.deviceId, kind }, { level: 'early', marks, because });
}

/** What a good value ends: the request for a second one, and the reports of what no longer holds. */
function settle(work: Work, measurement: Measurement, open: Open, results: Result[], isBeyond: boolean): void {
  const { kind, person, at, whose } = measurement;
  const deviceId = measurement.deviceId ?? '';
  const subject = subjectOf(person, deviceId);
  // Where nobody knows who measured, a good value of one may not clear the bad one of another.
  const good = whose === 'asked' ? [] : results.filter(({ quality }) => quality === 'good');
  const isBack = (mark: string, from: number) => {
    const parts = partsOf(mark);
    if (!parts) return good.length > 0;
    return good.some(
      ({ quantity, value }) => quantity === parts.quantity && isBackFrom(quantity, parts.side, value, from),
    );
  };
  const repeat = isBeyond ? undefined : repeatOf(work, subject, kind);
  if (repeat) {
    const settled = Object.entries(repeat.marks).every(([mark]) =>
      good.some(({ quantity }) => quantity === (partsOf(mark)?.quantity ?? quantity)),
    );
    if (settled && good.length > 0) forget(work, repeat);
    else unsettled(work, repeat, 'doubtful');
  }
  // A finger that was put in only for a moment also shows that what its stream reported is over.
  const streams = kind === 'oxygen' ? good.map(({ quantity }) => `${deviceId}/${quantity}`) : [];
  for (const level of ['early', 'alarm'] as const)
    for (const source of [kind, ...streams]) {
      const what = { subject, deviceId, level, source };
      const over = eases(work, what, (mark, step) => {
        const parts = partsOf(mark);
        if (!parts) return isBack(mark, step) ? null : step;
        // It may have been reported in this very use: then it is over once it has been back for as long.
        if (source !== kind && mark in open.told) return step;
        const limit = limitOver(
          limitsOf(parts.quantity, person, work.options, work.state.platform),
          level,
          parts.side,
          step,
        );
        return lowered(parts.quantity, limit, parts.side, step, (from) => isBack(mark, from));
      });
      if (over) ends(work, what, results.flatMap(backFact), at);
    }
}

const backFact = ({ quantity, value }: Result): OverBecause[] =>
  isLimited(quantity) ? [{ fact: 'vital-back', quantity, value }] : [];
