// Whether a replay ended in exactly what the scenario names: every alert, warning and fault, each in its time.

import { SECOND } from '#contract/time.ts';
import { alertName, faultName, type Happened, presenceName, warningName } from './outcome.ts';
import type { Expectation, Scenario } from './schema.ts';
import { sinceStart, type Timeline } from './timeline.ts';
import { type At, durationText, localText } from './times.ts';

export interface Difference {
  what: 'missing' | 'unexpected' | 'different';
  text: string;
}

interface Expected {
  list: Happened['list'];
  name: string;
  t: number;
  withinMs: number;
  endsAt: number | undefined;
  /** Whether it has a cause that ends at all: a warning and a presence have none. */
  lasts: boolean;
  state?: string;
  count?: number | undefined;
}

const WITHIN_MS = SECOND;

/** Every difference between what was expected and what happened, in order of time; none when all holds. */
export function differences(scenario: Scenario, timeline: Timeline, happened: readonly Happened[]): Difference[] {
  const { expect } = scenario;
  if (!expect) return [];
  const wanted = expectedOf(expect, (at) => timeline.epoch + sinceStart(at, scenario, timeline.zone, timeline.epoch));
  const looked = happened.filter(({ list }) => list !== 'presence' || expect.presence !== undefined);
  const say = sayer(timeline);
  const left = new Set(looked);
  const found: (Difference & { t: number })[] = [];
  const unmet: Expected[] = [];
  const same = (one: Expected) => [...left].filter(({ list, name }) => list === one.list && name === one.name);

  // By the end of what is allowed, each taking the first that fits: so as many are met as can be.
  for (const one of wanted.toSorted((a, b) => a.t + a.withinMs - (b.t + b.withinMs))) {
    const met = same(one).find(({ t }) => Math.abs(t - one.t) <= one.withinMs);
    if (!met) {
      unmet.push(one);
      continue;
    }
    left.delete(met);
    for (const text of disagreements(one, met, say)) found.push({ what: 'different', t: met.t, text });
  }
  for (const one of unmet) {
    const [other] = same(one);
    if (other) {
      left.delete(other);
      found.push({
        what: 'different',
        t: one.t,
        text: `${label(one)}: expected ${say.when(one)}, came ${say.at(other.t)}`,
      });
    } else found.push({ what: 'missing', t: one.t, text: `${label(one)}: expected ${say.when(one)}, never came` });
  }
  for (const one of left)
    found.push({ what: 'unexpected', t: one.t, text: `${label(one)}: came ${say.at(one.t)}, expected by nobody` });
  return found.toSorted((a, b) => a.t - b.t).map(({ what, text }) => ({ what, text }));
}

const nouns = { alerts: 'alert', warnings: 'warning', faults: 'fault', presence: 'presence' } as const;
const label = ({ list, name }: { list: Happened['list']; name: string }) => `${nouns[list]} ${name}`;

function expectedOf(expect: Expectation, timeOf: (at: At) => number): Expected[] {
  const timed = ({ at, within = WITHIN_MS }: { at: At; within?: number | undefined }) => ({
    t: timeOf(at),
    withinMs: within,
  });
  const ending = ({ ends }: { ends?: At | undefined }) => ({ endsAt: ends && timeOf(ends), lasts: true });
  return [
    ...expect.alerts.map(
      (one): Expected => ({
        list: 'alerts',
        name: alertName(one.hazard, one.severity, one.device),
        state: one.state,
        count: one.count,
        ...timed(one),
        ...ending(one),
      }),
    ),
    ...expect.warnings.map(
      (one): Expected => ({
        list: 'warnings',
        name: warningName(one.hazard, one.device),
        endsAt: undefined,
        lasts: false,
        ...timed(one),
      }),
    ),
    ...expect.faults.map(
      (one): Expected => ({ list: 'faults', name: faultName(one.code, one.device), ...timed(one), ...ending(one) }),
    ),
    ...(expect.presence ?? []).map(
      (one): Expected => ({
        list: 'presence',
        name: presenceName(one.value),
        endsAt: undefined,
        lasts: false,
        ...timed(one),
      }),
    ),
  ];
}

interface Sayer {
  at(t: number): string;
  when(expected: Expected): string;
}

/** Times as somebody who reads the scenario knows them: since its beginning, and by the home's clock. */
const sayer = ({ zone, epoch }: Timeline): Sayer => {
  const at = (t: number) => `at ${durationText(t - epoch)} (${localText(zone.local(t))})`;
  return { at, when: ({ t, withinMs }) => `${at(t)} ± ${durationText(withinMs)}` };
};

/** What is not as it should be with one that came in time. */
function disagreements(one: Expected, { t, endedAt, state, count }: Happened, say: Sayer): string[] {
  const what = `${label(one)}, which came ${say.at(t)}`;
  const found: string[] = [];
  if (one.state !== undefined && one.state !== state)
    found.push(`${what}: is ${state} at the end, expected ${one.state}`);
  if (one.count !== undefined && one.count !== count)
    found.push(`${what}: was called ${count} times, expected ${one.count}`);
  if (!one.lasts) return found;
  if (one.endsAt === undefined) {
    if (endedAt !== undefined)
      found.push(`${what}: its cause went ${say.at(endedAt)}, expected to be there to the end`);
  } else if (endedAt === undefined)
    found.push(`${what}: its cause is there to the end, expected to go ${say.when({ ...one, t: one.endsAt })}`);
  else if (Math.abs(endedAt - one.endsAt) > one.withinMs)
    found.push(`${what}: its cause went ${say.at(endedAt)}, expected ${say.when({ ...one, t: one.endsAt })}`);
  return found;
}
