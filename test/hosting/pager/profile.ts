// A radio that nobody sells: pagers. Its air is a socket of the test, on which each page is a line of JSON.

import { z } from 'zod';
import type { RadioDevice, RadioFaults, RadioProfile } from '#src/hosting/radio/profile.ts';

export const settings = z.strictObject({
  /** Where the air is. */
  air: z.string(),
});
export type Settings = z.output<typeof settings>;

/** The number of its last page: one that is heard again is no news. */
const kept = z.strictObject({ page: z.int() });
type Kept = z.output<typeof kept>;

const found = z.strictObject({ number: z.int(), driver: z.string() });
export type Found = z.output<typeof found>;

/** What a driver of a pager is given beside the transport. */
export interface PagerExtras {
  pin(): string | undefined;
  lastPage: number | undefined;
  keepPage(page: number): void;
}

/** A radio of the house brings codes of its own: rows of the catalogue. This one borrows those of a line. */
const faults = {
  lost: 'device-lost',
  causes: ['serial-port-lost'],
  others: ['line-garbage'],
  stalled: 'serial-port-lost',
} as unknown as RadioFaults;

export const pager: RadioProfile<Settings, Kept, Found> = {
  transport: 'pager',
  subject: 'port:pager',
  faults,
  secret: 'pin',
  settings,
  kept,
  found,
  extras: ({ secret, kept, keep }: RadioDevice<Kept>): PagerExtras => ({
    pin: secret,
    lastPage: kept?.page,
    keepPage: (page) => keep({ page }, true),
  }),
  trial: {
    proves: () => true,
    verdict: (code, active) => (code === 'sensor-fault' && active ? { refused: 'wrong-key' } : undefined),
  },
};
