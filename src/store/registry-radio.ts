// What each radio knows its devices by: a union by transport. A radio is added by an entry here; whoever pairs, lists
// and runs devices asks these functions, and knows no address.

import { z } from 'zod';
import { bleAddress } from '#contract/ble-port.ts';

const ble = z.object({
  transport: z.literal('ble'),
  address: bleAddress,
  addressType: z.enum(['public', 'random']),
  /** 16 bytes in hexadecimal. A secret: it leaves the registry for the driver alone. */
  bindkey: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
});

export const radioSchema = z.discriminatedUnion('transport', [ble]);
export type PairedRadio = z.output<typeof radioSchema>;

interface RadioRow<Radio> {
  /** What identifies the device among the options of its driver. No two devices of a home have the same. */
  options(radio: Radio): Record<string, string>;
  /** As people read it on the device, or in a list. */
  name(radio: Radio): string;
  secret(radio: Radio): string | undefined;
  /** Without secrets, but saying whether there are any. */
  shown(radio: Radio): Record<string, string | boolean>;
}

const rows: { [T in PairedRadio['transport']]: RadioRow<Extract<PairedRadio, { transport: T }>> } = {
  ble: {
    options: ({ address }) => ({ address }),
    name: ({ address }) => address,
    secret: ({ bindkey }) => bindkey,
    shown: ({ address, addressType, bindkey }) => ({ address, addressType, bindkey: bindkey !== undefined }),
  },
};

const rowOf = (radio: PairedRadio): RadioRow<PairedRadio> => rows[radio.transport];

export const radioOptions = (radio: PairedRadio): Record<string, string> => rowOf(radio).options(radio);
export const radioName = (radio: PairedRadio): string => rowOf(radio).name(radio);
export const radioSecret = (radio: PairedRadio): string | undefined => rowOf(radio).secret(radio);
export const shownRadio = (radio: PairedRadio): Record<string, string | boolean> => rowOf(radio).shown(radio);

/** Whether two paired devices are the same one. */
export const isSameRadio = (one: PairedRadio, other: PairedRadio): boolean =>
  one.transport === other.transport && isSame(radioOptions(one), radioOptions(other));

/** Whether a driver's options name this device. */
export const isNamedBy = (radio: PairedRadio, options: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(radioOptions(radio)).every(([key, value]) => options[key] === value);

const isSame = (one: Record<string, string>, other: Record<string, string>): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
