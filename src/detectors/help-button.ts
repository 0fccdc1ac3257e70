// Help call: every press is a finding. Nothing here delays, suppresses or blocks one.

import { z } from 'zod';
import { type Instant, instantOf, msSince } from '#base/instant.ts';
import { defineDetector } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Finding } from '#contract/finding.ts';
import type { Reading } from '#contract/reading.ts';
import { SECOND } from '#contract/time.ts';

/** Which devices have called and not been released since, and when. A list: a copy of it costs nothing beside one of a record. */
export type State = { deviceId: string; at: Instant }[];

/**
 * A hold this soon after the press comes from the same finger: the slowest driver reports it 30 s after
 * (`holdSeconds`), and some time goes by on the way. Later it is a call of its own, since a release may have been lost.
 */
const SAME_FINGER_MS = 35 * SECOND;

const options = z.strictObject({}).describe('A press calls for help at once. There is nothing to set.');

export const helpButton = defineDetector<State, typeof options>({
  id: 'help',
  hazard: 'help',
  consumes: ['button'],
  options,
  // A release is not worth a write; after a restart every button counts as up, so that no press is swallowed.
  checkpoint: 'none',
  start: () => [],

  step(state, input) {
    // Whoever still holds it after somebody has resolved the call, calls again.
    if (input.kind === 'resolved' && input.hazard === 'help') return { state: [], findings: [] };
    if (input.kind !== 'reading' || !callsForHelp(input.device)) return { state, findings: [] };
    const { deviceId, value, at } = input.reading;
    const pressed = state.find((one) => one.deviceId === deviceId)?.at;
    const others = state.filter((one) => one.deviceId !== deviceId);
    const down = [...others, { deviceId, at: instantOf(at) }];
    switch (value) {
      case 'press':
        return { state: down, findings: [call(input.reading, 'pressed')] };
      case 'hold': {
        // A device that reports a long press only as `hold` calls for help with it; after its press it is the same
        // call.
        const same = pressed !== undefined && (msSince(pressed, at) ?? SAME_FINGER_MS) < SAME_FINGER_MS;
        if (same) return { state, findings: [] };
        return { state: down, findings: [call(input.reading, 'held')] };
      }
      default:
        return { state: others, findings: [] };
    }
  },
});

const callsForHelp = ({ kind }: Device) => kind === 'help-button' || kind === 'wearable';

const call = ({ deviceId, at }: Reading, fact: 'pressed' | 'held'): Finding => ({
  hazard: 'help',
  subject: `device:${deviceId}`,
  active: true,
  severity: 'alarm',
  at,
  because: [{ fact }],
});
