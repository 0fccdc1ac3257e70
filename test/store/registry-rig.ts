// Paired devices, for tests.

import type { PairedDevice } from '#src/store/registry.ts';

export const KEY = '231d39c1d7cc1ab1aee224cd096db932';

/** The how-manieth of them. */
export const paired = (n: number, more: Partial<PairedDevice> = {}): PairedDevice => ({
  id: `band-${n}`,
  driver: 'bthome',
  kind: 'help-button',
  address: `a4:c1:38:00:${Math.floor(n / 256)
    .toString(16)
    .padStart(2, '0')}:${(n % 256).toString(16).padStart(2, '0')}`,
  addressType: 'public',
  bindkey: KEY,
  room: 'hall',
  wearer: { id: 'otto', name: 'Otto' },
  options: {},
  pairedAt: 1_790_000_000_000 + n,
  ...more,
});
