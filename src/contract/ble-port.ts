// The Bluetooth Low Energy port: adverts of a device, and a connection with one. The transport owns the radio: it scans
// all the time, connects one device after the other, and goes on trying for ever. A driver only says what it wants.

import { z } from 'zod';
import type { LinkEvents } from './link.ts';
import type { Moment } from './time.ts';

/** Six bytes, most significant first, in small letters: `a4:c1:38:00:11:22`. */
export type BleAddress = string;

/** The `address` option of every driver of a Bluetooth device. */
export const bleAddress = z
  .string()
  .regex(/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/, { error: 'expected a Bluetooth address such as a4:c1:38:00:11:22' })
  .toLowerCase()
  .describe('Bluetooth address of the device, six bytes in hexadecimal with colons.');

/** The `checkInMinutes` option of every sensor that speaks by its adverts alone. */
export const advertCheckInMinutes = z
  .number()
  .min(1)
  .max(10_080)
  .optional()
  .describe(
    'Longest healthy silence in minutes, as its manual says it; for a detector always to be set. By default none, for a button speaks only when it is pressed.',
  );

/**
 * `180d` for a number of the Bluetooth SIG; else 128 bits with hyphens, `6e400001-b5a3-f393-e0a9-e50e24dcca9e`. In
 * lower case, both in what is passed in and in what is reported.
 */
export type BleUuid = string;

export interface BleSpec {
  address: BleAddress;
}

/** One advert as it came over the air; a scan response is an advert of its own. Nothing is merged or left out. */
export interface Advert {
  address: BleAddress;
  addressType: 'public' | 'random';
  /** Received strength in dBm; undefined where the controller did not measure it. */
  rssi: number | undefined;
  connectable: boolean;
  name: string | undefined;
  /** Services that the device says it has. */
  services: readonly BleUuid[];
  serviceData: readonly { uuid: BleUuid; bytes: Uint8Array }[];
  /** `company` is the Bluetooth SIG's number of the maker; `bytes` come after it. */
  manufacturer: { company: number; bytes: Uint8Array } | undefined;
  /** When it was received. */
  at: Moment;
}

export interface GattSpec extends BleSpec {
  /** What is looked for at each connection; nothing else on the device is discovered. */
  services: readonly BleUuid[];
}

export interface GattPlace {
  service: BleUuid;
  characteristic: BleUuid;
}

export type GattProperty = 'read' | 'write' | 'write-without-response' | 'notify' | 'indicate';

/**
 * One connection, from its `connected` to its `disconnected`. Everything rejects with a TransportError whose `code` is a
 * GattFailure, at the latest 5 s after it was asked for; an answer that fails to come ends the connection.
 */
export interface Gatt {
  /** The characteristics that the device has of the requested services. */
  characteristics: readonly (GattPlace & { properties: readonly GattProperty[] })[];
  read(place: GattPlace): Promise<Uint8Array>;
  /** Resolves with the device's confirmation; for `without-response` when the bytes were sent. */
  write(place: GattPlace, bytes: Uint8Array, how?: 'with-response' | 'without-response'): Promise<void>;
  /** Notifications or indications, whichever it has, come as `value` from now on; ends with the connection. */
  subscribe(place: GattPlace): Promise<void>;
  /** Ends this connection. The next one is made at an advert that arrives at least `restMs` later, 1 s by default. */
  hangUp(restMs?: number): void;
}

export type GattFailure =
  /** Not connected, or not any more. */
  | 'gatt-disconnected'
  /** No answer within the deadline; the connection is given up. */
  | 'gatt-timeout'
  /** The device has no such characteristic, or it cannot do that. */
  | 'gatt-missing'
  /** The device refused; `context.reason` says how. */
  | 'gatt-refused';

export interface GattValue extends GattPlace {
  bytes: Uint8Array;
  /** When it was received. */
  at: Moment;
}

export interface GattDown {
  /** `rejected`: it could not be connected or discovered; `released`: by `hangUp`. */
  reason: 'lost' | 'timeout' | 'rejected' | 'released' | 'radio-down';
  detail: string;
}

export interface GattEvents extends LinkEvents {
  /** Connected, and its services discovered. `gatt` is good until the next `disconnected`. */
  connected(gatt: Gatt): void;
  /**
   * The connection ended, or an attempt to connect failed, so it may come without a `connected` before it. The
   * transport tries again at the device's next connectable advert, after a growing pause where connections fail at
   * once.
   */
  disconnected(why: GattDown): void;
  value(value: GattValue): void;
}

/**
 * `up` and `down` are the radio's: it is up while data shows that it works, whatever its return codes say. Whether a
 * device is there shows only in its adverts and connections.
 */
export interface BleTransport {
  listen(spec: BleSpec, events: LinkEvents & { advert(advert: Advert): void }): { close(): Promise<void> };
  /** Keeps a connection with the device whenever it offers one. One per address. */
  connect(spec: GattSpec, events: GattEvents): { close(): Promise<void> };
}

/** What the radio's process gives each Bluetooth driver in addition to the transport. */
export interface BleExtras {
  /** The bind key as it was entered, 16 bytes in hexadecimal; undefined where the device has none. Never logged. */
  bindkey(): string | undefined;
  /** The counter of this device's adverts, kept over restarts of driver, process and gateway. */
  counter: AdvertCounter;
}

export interface AdvertCounter {
  /** The highest counter that is believed. */
  last: number | undefined;
  /**
   * Set once the device began to count again from below: where its counter stood before. Adverts up to here may be
   * recordings.
   */
  old?: number | undefined;
  /**
   * `urgent` writes at once: an alarm must not pass for new after a power cut; the same goes for the first advert of a
   * device that counts again.
   */
  keep(count: number, urgent: boolean, old?: number): void;
}

/** What pairing needs in addition: every advert, those of strangers too. Drivers never see it. */
export interface BleScanner {
  nearby(hear: (advert: Advert) => void): { close(): Promise<void> };
}
