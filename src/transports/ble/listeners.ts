// Who hears adverts: drivers, each of its own device, and whoever pairs, of every one.

import type { Advert, BleScanner, BleTransport } from '#contract/ble-port.ts';

type Listener = Parameters<BleTransport['listen']>[1];

export interface Listeners {
  listen(address: string, events: Listener): { close(): Promise<void> };
  scan: BleScanner['nearby'];
  has(address: string): boolean;
  /** Somebody wants to hear what this address says. */
  wants(address: string): boolean;
  hear(advert: Advert): void;
  all(): Listener[];
}

export function listeners(): Listeners {
  const byAddress = new Map<string, Set<Listener>>();
  const scanners = new Set<(advert: Advert) => void>();
  return {
    listen(address, events) {
      const several = byAddress.get(address) ?? new Set();
      byAddress.set(address, several.add(events));
      return {
        async close() {
          several.delete(events);
          // Closed once more, it must not take others along who listen by now.
          if (several.size === 0 && byAddress.get(address) === several) byAddress.delete(address);
        },
      };
    },
    scan(hear) {
      // Of its own, though the same function may ask twice.
      const mine = (advert: Advert) => hear(advert);
      scanners.add(mine);
      return { close: async () => void scanners.delete(mine) };
    },
    has: (address) => byAddress.has(address),
    wants: (address) => byAddress.has(address) || scanners.size > 0,
    hear(advert) {
      for (const { advert: hear } of [...(byAddress.get(advert.address) ?? [])]) hear(advert);
      for (const hear of [...scanners]) hear(advert);
    },
    all: () => [...byAddress.values()].flatMap((several) => [...several]),
  };
}
