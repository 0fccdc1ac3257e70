// The port of every sensor that says all it knows in its adverts: a driver says what its bytes mean, and this opens them
// with the bind key, judges how far each is believed, and makes readings and faults of that.

import type { DriverIo, RunningDriver } from '#contract/driver.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';
import { HOUR, type Moment } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import { hexBytes } from '#wire/hex.ts';
import { advertTrust } from './advert-trust.ts';
import { eventFault } from './event-fault.ts';
import { type Odd, understanding } from './not-understood.ts';
import { refusals } from './refusals.ts';

type Io = DriverIo<'ble', { address: string }>;

/** What a packet of any of these formats has. */
interface Said {
  kind: 'packet';
  encrypted: boolean;
  /** The parts of it that mean nothing here. */
  odd?: readonly Odd[] | undefined;
}

/** `legacy`: encrypted in a way that is not read; `no-key`, `wrong-key`. Any other: it is no packet, see `oddFrame`. */
type Unreadable = { kind: 'unreadable'; why: string };

/**
 * Adverts that cannot be opened are a fault until one can be, or until this long after the last of them: then they came
 * from another device.
 */
const UNREADABLE_LASTS = 24 * HOUR;

export interface AdvertFormat<Packet extends Said> {
  /** Of the service data. */
  uuid: string;
  /** @param address six bytes, most significant first; `key` of 16 bytes, where there is one that can be used */
  decode(bytes: Uint8Array, address: Uint8Array, key: Uint8Array | undefined): Packet | Unreadable;
  /** An encrypted packet's counter, or a plain one's number, where it has one. */
  numberOf(packet: Packet): number | undefined;
  /** One above the largest counter of an encrypted packet. */
  counterSize: number;
  /** The quantities of its objects, by their numbers, even where an object says that it has no value. */
  understood(packet: Packet): readonly Quantity[];
  /** Why bytes are no packet. */
  oddFrame(bytes: Uint8Array): Odd;
  /** Service data of versions before this one. */
  older?: readonly { uuid: string; odd: Odd }[];
  /** Whether it must not pass for new after a power cut. */
  isAlarm(packet: Packet): boolean;
  /** Whether it only says that the device is there: that proves and forges nothing. */
  isIdle?(packet: Packet): boolean;
}

/** A packet, and how far it is believed. */
export interface Heard<Packet> {
  packet: Packet;
  at: Moment;
  /** The same was heard before: devices repeat each advert for seconds. */
  repeat: boolean;
  /** Forged, or recorded and sent again by somebody, perhaps. */
  doubted: boolean;
  /**
   * Emits a reading, if it is a possible one; it is uncertain where it is doubted, where it matters to safety and
   * anybody could have sent it, or with `unsure`.
   */
  emit(quantity: Quantity, value: Value, unsure?: boolean): void;
  /** A fault may begin in doubt as well, but nothing that is doubted ends one. */
  fault: Io['fault'];
}

export function runAdverts<Packet extends Said>(
  io: Io,
  format: AdvertFormat<Packet>,
  take: (heard: Heard<Packet>) => void,
): RunningDriver {
  const address = hexBytes(io.options.address, 6) ?? new Uint8Array(6);
  const written = io.radio?.bindkey();
  const key = written === undefined ? undefined : hexBytes(written, 16);
  const trust = advertTrust(format.counterSize, written !== undefined, io.radio?.counter);
  const odds = understanding(io);
  const refused = refusals(io);
  const malformed = written !== undefined && !key;
  if (malformed) io.fault('advert-unreadable', true, { reason: 'bind-key-malformed' });
  const unopened = malformed ? undefined : eventFault(io, 'advert-unreadable', UNREADABLE_LASTS);

  function unreadable(why: string, bytes: Uint8Array): void {
    if (why === 'legacy') unopened?.heard({ reason: 'old-encryption' });
    else if (why === 'no-key') {
      if (written === undefined) unopened?.heard({ reason: 'no-bind-key' });
    } else if (why === 'wrong-key') {
      if (trust.closed()) unopened?.heard({ reason: 'wrong-bind-key' });
    } else odds.heard([], [format.oddFrame(bytes)], true);
  }

  function hear(bytes: Uint8Array, at: Moment): void {
    const packet = format.decode(bytes, address, key);
    if (packet.kind === 'unreadable') return unreadable(packet.why, bytes);
    io.heard?.();
    if (format.isIdle?.(packet)) return;
    const { encrypted } = packet;
    const number = format.numberOf(packet);
    if (encrypted) unopened?.over();
    const verdict =
      encrypted && number !== undefined ? trust.opened(number, bytes, at.mono) : trust.plain(bytes, number, at.mono);
    const repeat = verdict.kind === 'repeat';
    const low = verdict.kind === 'believed' && verdict.trust === 'low';
    if (number !== undefined && verdict.kind === 'believed' && verdict.trust === 'full')
      io.radio?.counter.keep(number, verdict.anew || format.isAlarm(packet), verdict.old);
    if (low) io.fault('advert-untrusted', true, { reason: verdict.why });
    else if (encrypted && !repeat) io.fault('advert-untrusted', false);
    // Everybody knows that a device without a key can be imitated; what it says is doubted, which is no fault.
    const doubted = low || (repeat && written !== undefined);
    if (!repeat) odds.heard(format.understood(packet), packet.odd ?? [], low);
    take({
      packet,
      at,
      repeat,
      doubted,
      emit(quantity, value, unsure = false) {
        if (!refused.takes(quantity, value)) return;
        const safety = quantities[quantity].class === 'safety';
        const quality = unsure || doubted || (safety && !encrypted) ? 'uncertain' : 'good';
        io.emit({ quantity, value, quality }, at);
      },
      fault(code, active, context) {
        if (active || !doubted) io.fault(code, active, context);
      },
    });
  }

  const link = io.transport.listen(
    { address: io.options.address },
    {
      up() {},
      down() {},
      advert({ serviceData, at }) {
        for (const { uuid, bytes } of serviceData) {
          if (uuid === format.uuid) hear(bytes, at);
          const older = format.older?.find((one) => one.uuid === uuid);
          if (older) odds.heard([], [older.odd], true);
        }
      },
    },
  );
  return {
    stop() {
      unopened?.stop();
      return link.close();
    },
  };
}
