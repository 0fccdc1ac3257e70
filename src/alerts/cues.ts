// What the people in the home see, hear and feel of a call: computed from the open alerts and their deliveries alone.

import type { Cue, Stage, WearableSignal } from '#contract/actuator.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { Delivery } from '#contract/delivery.ts';
import { hazards } from '#contract/hazard.ts';
import { cueWords, type Surroundings, wearableWords } from './words.ts';

/** Each stage has a light and a sound of its own: [ms on, ms off, …], times (0: until the stage changes). */
const patterns = {
  asking: { light: { onOffMs: [300, 300], times: 0 }, beep: { onOffMs: [150, 150], times: 3 } },
  pressed: { light: { onOffMs: [120, 120], times: 0 }, beep: { onOffMs: [200, 0], times: 1 } },
  registered: { light: { onOffMs: [500, 500], times: 0 }, beep: { onOffMs: [100, 100], times: 2 } },
  sent: { light: { onOffMs: [1_000, 500], times: 0 }, beep: { onOffMs: [100, 100], times: 3 } },
  received: { light: { onOffMs: [2_700, 300], times: 0 }, beep: { onOffMs: [600, 200], times: 2 } },
  confirmed: { light: { onOffMs: [1_000, 0], times: 0 }, beep: { onOffMs: [1_500, 0], times: 1 } },
  'still-trying': { light: { onOffMs: [120, 120, 120, 1_000], times: 0 }, beep: { onOffMs: [80, 120], times: 4 } },
} as const satisfies Record<Stage, Pick<Cue, 'light' | 'beep'>>;

export function stageOf(alert: Alert, deliveries: readonly Delivery[], registered: boolean): Stage {
  if (alert.state === 'acknowledged') return 'confirmed';
  if (alert.state === 'pending') return 'asking';
  const reached = (mark: 'sentRev' | 'receivedRev') => deliveries.some((delivery) => delivery[mark] >= alert.callRev);
  if (reached('receivedRev')) return 'received';
  if (deliveries.length > 0 && deliveries.every(({ overdue }) => overdue)) return 'still-trying';
  if (registered && reached('sentRev')) return 'sent';
  return registered ? 'registered' : 'pressed';
}

/** The alert whose call is shown: one that nobody has confirmed before one that is, then the gravest, then the newest. */
export function shown(alerts: readonly Alert[]): Alert | undefined {
  let first: Alert | undefined;
  for (const alert of alerts) if (isOpen(alert) && (!first || byUrgency(alert, first) < 0)) first = alert;
  return first;
}

const byUrgency = (a: Alert, b: Alert): number =>
  Number(a.state === 'acknowledged') - Number(b.state === 'acknowledged') ||
  Number(a.severity === 'early') - Number(b.severity === 'early') ||
  hazards[a.hazard].priority - hazards[b.hazard].priority ||
  b.calledAt.mono - a.calledAt.mono;

/** Whether wearables are made to vibrate when a call reaches this stage. */
export const isFelt = (stage: Stage): boolean => wearableWords[stage] !== undefined;

/**
 * Which wearables are to vibrate, and what for: the one that asks its wearer whether all is well, and at "help is confirmed" the
 * one that called, or all of them where something else called.
 * @param calls open alerts with their stages; a `key` changes where the same is to be felt again
 * @param wearables those that can vibrate
 */
export function wearableSignals(
  calls: readonly { alert: Alert; stage: Stage; key: string }[],
  wearables: readonly string[],
): WearableSignal[] {
  const signals = new Map<string, WearableSignal & { stage: Stage }>();
  for (const { alert, stage, key } of calls) {
    const words = wearableWords[stage];
    if (!words) continue;
    const isWorn = wearables.includes(alert.deviceId);
    const meant = isWorn ? [alert.deviceId] : stage === 'confirmed' ? wearables : [];
    // A question that waits for its answer comes before news.
    for (const deviceId of meant)
      if (signals.get(deviceId)?.stage !== 'asking') signals.set(deviceId, { deviceId, key, words, stage });
  }
  return [...signals.values()].map(({ deviceId, key, words }) => ({ deviceId, key, words }));
}

export const cueFor = (alert: Alert, stage: Stage, around: Surroundings = {}): Cue => ({
  stage,
  ...patterns[stage],
  say: cueWords(alert, stage, around),
});
