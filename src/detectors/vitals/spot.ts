// Measurements that somebody makes: values of one instant become one record, and one value is asked for again before it counts.

import { type Device, usersOf } from '#contract/device.ts';
import type { Because } from '#contract/finding.ts';
import { type Measurement, measuredBy, type Vital } from '#contract/health.ts';
import type { Reading } from '#contract/reading.ts';
import { HOUR, later, MINUTE, type Moment, SECOND, shifted } from '#contract/time.ts';
import { type Beyond, beyond, isBack, isLimited, isPlausible, type Level, limitsOf, median } from './limits.ts';
import { begins, ends, isActive, type Open, type Repeat, subjectOf, type Work } from './state.ts';

/** The values of one instant come within this. */
const TOGETHER_MS = SECOND;
/** A meter that tells values all the time while it is used has been put away after so long without one. */
const PUT_AWAY_MS = 90 * SECOND;
/** Values of one use that its result is made of. */
const LAST_VALUES = 30;
/** With fewer, even a critical result is asked for again. */
const ENOUGH_VALUES = 5;
/** What a meter kept for longer is recorded, and nobody is called for it. */
const STALE_MS = 30 * MINUTE;
const TAKEN_KEPT = 200;
const NAMELESS_KEPT = 50;

/** One value of a meter: into the measurement it belongs to. */
export function take(work: Work, device: Device, reading: Reading, quantity: Vital, heardAt: Moment): void {
  const kind = measuredBy(device.kind);
  if (kind === undefined) return;
  const value = reading.value as number;
  const { quality } = reading;
  if (quality === 'bad' || !isPlausible(quantity, value)) return;
  const record = reading.record === undefined ? null : hash(reading.record.key);
  const known = work.state.open[device.id];
  const lasts = record === null && (kind === 'oxygen' || kind === 'temperature');
  const same = known && known.record === record && (lasts || known.at.mono === reading.at.mono);
  if (known && !same) close(work, device.id);
  if (record !== null && work.state.taken[device.id]?.includes(record)) return;
  const open: Open = {
    kind,
    at: reading.at,
    values: [...(same ? known.values : []), { quantity, value, quality }].slice(-2 * LAST_VALUES),
    record,
    closesAt: later(heardAt.mono, lasts ? PUT_AWAY_MS : TOGETHER_MS),
    stale: heardAt.mono - reading.at.mono > STALE_MS || heardAt.wall - reading.at.wall > STALE_MS,
  };
  work.state = { ...work.state, open: { ...work.state.open, [device.id]: open } };
}

/** The measurement is whole: whose it is, its record, and what it means. */
export function close(work: Work, deviceId: string): void {
  const { [deviceId]: open, ...others } = work.state.open;
  if (!open) return;
  work.state = { ...work.state, open: others, made: work.state.made + 1 };
  work.save = true;
  if (open.record !== null) {
    const taken = [...(work.state.taken[deviceId] ?? []), open.record].slice(-TAKEN_KEPT);
    work.state = { ...work.state, taken: { ...work.state.taken, [deviceId]: taken } };
  }
  const device = work.devices.find(({ id }) => id === deviceId);
  if (!device) return;
  const measurement = named(work, device, open);
  work.measurements.push(measurement);
  if (!open.stale) judge(work, measurement, deviceId, open.values.length);
}

/** What the values of one use come to. A thermometer climbs to its result, an oximeter settles around it. */
function results({ kind, values }: Open): Measurement['values'] {
  return [...new Set(values.map(({ quantity }) => quantity))].map((quantity) => {
    const all = values.filter((one) => one.quantity === quantity);
    const good = all.filter(({ quality }) => quality === 'good');
    const best = good.length > 0 ? good : all;
    const numbers = best.slice(-LAST_VALUES).map(({ value }) => value);
    const value = kind === 'oxygen' ? Math.round(median(numbers)) : (numbers.at(-1) ?? Number.NaN);
    return { quantity, value, quality: good.length > 0 ? 'good' : 'uncertain' };
  });
}

