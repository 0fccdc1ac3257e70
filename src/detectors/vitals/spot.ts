// Measurements that somebody makes: values of one instant become one record, and one value is asked for again before it counts.

import { type Device, usersOf } from '#contract/device.ts';
import { isMeasured, type Measurement, type MeasurementKind, measuredBy } from '#contract/health.ts';
import { own, without } from '#contract/own.ts';
import type { Reading } from '#contract/reading.ts';
import { HOUR, later, MINUTE, type Moment, SECOND, shifted } from '#contract/time.ts';
import { judge } from './judge.ts';
import { LAST_VALUES, outcomeOf, type Result, resultsOf } from './results.ts';
import type { Open, Work } from './state.ts';
import { isOffScale, offScale } from './steps.ts';

/** The values of one instant come within this. */
const TOGETHER_MS = SECOND;
/** A meter that reports values all the time while it is used has been put away after this long without one. */
const PUT_AWAY_MS = 90 * SECOND;
/** What a meter kept for longer is recorded, but nobody is called for it. */
const STALE_MS = 30 * MINUTE;
/** More than a meter holds that sends everything at each connection: what was forgotten would come back as new. */
const TAKEN_KEPT = 500;
const CLOSED_KEPT = 200;
const NAMELESS_KEPT = 50;

/** Puts one value of a meter, or a word of it, into the measurement it belongs to. */
export function take(work: Work, device: Device, reading: Reading, heardAt: Moment): void {
  const kind = measuredBy(device.kind);
  const heard = heardOf(reading);
  if (kind === undefined || !heard) return;
  const record = reading.record === undefined ? null : hash(reading.record.key);
  const known = own(work.state.open, device.id);
  const lasts = record === null && (kind === 'oxygen' || kind === 'temperature');
  // For a record the instant is what the meter believes, and may be wrong.
  const same = known && known.record === record && (record !== null || lasts || known.at.mono === reading.at.mono);
  if (known && !same) close(work, device.id);
  if (record !== null && own(work.state.taken, device.id)?.includes(record)) return;
  const before = same ? known : begun(work, device, kind, reading, heardAt);
  const open: Open = {
    ...before,
    values: 'word' in heard ? before.values : [...before.values, heard].slice(-2 * LAST_VALUES),
    says: 'word' in heard ? [...new Set([...before.says, heard.word])] : before.says,
    closesAt: later(heardAt.mono, lasts ? PUT_AWAY_MS : TOGETHER_MS),
  };
  work.state = { ...work.state, open: { ...work.state.open, [device.id]: open } };
}

/** A number, off the scale included, or what is said beside one. */
function heardOf({ quantity, value, quality }: Reading): Open['values'][number] | { word: string } | undefined {
  if (quality === 'bad') return undefined;
  if (isMeasured(quantity)) return typeof value === 'number' ? { quantity, value, quality } : undefined;
  if (typeof value !== 'string') return undefined;
  const off = offScale(value);
  return off ? { ...off, quality } : { word: value };
}

/**
 * Begins a measurement with its first value. How long ago it was made, the meter's clock says, unless that is provably
 * wrong: a record that was never seen, and by that clock is older than the one taken last, is a new one from a clock
 * that fell back.
 */
function begun(work: Work, device: Device, kind: MeasurementKind, { at, record }: Reading, heardAt: Moment): Open {
  const clock = record?.clock ?? null;
  const latest = own(work.state.clocks, device.id);
  const undated = record?.undated === true || (clock !== null && latest !== undefined && clock < latest);
  // Our wall clock may have been set meanwhile: it counts only for what is older than the boot, which `mono` does not know.
  const age = at.mono > 0 && at.bootId === heardAt.bootId ? heardAt.mono - at.mono : heardAt.wall - at.wall;
  return {
    kind,
    at: undated ? heardAt : at,
    values: [],
    says: [],
    record: record === undefined ? null : hash(record.key),
    clock,
    closesAt: heardAt.mono,
    stale: !undated && age > STALE_MS,
    undated,
    told: {},
  };
}

/** The measurement is whole: whose it is, its record, and what it means. */
export function close(work: Work, deviceId: string): void {
  const open = own(work.state.open, deviceId);
  if (!open) return;
  work.state = { ...work.state, open: without(work.state.open, deviceId), made: work.state.made + 1 };
  work.save = true;
  const { record, clock } = open;
  if (record !== null) {
    const taken = [...(own(work.state.taken, deviceId) ?? []), record].slice(-TAKEN_KEPT);
    work.state = { ...work.state, taken: { ...work.state.taken, [deviceId]: taken } };
  }
  if (clock !== null) work.state = { ...work.state, clocks: { ...work.state.clocks, [deviceId]: clock } };
  const device = work.devices.find(({ id }) => id === deviceId);
  if (!device) return;
  const results = resultsOf(open);
  const measurement = named(work, device, open, results);
  work.measurements.push(measurement);
  if (!open.stale) judge(work, measurement, open, results);
}

/**
 * A measurement is named after a person where the meter is theirs, or where they alone were asked for it. Otherwise the
 * home asks whose it is.
 */
function named(work: Work, device: Device, open: Open, results: Result[]): Measurement {
  const users = usersOf(device);
  const asks = work.state.asks.filter(
    ({ kind, person, at }) =>
      kind === open.kind &&
      (person === null || users.includes(person)) &&
      (at.bootId !== open.at.bootId || at.mono <= open.at.mono),
  );
  const askedFor = [...new Set(asks.flatMap(({ person }) => (person === null ? [] : [person])))];
  const person = device.wearer ?? (askedFor.length === 1 ? (askedFor[0] ?? null) : null);
  const outcome = outcomeOf(results);
  // A measurement that failed answers nothing, and belongs to nobody: it is to be repeated.
  const failed = outcome === 'failed';
  const answered = failed ? undefined : asks.find((ask) => ask.person === null || ask.person === person);
  if (answered)
    work.state = {
      ...work.state,
      asks: work.state.asks.filter(({ id }) => id !== answered.id),
      closedAsks: [...work.state.closedAsks, answered.id].slice(-CLOSED_KEPT),
    };
  const whose = person !== null ? 'known' : users.length > 0 && !failed ? 'asked' : 'unknown';
  const measurement: Measurement = {
    id: `${device.id}-${open.at.wall.toString(36)}-${work.state.made}`,
    rev: 1,
    outcome,
    kind: open.kind,
    person,
    whose,
    candidates: person === null ? [...users] : [],
    deviceId: device.id,
    values: results
      .filter(({ value }) => !isOffScale(value))
      .map(({ quantity, value, quality }) => ({ quantity, value, quality })),
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

/** FNV-1a, 32 bits: a record's key is long, and has to differ only from some hundred others. */
function hash(text: string): string {
  let sum = 0x811c9dc5;
  for (const char of text) sum = Math.imul(sum ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return sum.toString(36);
}
