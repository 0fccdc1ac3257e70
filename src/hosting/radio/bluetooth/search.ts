// Which Bluetooth devices nearby could be paired. A stranger's advert is looked at by the drivers alone, and forgotten.

import type { Advert, BleScanner } from '#contract/ble-port.ts';
import { MOST_NEARBY, type NearbyDevice } from '#contract/control/pairing.ts';
import type { AnyDriver, Recognised } from '#contract/driver.ts';
import type { OpenRadio } from '../profile.ts';

/** Names of strangers that are kept, for the advert without one that may follow. */
const MOST_NAMES = 500;
/** Of the devices that are shown so many may be ones that are not understood: a neighbourhood has many lamps. */
const MOST_ODD = MOST_NEARBY / 2;

/** The search of a Bluetooth radio, by what its drivers recognise. */
export const searchAdverts =
  ({ nearby }: BleScanner, drivers: readonly AnyDriver[]): OpenRadio<NearbyDevice>['search'] =>
  () => {
    const devices = nearbyDevices(drivers);
    const scan = nearby(devices.hear);
    return { found: devices.list, close: scan.close };
  };

/** Gathers adverts into devices that a driver understands; the nearest first. */
export function nearbyDevices(drivers: readonly AnyDriver[]): { hear(advert: Advert): void; list(): NearbyDevice[] } {
  const names = new Map<string, string>();
  const found = new Map<string, NearbyDevice>();
  const oddOnes = () => [...found.values()].filter(({ odd }) => odd !== undefined).length;

  function nameOf({ address, name }: Advert): string | undefined {
    if (name && (names.has(address) || names.size < MOST_NAMES)) names.set(address, printable(name, 100));
    return names.get(address);
  }

  /** Whether a match says more than what is known of the device, and there is room for it. */
  function isNews({ odd }: Match, before: NearbyDevice | undefined): boolean {
    if (odd === undefined) return true;
    // What is understood of it says more than what is not, and those that are understood are to have room.
    return before ? before.odd !== undefined : oddOnes() < MOST_ODD;
  }

  return {
    hear(advert) {
      const { address, addressType, rssi } = advert;
      const name = nameOf(advert);
      const before = found.get(address);
      const seen = { ...(rssi !== undefined && { rssi }), ...(name && { name }) };
      if (before) found.set(address, { ...before, ...seen });
      else if (found.size >= MOST_NEARBY) return;
      const match = bestMatch(drivers, { ...advert, name }, before);
      if (!match || !isNews(match, before)) return;
      const { driver, kind, encrypted = false, odd } = match;
      const says = match.says === undefined ? before?.says : printable(match.says, 200);
      found.set(address, {
        ...{ address, addressType, driver, kind, encrypted },
        ...seen,
        ...(says !== undefined && { says }),
        ...(odd !== undefined && { odd }),
      });
    },
    list: () => [...found.values()].toSorted((a, b) => (b.rssi ?? -200) - (a.rssi ?? -200)),
  };
}

type Match = Recognised & { driver: string };

/** The driver that understands an advert, and knows most of the device; where none does, one that knows whose it is. */
function bestMatch(drivers: readonly AnyDriver[], advert: Advert, before: NearbyDevice | undefined): Match | undefined {
  const matches = drivers.flatMap(({ id: driver, transport, recognises }): Match[] => {
    const match: Recognised | undefined = transport === 'ble' ? recognises?.(advert) : undefined;
    return match ? [{ driver, ...match }] : [];
  });
  const understood = matches.filter(({ odd }) => odd === undefined);
  const best = understood.find(({ general }) => !general) ?? understood[0] ?? matches[0];
  // An advert without a name does not make less of a device than one with it did.
  const lesser = best?.general && before !== undefined && before.odd === undefined && before.driver !== best.driver;
  return lesser ? undefined : best;
}

/** What strangers send is shown on a terminal: nothing in it may move the cursor. */
const printable = (text: string, most: number): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').slice(0, most);
