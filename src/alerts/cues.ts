// What the resident sees and hears of a call: a pure projection of the open alerts and their deliveries.

import type { BandSignal, Cue, Stage } from '#contract/actuator.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { Delivery } from '#contract/delivery.ts';
import { hazards } from '#contract/hazard.ts';
import { awaitsReceipt } from './delivery.ts';
import { bandWords, cueWords, type Surroundings } from './words.ts';

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
  if (deliveries.length > 0 && deliveries.every((delivery) => delivery.overdue && awaitsReceipt(delivery, alert)))
    return 'still-trying';
  if (reached('sentRev')) return 'sent';
  return registered ? 'registered' : 'pressed';
}

/** The alert whose call is shown: one that nobody has confirmed before one that is, then the gravest, then the newest. */
export function shown(alerts: readonly Alert[]): Alert | undefined {
  return alerts
    .filter(isOpen)
    .sort(
      (a, b) =>
        Number(a.state === 'acknowledged') - Number(b.state === 'acknowledged') ||
        Number(a.severity === 'early') - Number(b.severity === 'early') ||
        hazards[a.hazard].priority - hazards[b.hazard].priority ||
        b.calledAt.mono - a.calledAt.mono,
    )[0];
}

/**
 * Which wearables are to vibrate, and what for: the one that asks its wearer whether all is well, and at "help is confirmed" the
 * one that called, or all of them where something else called. `bands`: those that can. `keyOf` changes where it is to be
 * felt again.
 */
export function bandSignals(
  alerts: readonly Alert[],
  bands: readonly string[],
  stageOf: (alert: Alert) => Stage,
  keyOf: (alert: Alert, stage: Stage) => string,
): BandSignal[] {
  const signals = new Map<string, BandSignal & { stage: Stage }>();
  for (const alert of bands.length > 0 ? alerts.filter(isOpen) : []) {
    const stage = stageOf(alert);
    const words = bandWords[stage];
    if (!words) continue;
    const worn = bands.includes(alert.deviceId);
    const meant = worn ? [alert.deviceId] : stage === 'confirmed' ? bands : [];
    // A question that waits for its answer comes before news.
    for (const deviceId of meant)
      if (signals.get(deviceId)?.stage !== 'asking')
        signals.set(deviceId, { deviceId, key: keyOf(alert, stage), words, stage });
  }
  return [...signals.values()].map(({ deviceId, key, words }) => ({ deviceId, key, words }));
}

export const cueFor = (alert: Alert, stage: Stage, around: Surroundings = {}): Cue => ({
  stage,
  ...patterns[stage],
  say: cueWords(alert, stage, around),
});
