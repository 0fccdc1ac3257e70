// A device that speaks and is not understood protects nobody, and looks healthy: that is a fault, with what was seen of it. What
// a device says beside its purpose (a battery, light) need not be understood, and does not keep the fault on.

import type { DeviceKind } from '#contract/device.ts';
import type { DriverIo } from '#contract/driver.ts';
import type { Quantity } from '#contract/quantity.ts';

/** Something in an advert that has no meaning here. In hexadecimal where the format's document writes it so. */
export interface Odd {
  reason:
    | 'unknown-object'
    | 'unknown-length'
    | 'unknown-code'
    | 'impossible-value'
    | 'cut-short'
    | 'unknown-version'
    | 'unknown-format'
    | 'mesh';
  object?: string;
  /** Bytes. */
  length?: number;
  code?: string;
  version?: string;
  format?: string;
  /** The quantity that it would have had. */
  quantity?: Quantity | undefined;
}

/** The quantities for which a device of a kind is there. */
const purposes: ReadonlyMap<DeviceKind, readonly Quantity[]> = new Map<DeviceKind, readonly Quantity[]>([
  ['help-button', ['button']],
  ['hush-button', ['button']],
  ['well-button', ['button']],
  ['wearable', ['button']],
  ['gas', ['gas', 'gasAlarm']],
  ['co', ['co', 'coAlarm']],
  ['smoke', ['smoke']],
  ['water-leak', ['waterLeak']],
  ['motion', ['motion', 'occupancy']],
  ['contact', ['contact']],
  ['door', ['contact']],
  ['bed', ['occupancy', 'contact', 'motion']],
  ['switch', ['on', 'power']],
  ['temperature', ['temperature', 'humidity']],
]);

/** This many odd things are remembered; beyond that nothing new is reported. */
const MOST = 32;

export interface Understanding {
  /**
   * What one advert held: `understood` by its objects, and what was `odd` in it. The fault `device-not-understood`
   * begins with something odd. It ends with the next advert in which the device's own purpose is understood, and which
   * nobody can have forged or sent again. Anything else that is odd is reported at most once until the driver restarts;
   * something odd in the very object that the device is there for is reported each time.
   */
  heard(understood: readonly Quantity[], odd: readonly Odd[], doubted: boolean): void;
}

export function understanding({ device, fault, log }: Pick<DriverIo<'ble', unknown>, 'device' | 'fault' | 'log'>) {
  const purpose = purposes.get(device.kind);
  const isPurpose = (quantity: Quantity | undefined) =>
    quantity !== undefined && (purpose === undefined || purpose.includes(quantity));
  /** By {@link nameOf}; the first is reported. */
  const open = new Map<string, Odd>();
  /** Said beside what is understood. */
  const beside = new Set<string>();

  return {
    heard(understood, odd, doubted) {
      const clears = !doubted && understood.some(isPurpose);
      if (clears) {
        for (const [name, one] of open) if (!isPurpose(one.quantity) && beside.size < MOST) beside.add(name);
        open.clear();
      }
      for (const one of odd) {
        const name = nameOf(one);
        if (isPurpose(one.quantity)) open.set(name, open.get(name) ?? one);
        else if (beside.has(name)) log.debug({ ...one }, 'not understood, beside what is');
        else if (clears) {
          if (beside.size < MOST) beside.add(name);
        } else if (open.size < MOST) open.set(name, open.get(name) ?? one);
      }
      const [first] = open.values();
      if (first) fault('device-not-understood', true, contextOf(first));
      else if (clears) fault('device-not-understood', false);
    },
  } satisfies Understanding;
}

/** Of an object its number alone: one that comes with another length each time is reported once. */
const nameOf = ({ reason, object, version, format }: Odd): string => object ?? `${reason} ${version ?? format ?? ''}`;

const contextOf = ({ quantity: _, ...seen }: Odd) => seen;

/** For people: `unknown-object 1899`. */
export const oddText = (context: Readonly<Record<string, unknown>>): string =>
  ['reason', 'object', 'code', 'length', 'version', 'format']
    .map((name) => context[name])
    .filter((part) => part !== undefined)
    .join(' ');
