// Bluetooth Low Energy as a radio of this gateway: its adapter, bind keys, counters of adverts, and what its faults mean.

import { z } from 'zod';
import type { BleExtras } from '#contract/ble-port.ts';
import { type NearbyDevice, nearbyDevice, type TrialReport } from '#contract/control/pairing.ts';
import type { Fault, FaultCode } from '#contract/fault.ts';
import type { RadioProfile } from '../profile.ts';

const settings = z.strictObject({
  /** `hci0`, or the stable path of a serial line; else the first there is. */
  adapter: z.string().optional(),
});

/** What is kept of a device: the counter of its adverts. */
const mark = z.strictObject({
  /** The highest that is believed. */
  count: z.int().nonnegative(),
  /** Where it stood when the device began to count again from below that. */
  old: z.int().nonnegative().optional(),
});
export type CounterMark = z.output<typeof mark>;

export const bluetooth: RadioProfile<z.output<typeof settings>, CounterMark, NearbyDevice> = {
  transport: 'ble',
  subject: 'port:bluetooth',
  faults: {
    lost: 'bluetooth-lost',
    causes: ['bluetooth-missing', 'bluetooth-denied', 'bluetooth-blocked', 'bluetooth-failed', 'bluetooth-silent'],
    others: ['bluetooth-flooded'],
    stalled: 'bluetooth-silent',
  },
  secret: 'bindkey',
  settings,
  kept: mark,
  found: nearbyDevice,
  extras: ({ secret, kept, keep }): BleExtras => ({
    bindkey: secret,
    counter: {
      last: kept?.count,
      old: kept?.old,
      keep: (count, urgent, old) => keep({ count, ...(old !== undefined && { old }) }, urgent),
    },
  }),
  trial: {
    // With a key, what comes without it proves nothing.
    proves: ({ quality }, key) => key === undefined || quality !== 'uncertain',
    verdict,
  },
};

function verdict(code: FaultCode, active: boolean, { reason }: Fault['context']): TrialReport | undefined {
  // Said when a device was connected and has what its driver needs.
  if (code === 'service-missing') return active ? { refused: 'service-missing' } : { heard: 'connected' };
  if (!active) return undefined;
  if (code === 'advert-untrusted' && reason === 'unencrypted') return { refused: 'not-encrypted' };
  if (code !== 'advert-unreadable') return undefined;
  switch (reason) {
    case 'wrong-bind-key':
      return { refused: 'wrong-key' };
    case 'bind-key-malformed':
      return { refused: 'bad-key' };
    case 'old-encryption':
      return { refused: 'old-encryption' };
    default:
      return { refused: 'no-key' };
  }
}
