// The demo's tour: a press, a leak and an outage, each brought about, waited for, and dealt with by the operator.

import { SECOND } from '#contract/time.ts';
import type { Words } from '#contract/words.ts';
import type { Acts } from './demo-acts.ts';
import type { Happenings } from './demo-happenings.ts';
import { demoWords } from './demo-words.ts';

/** Time to read what was told, in ms. */
const BREATH = 1_500;

export interface Tour {
  acts: Acts;
  happenings: Happenings;
  say(words: Words): void;
  /** A part of the tour begins. */
  headline(words: Words): void;
}

/** True when all of it happened in time. */
export async function takeTour(tour: Tour): Promise<boolean> {
  const press = await pressTour(tour);
  const leak = await leakTour(tour);
  const outage = await outageTour(tour);
  tour.headline(demoWords.tourOver);
  return press && leak && outage;
}

async function pressTour({ acts, happenings, headline }: Tour): Promise<boolean> {
  headline(demoWords.tourPress);
  const receipt = received(happenings);
  acts.press();
  const came = await receipt;
  return (await closeCall(acts, happenings)) && came;
}

async function leakTour({ acts, happenings: { happens, pause }, headline }: Tour): Promise<boolean> {
  headline(demoWords.tourGas);
  const happened: boolean[] = [];
  const early = happens('an early warning', 'receiver', { kind: 'alert', hazard: 'gas', severity: 'early' });
  acts.gas(12);
  happened.push(await early);
  const alarm = happens('a gas alarm', 'receiver', { kind: 'alert', hazard: 'gas', severity: 'alarm' });
  const valve = happens('the valve closed', 'gateway', {
    event: 'output',
    output: 'gas-valve',
    action: 'close',
    result: 'confirmed',
  });
  acts.gas(30);
  happened.push(...(await Promise.all([alarm, valve])));
  await pause(BREATH);
  const alerts = (state: string) => happens(state, 'receiver', { kind: 'alert', as: 'new', state });
  // The detector's alarm, and that of the measured level.
  for (const _ of [1, 2]) {
    const acknowledged = alerts('acknowledged');
    await acts.acknowledge();
    happened.push(await acknowledged);
  }
  const gone = happens('the gas gone', 'gateway', { event: 'alert', hazard: 'gas', conditionPresent: false });
  acts.gas(0);
  happened.push(await gone);
  await pause(BREATH);
  for (const _ of [1, 2]) {
    const resolved = alerts('resolved');
    await acts.resolve();
    happened.push(await resolved);
  }
  return happened.every(Boolean);
}

async function outageTour({ acts, happenings, say, headline }: Tour): Promise<boolean> {
  const { happens } = happenings;
  headline(demoWords.tourOutage);
  const down = happens('the outage noticed', 'gateway', { event: 'fault', code: 'uplink-down', active: true });
  await acts.brokerDown();
  const noticed = await down;
  const trying = happens('still trying', 'gateway', { event: 'cue', stage: 'still-trying' });
  acts.press();
  const tried = await trying;
  say(demoWords.tourBack);
  const receipt = received(happenings, 90 * SECOND);
  await acts.brokerUp();
  const came = await receipt;
  return (await closeCall(acts, happenings)) && noticed && tried && came;
}

const received = ({ happens }: Happenings, withinMs?: number): Promise<boolean> =>
  happens('the platform’s receipt', 'gateway', { event: 'received' }, withinMs);

/** The operator acknowledges and resolves a call for help. */
async function closeCall(acts: Acts, { happens, pause }: Happenings): Promise<boolean> {
  await pause(BREATH);
  const confirmed = happens('help confirmed', 'gateway', { event: 'cue', stage: 'confirmed' });
  await acts.acknowledge();
  const isConfirmed = await confirmed;
  await pause(BREATH);
  const resolved = happens('resolved', 'receiver', { kind: 'alert', as: 'new', state: 'resolved' });
  await acts.resolve();
  return (await resolved) && isConfirmed;
}
