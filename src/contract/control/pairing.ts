// Pairing: the devices nearby that could be paired, and what came of listening to one of them.

import { z } from 'zod';
import { bleAddress } from '../ble-port.ts';
import { deviceKinds } from '../device.ts';
import { deviceFields } from '../device-fields.ts';
import { faultCodeNames } from '../fault.ts';
import { defineRoute } from './route.ts';

/** The most devices that are listed. Those that no driver understands are left out. */
export const MOST_NEARBY = 100;

export const nearbyDevice = z.strictObject({
  address: bleAddress,
  addressType: z.enum(['public', 'random']),
  driver: z.string().max(60).describe('The driver that understands it.'),
  kind: z.enum(deviceKinds).describe('What it probably is; a person may know better.'),
  encrypted: z.boolean().describe('What it says can be read with its bind key alone.'),
  name: z.string().max(100).optional().describe('As it calls itself.'),
  rssi: z.number().optional().describe('Strength of its signal, dBm.'),
  says: z.string().max(200).optional().describe('What it says, in short, where that is in plain.'),
  odd: z.string().max(100).optional().describe('What it says that is not understood, where nothing of it is.'),
});
export type NearbyDevice = z.output<typeof nearbyDevice>;

export const near = z.strictObject({
  devices: z.array(nearbyDevice).max(MOST_NEARBY),
  trouble: z.array(z.enum(faultCodeNames)).describe('Faults that keep the radio from hearing.'),
});
export type Near = z.output<typeof near>;

/** Why a device cannot be paired as described. */
export const pairingRefusals = [
  'wrong-key',
  'no-key',
  'bad-key',
  'not-encrypted',
  'old-encryption',
  'service-missing',
  'driver-failed',
] as const;

export const trialReport = z.union([
  z
    .strictObject({ heard: z.string().max(200) })
    .describe('The end: this was heard, and the device alone can have said it.'),
  z
    .strictObject({ odd: z.string().max(100) })
    .describe('It said something that is not understood, and may say something else yet; once for each such thing.'),
  z
    .strictObject({ refused: z.enum(pairingRefusals) })
    .describe('The end: nothing that it alone can say will be heard.'),
]);
export type TrialReport = z.output<typeof trialReport>;

export const nearbyRoute = defineRoute({
  method: 'GET',
  path: '/pairing/nearby',
  permit: 'write',
  about:
    'Each second the devices that are near and could be paired. It takes the radio: a later caller takes the place of an earlier one.',
  form: 'stream',
  answer: near,
});

export const trialRoute = defineRoute({
  method: 'POST',
  path: '/pairing/trial',
  permit: 'write',
  about: 'Listens to one device by its driver, until something was heard that it alone can say, or never will be.',
  body: z.strictObject({
    device: z.strictObject({
      ...deviceFields,
      driver: z.string().max(60),
      options: z.record(z.string(), z.unknown()).describe('By its driver, with the address.'),
    }),
    key: z.string().max(64).optional().describe('Its bind key. It is used for this trial, and never stored or shown.'),
  }),
  form: 'stream',
  answer: trialReport,
});