/** A person's name is put to it where the meter is theirs, or where they alone were asked for it. Else it is asked whose it is. */
function named(work: Work, device: Device, open: Open): Measurement {
  const users = usersOf(device);
  const asks = work.state.asks.filter(
    ({ kind, person, at }) =>
      kind === open.kind &&
      (person === null || users.includes(person)) &&
      (at.bootId !== open.at.bootId || at.mono <= open.at.mono),
  );
  const askedFor = [...new Set(asks.flatMap(({ person }) => (person === null ? [] : [person])))];
  const person = device.wearer ?? (askedFor.length === 1 ? (askedFor[0] ?? null) : null);
  const answered = asks.find((ask) => ask.person === null || ask.person === person);
  if (answered)
    work.state = {
      ...work.state,
      asks: work.state.asks.filter(({ id }) => id !== answered.id),
      closedAsks: [...work.state.closedAsks, answered.id].slice(-TAKEN_KEPT),
    };
  const whose = person !== null ? 'known' : users.length > 0 ? 'asked' : 'unknown';
  const measurement: Measurement = {
    id: `${device.id}-${open.at.wall.toString(36)}-${work.state.made}`,
    rev: 1,
    outcome: 'measured',
    kind: open.kind,
    person,
    whose,
    candidates: person === null ? [...users] : [],
    deviceId: device.id,
    values: results(open),
    at: open.at,
    answers: answered?.id ?? null,
  };
  if (whose === 'asked') {
    const all = [...work.state.nameless, { measurement, due: shifted(work.now, work.options.whoseHours * HOUR) }];
    for (const { measurement: oldest } of all.slice(0, -NAMELESS_KEPT)) work.measurements.push(nobodys(oldest));
    work.state = { ...work.state, nameless: all.slice(-NAMELESS_KEPT) };
  }
  return measurement;
}

/** Nobody said in time. */
export const nobodys = (measurement: Measurement): Measurement => ({
  ...measurement,
  rev: measurement.rev + 1,
  whose: 'unknown',
});

/** One value beyond its limit is to be measured again; a second one, or a critical one, is told at once. */
function judge(work: Work, measurement: Measurement, deviceId: string, samples: number): void {
  const { kind, person, values, at, whose } = measurement;
  const subject = subjectOf(person, deviceId);
  const found = values.flatMap(({ quantity, value, quality }) => {
    if (!isLimited(quantity)) return [];
    const reached = beyond(value, limitsOf(quantity, person, work.options, work.state.platform));
    return reached ? [{ quantity, value, quality, ...reached }] : [];
  });
  const what = (level: Level) => ({ subject, deviceId, level, source: kind });
  const repeat = work.state.repeats.find((one) => one.subject === subject && one.kind === kind);
  const forget = () => {
    work.state = { ...work.state, repeats: work.state.repeats.filter((one) => one !== repeat) };
  };

  // A finger that stayed in for minutes has been judged as it went.
  if (kind === 'oxygen' && Object.keys(work.state.active).some((key) => key.includes(`/${deviceId}/`))) return;
  const critical = found.filter(({ level, quality }) => level === 'alarm' && quality === 'good');
  const sure = kind !== 'oxygen' || samples >= ENOUGH_VALUES || repeat !== undefined;
  if (critical.length > 0 && sure) {
    forget();
    begins(work, what('alarm'), critical.map(factOf), at);
  } else if (found.length > 0 && repeat) {
    forget();
    begins(work, what('early'), found.map(factOf), at);
  } else if (found.length > 0) {
    // Told already, and not over: nobody is asked to measure again and again.
    if (isActive(work, what('early')) || isActive(work, what('alarm'))) return;
    const due = shifted(work.now, work.options.repeatMinutes * MINUTE);
    const asked: Repeat = { subject, deviceId, kind, because: found.map(factOf), due };
    work.state = { ...work.state, repeats: [...work.state.repeats, asked] };
  } else {
    // Where nobody knows who measured, a good value of one may not clear the bad one of another.
    if (repeat && whose !== 'asked') forget();
    for (const level of ['early', 'alarm'] as const)
      if (values.every((one) => isBackInside(work, person, one, level)) && whose !== 'asked')
        ends(work, what(level), values.flatMap(backFact), at);
  }
}

const isBackInside = (work: Work, person: string | null, { quantity, value }: Result, level: Level): boolean =>
  !isLimited(quantity) || isBack(quantity, value, limitsOf(quantity, person, work.options, work.state.platform), level);

type Result = Measurement['values'][number];
const factOf = ({ quantity, value, limit, side }: Result & Beyond): Because => ({
  fact: 'vital-measured',
  quantity,
  value,
  limit,
  side,
});
const backFact = ({ quantity, value }: Result): Because[] =>
  isLimited(quantity) ? [{ fact: 'vital-back', quantity, value }] : [];

/** FNV-1a, 32 bits: a record's key is long, and only told apart from some hundred others. */
function hash(text: string): string {
  let sum = 0x811c9dc5;
  for (const char of text) sum = Math.imul(sum ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return sum.toString(36);
}
