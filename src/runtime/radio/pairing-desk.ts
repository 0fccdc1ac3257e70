// The radio's side of pairing, in its own process: which devices near could be paired, and whether one speaks as its driver
// and key say. A stranger's advert is looked at by the drivers alone, and forgotten.

import type { Advert, BleScanner } from '#contract/ble-port.ts';
import type { ConfiguredDevice } from '#contract/config.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, every, SECOND } from '#contract/time.ts';
import type { Transports } from '#contract/transport.ts';
import { createHost, type DriverHost } from '../host.ts';
import { MOST_NEARBY, type NearbyDevice, type ToParent, type TrialReport } from './messages.ts';

/** Names of strangers that are kept, for the advert without one that may follow. */
const MOST_NAMES = 500;

export function pairingDesk({
  drivers,
  clock,
  log,
  transports,
  say,
}: {
  drivers: readonly AnyDriver[];
  clock: Clock;
  log: Log;
  transports: Partial<Transports> & Partial<BleScanner>;
  say(message: ToParent): void;
}): { nearby(on: boolean): void; trial(device: ConfiguredDevice | null, key: string | undefined): void } {
  let scan: { close(): Promise<void> } | undefined;
  let tell: Cancel | undefined;
  let tried: DriverHost | undefined;
  let trials = Promise.resolve();

  return {
    nearby(on) {
      void scan?.close();
      tell?.();
      scan = undefined;
      if (!on) return;
      const near = nearbyDevices(drivers);
      scan = transports.nearby?.(near.hear);
      tell = every(clock, SECOND, 'nearby', () => say({ say: 'nearby', devices: near.list() }));
    },
    trial(device, key) {
      trials = trials.then(async () => {
        await tried?.stop();
        tried = undefined;
        if (!device) return;
        let settled = false;
        const report = (found: TrialReport | undefined) => {
          if (!found || settled) return;
          settled = true;
          say({ say: 'trial', report: found });
        };
        tried = createHost(drivers, {
          clock,
          log,
          transports,
          secret: () => key,
          // With a key, what comes without it proves nothing.
          accept: ({ quantity, value, quality }) =>
            key !== undefined && quality === 'uncertain'
              ? undefined
              : report({ heard: typeof value === 'object' ? quantity : `${quantity} ${value}` }),
          fault: (code, _, active, context) => report(verdictOf(code, active, context?.reason)),
          install: () => undefined,
          remove: () => undefined,
        });
        await tried.apply([device]);
      });
      trials = trials.catch(() => say({ say: 'trial', report: { refused: 'driver-failed' } }));
    },
  };
}

/** What a driver's fault says of the trial. */
function verdictOf(code: FaultCode, active: boolean, reason: unknown): TrialReport | undefined {
  // Said when a device was connected and has what its driver needs.
  if (code === 'service-missing') return active ? { refused: 'service-missing' } : { heard: 'connected' };
  if (!active) return undefined;
  if (code === 'driver-failed') return { refused: 'driver-failed' };
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

/** Gathers adverts into devices that a driver understands; the nearest first. */
export function nearbyDevices(drivers: readonly AnyDriver[]): { hear(advert: Advert): void; list(): NearbyDevice[] } {
  const names = new Map<string, string>();
  const found = new Map<string, NearbyDevice>();
  return {
    hear(advert) {
      const { address, addressType, rssi } = advert;
      if (advert.name && (names.has(address) || names.size < MOST_NAMES))
        names.set(address, printable(advert.name, 100));
      const name = names.get(address);
      const before = found.get(address);
      if (before) found.set(address, { ...before, ...(rssi !== undefined && { rssi }), ...(name && { name }) });
      else if (found.size >= MOST_NEARBY) return;
      for (const driver of drivers) {
        const match = driver.recognises?.({ ...advert, name });
        if (!match) continue;
        const { kind, encrypted = false, says } = match;
        // A watch has the services of a heart-rate strap as well; its own driver knows more of it.
        if (before && before.driver !== driver.id && driver.id === 'gatt-health') continue;
        const said = says === undefined ? before?.says : printable(says, 200);
        found.set(address, {
          address,
          addressType,
          driver: driver.id,
          kind,
          encrypted,
          ...(name && { name }),
          ...(rssi !== undefined && { rssi }),
          ...(said !== undefined && { says: said }),
        });
        return;
      }
    },
    list: () => [...found.values()].toSorted((a, b) => (b.rssi ?? -200) - (a.rssi ?? -200)),
  };
}

/** What strangers send is shown on a terminal: nothing in it may move the cursor. */
const printable = (text: string, most: number): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').slice(0, most);
