// Whether the sensors that work see enough of the home, by what each of them usually notices.

import { exitDoorRules, type HomeView } from '#contract/detector.ts';
import { type Device, isExitDoor } from '#contract/device.ts';
import { own } from '#contract/own.ts';
import { canWatch, watches } from '../activity.ts';
import type { Lost } from '../lost.ts';

/** By device: quarters of an hour in which it noticed somebody lately; older ones fade. Plain JSON. */
export type Usual = Record<string, number>;

/** A quarter of an hour counts once, however lively: a mat in the bed speaks a thousand times a night. */
export const SLOT_MIN = 15;
/** What was noticed is multiplied by this with each day: half is left after three weeks. */
const FADE = 0.968;
/** Until this much was noticed in all, some days' worth, half of the sensors have to work. */
const ENOUGH = 40;
/**
 * The share of the usual signs that came from the sensors at work has to be this: without a lively room, too few are
 * left.
 */
const NEEDED = 0.6;

export const faded = (usual: Usual): Usual =>
  Object.fromEntries(
    Object.entries(usual).flatMap(([id, count]) =>
      count * FADE > 0.05 ? [[id, Math.round(count * FADE * 100) / 100]] : [],
    ),
  );

/** Why silence proves nothing now; undefined where the sensors at work can cover the home. */
export function uncovered(devices: readonly Device[], lost: Lost, usual: Usual): 'sensors' | 'exit-door' | undefined {
  if (Object.keys(lost).length === 0) return undefined;
  const works = ({ id }: Device) => !Object.hasOwn(lost, id);
  const exits = devices.filter(isExitDoor);
  if (exits.length > 0 && !exits.some(works)) return 'exit-door';
  const seeing = devices.filter(watches);
  const working = seeing.filter(works);
  if (!canWatch(working)) return 'sensors';
  const seen = (some: readonly Device[]) => some.reduce((sum, { id }) => sum + (own(usual, id) ?? 0), 0);
  const all = seen(seeing);
  if (all < ENOUGH) return working.length * 2 < seeing.length ? 'sensors' : undefined;
  return seen(working) < NEEDED * all ? 'sensors' : undefined;
}

/** Such a rule is on and there are doors, but the installer has marked none of them: the rule watches over nobody. */
export const exitDoorUnmarked = ({ devices, off }: HomeView): boolean =>
  exitDoorRules.some((rule) => !off?.includes(rule)) &&
  devices.some(({ kind }) => kind === 'door') &&
  !devices.some(isExitDoor);
