// A certified detector's own alarm, forwarded untouched: the box never re-thresholds what a certified detector decided.

import { z } from 'zod';
import { type Detector, defineDetector, type FoundFault, type Input, type Step } from '#contract/detector.ts';
import type { Finding } from '#contract/finding.ts';
import type { Hazard } from '#contract/hazard.ts';
import { own, without } from '#contract/own.ts';
import type { Quantity } from '#contract/quantity.ts';
import { type Moment, soonest } from '#contract/time.ts';
import {
  chatterFault,
  endsInDoubt,
  isChattering,
  type Latch,
  type Latched,
  latchHears,
  latchRests,
  restsAt,
} from './latch.ts';
import { STILL_PRESENT } from './still-present.ts';

/** Devices whose alarm is on, or was lately. */
export type State = Record<string, Latch>;

/** What its contact says when it closes, and when it opens again. */
interface Facts {
  on: 'detector-alarm' | 'water-found';
  off: 'detector-quiet' | 'water-gone';
}

const options = z.strictObject({}).describe('The detector’s own alarm is forwarded as it is. There is nothing to set.');

/**
 * An alarm that is on is believed even from a sensor that cannot vouch for it; only a good reading ends it. A sensor
 * that is faulty, warming up or lost ends nothing: silence is not "no gas". After a doubtful "off" that has lasted, the
 * next "on" is a new alarm: a detector that can never vouch for itself, such as one that advertises without encryption,
 * must not be heard only once. Resolved while it is on, it alarms again at once, as a fire panel does when it is reset
 * in a fire.
 */
const certified = (
  id: string,
  hazard: Hazard,
  quantity: Quantity,
  facts: Facts = { on: 'detector-alarm', off: 'detector-quiet' },
): Detector<State, typeof options> => {
  const about = (deviceId: string, at: Moment) =>
    ({ hazard, subject: `device:${deviceId}`, severity: 'alarm', at }) as const;

  function findings(deviceId: string, at: Moment, { news }: Latched): Finding[] {
    if (!news) return [];
    if (news === 'gone') return [{ ...about(deviceId, at), active: false, because: [{ fact: facts.off }] }];
    const again = news === 'again' ? { again: true as const } : {};
    return [{ ...about(deviceId, at), active: true, because: [{ fact: facts.on }], ...again }];
  }

  function hear(state: State, { reading, at }: Extract<Input, { kind: 'reading' }>): Step<State> {
    const { deviceId, value, quality } = reading;
    if (quality === 'bad') return { state, findings: [] };
    const before = own(state, deviceId);
    const latched = latchHears(before, value === true, quality === 'good', reading.at);
    return {
      state: latched.latch === before ? state : withLatch(state, deviceId, latched.latch),
      findings: findings(deviceId, at, latched),
      faults: faults(deviceId, before, latched.latch),
      // No alert records it: without a write the next "on" would be nothing new after a power cut.
      ...(endsInDoubt(before, latched.latch) && { save: true as const }),
    };
  }

  /** Time passes; a device from before latches were kept counts as never heard. */
  function rest(state: State, at: Moment): Step<State> {
    const all = Object.entries(state).map(([deviceId, before]) => ({ deviceId, before, ...latchRests(before, at) }));
    return {
      state: Object.fromEntries(all.flatMap(({ deviceId, latch }) => (latch ? [[deviceId, latch]] : []))),
      findings: all.flatMap((one) => findings(one.deviceId, at, one)),
      faults: all.flatMap(({ deviceId, before, latch }) => faults(deviceId, before, latch)),
    };
  }

  function resolved(state: State, input: Extract<Input, { kind: 'resolved' }>): Step<State> {
    const { deviceId, at } = input;
    const known = own(state, deviceId);
    if (input.hazard !== hazard || input.level || input.subject !== `device:${deviceId}` || !known)
      return { state, findings: [] };
    const others = without(state, deviceId);
    const chattered = faults(deviceId, known, undefined);
    // A device that cannot be heard reports, once it can be, whether it is on.
    if (!known.on || !input.heard) return { state: others, findings: [], faults: chattered };
    const { latch } = latchHears(undefined, true, known.sure, at);
    const again: Finding = { ...about(deviceId, at), active: true, because: [STILL_PRESENT, { fact: facts.on }] };
    return { state: withLatch(others, deviceId, latch), findings: [again], faults: chattered };
  }

  const faults = (deviceId: string, before: Latch | undefined, after: Latch | undefined): FoundFault[] =>
    isChattering(before) || isChattering(after) ? [chatterFault(hazard, deviceId, isChattering(after))] : [];

  return defineDetector<State, typeof options>({
    id,
    hazard,
    consumes: [quantity],
    options,
    checkpoint: 'alert',
    start: () => ({}),
    step(state, input) {
      const step =
        input.kind === 'reading'
          ? hear(state, input)
          : input.kind === 'resolved'
            ? resolved(state, input)
            : input.kind === 'deadline'
              ? rest(state, input.at)
              : { state, findings: [] };
      return { ...step, wakeAt: soonest(...Object.values(step.state).map((latch) => restsAt(latch, input.at))) };
    },
  });
};

function withLatch(state: State, deviceId: string, latch: Latch | undefined): State {
  const others = without(state, deviceId);
  return latch ? { ...others, [deviceId]: latch } : others;
}

export const gasAlarm = certified('gas-alarm', 'gas', 'gasAlarm');
export const coAlarm = certified('co-alarm', 'co', 'coAlarm');
export const smokeAlarm = certified('smoke-alarm', 'smoke', 'smoke');
/** A leak sensor's contacts know no level: wet or dry is its own decision, forwarded as it is. */
export const waterLeak = certified('water-leak', 'water-leak', 'waterLeak', { on: 'water-found', off: 'water-gone' });
