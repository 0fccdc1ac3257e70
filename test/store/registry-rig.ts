// Paired devices, for tests.

import type { PairedDevice, Registry } from '#src/store/registry-file.ts';
import { emptyRegistry } from '#src/store/registry-file.ts';

export const KEY = '231d39c1d7cc1ab1aee224cd096db932';

/** The address of the how-manieth of them. */
export const addressOf = (n: number): string =>
  `a4:c1:38:00:${Math.floor(n / 256)
    .toString(16)
    .padStart(2, '0')}:${(n % 256).toString(16).padStart(2, '0')}`;

/** The how-manieth of them; `address` and `bindkey` are its radio's. */
export const paired = (
  n: number,
  {
    address = addressOf(n),
    bindkey = KEY,
    ...more
  }: Partial<PairedDevice> & { address?: string; bindkey?: string } = {},
): PairedDevice => ({
  id: `band-${n}`,
  driver: 'bthome',
  kind: 'help-button',
  radio: { transport: 'ble', address, addressType: 'public', bindkey },
  room: 'hall',
  wearer: 'otto',
  options: {},
  pairedAt: 1_790_000_000_000 + n,
  ...more,
});

/** With the one who wears them. */
export const registryOf = (...devices: PairedDevice[]): Registry => ({
  ...emptyRegistry,
  people: [{ id: 'otto', name: 'Otto' }],
  devices,
});
