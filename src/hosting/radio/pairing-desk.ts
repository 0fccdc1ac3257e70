// The radio's side of pairing, in its own process: which devices near could be paired, and whether one speaks as its driver
// and key say. A stranger's advert is looked at by the drivers alone, and forgotten.

import type { Advert, BleScanner } from '#contract/ble-port.ts';
import type { ConfiguredDevice } from '#contract/config.ts';
import { MOST_NEARBY, type NearbyDevice, type TrialReport } from '#contract/control/pairing.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { Fault, FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, every, SECOND } from '#contract/time.ts';
import type { Transports } from '#contract/transport.ts';
import { oddText } from '#driver-kit/not-understood.ts';
import { createHost, type DriverHost } from '../host.ts';
import type { ToParent } from './messages.ts';

/** Names of strangers that are kept, for the advert without one that may follow. */
const MOST_NAMES = 500;
/** Of the devices that are shown so many may be ones that are not understood: a neighbourhood has many lamps. */
const MOST_ODD = MOST_NEARBY / 2;

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
        let odd: string | undefined;
        const report = (found: TrialReport | undefined) => {
          if (!found || settled) return;
          if ('odd' in found) {
            if (found.odd === odd) return;
            odd = found.odd;
          } else settled = true;
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
          fault: (code, _, active, context) => report(verdictOf(code, active, context)),
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
function verdictOf(code: FaultCode, active: boolean, context: Fault['context'] = {}): TrialReport | undefined {
  const { reason } = context;
  // Said when a device was connected and has what its driver needs.
  if (code === 'service-missing') return active ? { refused: 'service-missing' } : { heard: 'connected' };
  if (!active) return undefined;
  if (code === 'driver-failed') return { refused: 'driver-failed' };
  if (code === 'advert-untrusted' && reason === 'unencrypted') return { refused: 'not-encrypted' };
  if (code === 'device-not-understood') return { odd: oddText(context) };
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
  const oddOnes = () => [...found.values()].filter(({ odd }) => odd !== undefined).length;
  return {
    hear(advert) {
      const { address, addressType, rssi } = advert;
      if (advert.name && (names.has(address) || names.size < MOST_NAMES))
        names.set(address, printable(advert.name, 100));
      const name = names.get(address);
      const before = found.get(address);
      if (before) found.set(address, { ...before, ...(rssi !== undefined && { rssi }), ...(name && { name }) });
      else if (found.size >= MOST_NEARBY) return;
      const matches = drivers.flatMap(({ id: driver, recognises }) => {
        const match = recognises?.({ ...advert, name });
        // A watch has the services of a heart-rate strap as well; its own driver knows more of it.
        const lesser = driver === 'gatt-health' && before?.odd === undefined && (before?.driver ?? driver) !== driver;
        return match && !lesser ? [{ driver, ...match }] : [];
      });
      const match = matches.find(({ odd }) => odd === undefined) ?? matches[0];
      if (!match) return;
      const { driver, kind, encrypted = false, says, odd } = match;
      // What is understood of it says more than what is not, and those that are understood are to have room.
      if (odd !== undefined && before && before.odd === undefined) return;
      if (odd !== undefined && !before && oddOnes() >= MOST_ODD) return;
      const said = says === undefined ? before?.says : printable(says, 200);
      found.set(address, {
        address,
        addressType,
        driver,
        kind,
        encrypted,
        ...(name && { name }),
        ...(rssi !== undefined && { rssi }),
        ...(said !== undefined && { says: said }),
        ...(odd !== undefined && { odd }),
      });
    },
    list: () => [...found.values()].toSorted((a, b) => (b.rssi ?? -200) - (a.rssi ?? -200)),
  };
}

/** What strangers send is shown on a terminal: nothing in it may move the cursor. */
const printable = (text: string, most: number): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').slice(0, most);
