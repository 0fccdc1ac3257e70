// What a platform asks: limits for a person, a measurement now, whose a measurement was.

import type { CommandAnswer } from '#contract/command.ts';
import { usersOf } from '#contract/device.ts';
import { areInOrder, type HealthOrder, type Measurement, mayLeave, meterOf } from '#contract/health.ts';
import type { Json } from '#contract/json.ts';
import { own } from '#contract/own.ts';
import { MINUTE, type Moment, shifted } from '#contract/time.ts';
import { isLimited, limitsOf, merge } from './limits.ts';
import { nobodys } from './spot.ts';
import { type Ask, isDue, type Work } from './state.ts';

type Answer = Pick<CommandAnswer, 'done' | 'refused'>;
type Of<Act extends HealthOrder['act']> = Extract<HealthOrder, { act: Act }>;
const done: Answer = { done: true };
const no = (refused: NonNullable<CommandAnswer['refused']>): Answer => ({ done: false, refused });

/** Requests that a home has open at a time. */
const MOST_ASKS = 20;

/** @param id the command's: repeated, it changes nothing. */
export function applyOrder(work: Work, id: string, order: HealthOrder): Answer {
  switch (order.act) {
    case 'limits':
      return setLimits(work, order);
    case 'measure':
      return measure(work, id, order);
    case 'cancel-measure':
      return cancel(work, order);
    case 'assign':
      return assign(work, order);
  }
}

function setLimits(work: Work, { person, version, values }: Of<'limits'>): Answer {
  if (!work.people.some(({ id }) => id === person)) return no('no-such-person');
  const known = own(work.state.platform, person);
  // What is left out must be absent, as it is in the store.
  const set: Json = JSON.parse(JSON.stringify(values));
  if (known && known.version === version && JSON.stringify(known.values) === JSON.stringify(set)) return done;
  if (known && known.version >= version) return no('outdated');
  for (const [quantity, row] of Object.entries(values)) {
    if (isLimited(quantity) && !areInOrder(merge(limitsOf(quantity, person, work.options, {}), row)))
      return no('limits-out-of-order');
  }
  work.state = { ...work.state, platform: { ...work.state.platform, [person]: { version, values: set } } };
  work.save = true;
  return done;
}

function measure(work: Work, id: string, { kind, person, withinMinutes }: Of<'measure'>): Answer {
  if (work.state.asks.some((ask) => ask.id === id) || work.state.closedAsks.includes(id)) return done;
  if (person !== undefined && !work.people.some((one) => one.id === person)) return no('no-such-person');
  const meters = work.devices.filter(
    (device) => device.kind === meterOf[kind] && (person === undefined || usersOf(device).includes(person)),
  );
  if (meters.length === 0) return no('no-such-meter');
  const allowed = (meter: (typeof meters)[number]) =>
    mayLeave(work.people, person === undefined ? usersOf(meter) : [person]);
  if (!meters.some(allowed)) return no('kept-at-home');
  const asked: Ask = { id, kind, person: person ?? null, at: work.now, due: shifted(work.now, withinMinutes * MINUTE) };
  const asks = [...work.state.asks, asked];
  for (const oldest of asks.slice(0, -MOST_ASKS)) unanswered(work, oldest, 'not-measured', work.now);
  work.state = { ...work.state, asks: asks.slice(-MOST_ASKS) };
  work.save = true;
  return done;
}

function cancel(work: Work, { command }: Of<'cancel-measure'>): Answer {
  const ask = work.state.asks.find(({ id }) => id === command);
  if (!ask) return no(work.state.closedAsks.includes(command) ? 'already-closed' : 'no-such-measurement');
  unanswered(work, ask, 'cancelled', work.now);
  return done;
}

function assign(work: Work, { measurementId, person }: Of<'assign'>): Answer {
  const found = work.state.nameless.find(({ measurement }) => measurement.id === measurementId);
  if (!found) return no('no-such-measurement');
  if (!found.measurement.candidates.includes(person)) return no('no-such-person');
  const { measurement } = found;
  work.state = { ...work.state, nameless: work.state.nameless.filter((one) => one !== found) };
  work.measurements.push({ ...measurement, rev: measurement.rev + 1, person, whose: 'assigned', candidates: [] });
  work.save = true;
  return done;
}

/** What was asked for in vain is over, and is reported as such. */
export function expire(work: Work): void {
  for (const ask of work.state.asks) if (isDue(ask.due, work.now)) unanswered(work, ask, 'not-measured', ask.due);
  const over = work.state.nameless.filter(({ due }) => isDue(due, work.now));
  if (over.length === 0) return;
  for (const { measurement } of over) work.measurements.push(nobodys(measurement));
  work.state = { ...work.state, nameless: work.state.nameless.filter((one) => !over.includes(one)) };
  work.save = true;
}

function unanswered(work: Work, ask: Ask, outcome: Exclude<Measurement['outcome'], 'measured'>, at: Moment): void {
  work.state = {
    ...work.state,
    asks: work.state.asks.filter(({ id }) => id !== ask.id),
    closedAsks: [...work.state.closedAsks, ask.id].slice(-200),
  };
  work.save = true;
  work.measurements.push({
    id: `asked-${ask.id}`,
    rev: 1,
    outcome,
    kind: ask.kind,
    person: ask.person,
    whose: ask.person === null ? 'unknown' : 'known',
    candidates: [],
    deviceId: null,
    values: [],
    at,
    answers: ask.id,
  });
}
