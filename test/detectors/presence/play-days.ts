// Plays homes and their scripted days through the production pipeline: the days that are learned once, each script from
// there on by itself.

import { seededIds } from '#base/ids.ts';
import type { Device } from '#contract/device.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { TapEvent } from '#contract/tap.ts';
import { HOUR } from '#contract/time.ts';
import { on } from '#fakes/days.ts';
import { defaultRules } from '#fakes/replay.ts';
import { readPresets } from '#src/config/presets.ts';
import type { HomeState } from '#src/core/home.ts';
import { type Powered, powerUp } from '#src/replay/powered.ts';
import { devices, type Habits, type Sign } from './homes.ts';
import { lifeOf } from './life.ts';
import { DAY, type Hours, type Line, NEVER_MS, type Row, type Way } from './scripted-days.ts';

/** A call for help. What is only worth a look (a door left open) is none. */
export interface Call {
  t: number;
  hazard: string;
}

export interface Learned {
  home: Habits;
  way: Way;
  state: HomeState;
  /** Beside those of the homes. */
  more: readonly Device[];
  /** Of the day of the script, from midnight on. */
  ordinary: Sign[];
  /** Sensors that were taken for speaking by themselves in the days that were learned. */
  doubted: Doubted[];
  /** In the days that were learned; and how often it was asked aloud whether all is well. */
  falseAlarms: Call[];
  asked: number;
}

export interface Outcome {
  hours: Hours;
  hazard: string | undefined;
  /** Before the last sign. */
  early: Call[];
  doubted: Doubted[];
}

/** A sensor that is taken for speaking by itself, and since when. */
export interface Doubted {
  t: number;
  device: string;
}

interface Heard {
  calls: Call[];
  asked: number;
  doubted: Doubted[];
}
const nothingHeard = (): Heard => ({ calls: [], asked: 0, doubted: [] });

const presets = readPresets(new URL('../../../config/presets', import.meta.url));
const rulesOf = (way: Way) => defaultRules('UTC', way === 'none' ? {} : presets[way]?.detectors);

/** A home as it is at the midnight before the day of the script. */
export async function learned(
  home: Habits,
  way: Way,
  more: readonly Device[] = [],
  also: Sign[] = [],
): Promise<Learned> {
  const life = [...lifeOf(home, DAY), ...also];
  const heard = nothingHeard();
  const powered = homeOf(way, on(1, 0), heard, more);
  const isLearned = (sign: Sign) => (sign[0]?.t ?? 0) < on(DAY, 0);
  await give(powered, life.filter(isLearned).flat());
  await powered.pass(on(DAY, 0), false);
  const state = powered.pipeline.snapshot();
  powered.pipeline.stop();
  return {
    home,
    way,
    more,
    state,
    ordinary: life.filter((sign) => !isLearned(sign)),
    falseAlarms: heard.calls,
    asked: heard.asked,
    doubted: heard.doubted,
  };
}

export async function played(
  { home, way, more, state, ordinary }: Learned,
  row: Pick<Row, 'script'>,
): Promise<Outcome> {
  const { ordinaryUntil, lines, last } = row.script(home);
  const heard = nothingHeard();
  const powered = homeOf(way, on(DAY, 0), heard, more, structuredClone(state));
  const before = ordinary.filter(([first]) => (first?.t ?? 0) < ordinaryUntil - 30_000).flat();
  await give(powered, [...before, ...lines]);
  const called = () => heard.calls.find(({ t }) => t > last);
  for (let t = last; !called() && t < last + NEVER_MS; t += HOUR) await powered.pass(t + HOUR, true);
  powered.pipeline.stop();
  const call = called();
  const hours = call ? (call.t - last) / HOUR : null;
  return { hours, hazard: call?.hazard, early: heard.calls.filter(({ t }) => t <= last), doubted: heard.doubted };
}

function homeOf(way: Way, t: number, heard: Heard, more: readonly Device[], state?: HomeState): Powered {
  const tap = (event: TapEvent) => {
    if (event.type === 'warning' && event.warning.active && !event.again) heard.asked += 1;
    if (event.type === 'fault' && event.active && event.fault.code === 'sensor-by-itself')
      heard.doubted.push({ t: event.at.mono, device: event.fault.subject.slice('device:'.length) });
    if (event.type !== 'alert' || !event.news) return;
    const { alert } = event;
    if (alert.severity === 'alarm' && alert.state === 'raised' && alert.conditionPresent)
      heard.calls.push({ t: alert.changedAt.mono, hazard: alert.hazard });
  };
  const from = { mono: t, wall: t, bootId: 'boot-1' };
  return powerUp({ from, ids: seededIds(1), rules: rulesOf(way), devices: [...devices, ...more], state, tap });
}

async function give({ pipeline, clock, pass, calm }: Powered, lines: readonly Line[]): Promise<void> {
  for (const line of lines.toSorted((a, b) => a.t - b.t)) {
    await pass(line.t, false);
    const at = clock.now();
    if ('say' in line)
      pipeline.command({ id: `said-${line.t}`, act: line.say, by: { name: 'resident', role: 'resident' } });
    else {
      const { device, quantity, value } = line;
      pipeline.accept({ deviceId: device, quantity: quantity as Quantity, value, quality: 'good', at, seq: 0 });
    }
    await calm();
  }
}
