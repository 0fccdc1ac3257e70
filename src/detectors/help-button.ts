// Help call: every press is a finding. Nothing here delays, counts away or blocks one.

import { z } from 'zod';
import { defineDetector } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Finding } from '#contract/finding.ts';
import type { Reading } from '#contract/reading.ts';

/** Devices whose button is down now. */
export type State = Record<string, true>;

const options = z.strictObject({}).describe('A press calls for help at once. There is nothing to set.');

export const helpButton = defineDetector<State, typeof options>({
  id: 'help',
  hazard: 'help',
  consumes: ['button'],
  options,
  // A release is not worth a write; after a restart every button counts as up, so that no press is swallowed.
  checkpoint: 'none',
  start: () => ({}),

  step(state, input) {
    if (input.kind !== 'reading' || !callsForHelp(input.device)) return { state, findings: [] };
    const { deviceId, value } = input.reading;
    const down = state[deviceId] === true;
    switch (value) {
      case 'press':
        return { state: { ...state, [deviceId]: true }, findings: [call(input.reading, 'pressed')] };
      case 'hold':
        // A device that tells a long press only as `hold` calls for help with it; after its press it is the same call.
        return { state: { ...state, [deviceId]: true }, findings: down ? [] : [call(input.reading, 'held')] };
      default: {
        const { [deviceId]: _, ...others } = state;
        return { state: others, findings: [] };
      }
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
