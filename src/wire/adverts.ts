// The port of every sensor that says all it knows in its adverts: a driver says what its bytes mean, and this opens them
// with the bind key, judges how far each is believed, and makes readings and faults of that.

import type { DriverIo, RunningDriver } from '#contract/driver.ts';
import { misfit, type Quantity, quantities } from '#contract/quantity.ts';
import type { Moment } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import { advertTrust } from './advert-trust.ts';
import { hexBytes } from './hex.ts';

type Io = DriverIo<'ble', { address: string }>;

/** What a packet of any of these formats is. */
interface Said {
  kind: 'packet';
  encrypted: boolean;
}

type Unreadable = { kind: 'unreadable'; why: string };

export interface AdvertFormat<Packet extends Said> {
  /** Of the service data. */
  uuid: string;
  /** @param address six bytes, most significant first; `key` of 16 bytes, where there is one that can be used */
  decode(bytes: Uint8Array, address: Uint8Array, key: Uint8Array | undefined): Packet | Unreadable;
  /** An encrypted packet's counter, or a plain one's number, where it has one. */
  numberOf(packet: Packet): number | undefined;
  /** One above the largest counter of an encrypted packet. */
  counterSize: number;
  /** It must not pass for new after a power cut. */
  isAlarm(packet: Packet): boolean;
  /** It says only that the device is there: that proves and forges nothing. */
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
  /** Gives a reading, if it can be; it is uncertain where it is doubted, or matters to safety and anybody could have sent it. */
  emit(quantity: Quantity, value: Value): void;
}

export function runAdverts<Packet extends Said>(
  io: Io,
  format: AdvertFormat<Packet>,
  take: (heard: Heard<Packet>) => void,
): RunningDriver {
  const address = hexBytes(io.options.address, 6) ?? new Uint8Array(6);
  const written = io.secret?.('bindkey');
  const key = written === undefined ? undefined : hexBytes(written, 16);
  const trust = advertTrust(format.counterSize, written !== undefined, io.counter);
  if (written !== undefined && !key) io.fault('advert-unreadable', true, { reason: 'bind-key-malformed' });

  function unreadable(why: string): void {
    const tell = (reason: string) => io.fault('advert-unreadable', true, { reason });
    if (why === 'legacy') tell('old-encryption');
    if (why === 'no-key' && written === undefined) tell('no-bind-key');
    if (why === 'wrong-key' && trust.closed()) tell('wrong-bind-key');
  }

  function hear(bytes: Uint8Array, at: Moment): void {
    const packet = format.decode(bytes, address, key);
    if (packet.kind === 'unreadable') return unreadable(packet.why);
    io.heard?.();
    if (format.isIdle?.(packet)) return;
    const { encrypted } = packet;
    const number = format.numberOf(packet);
    if (encrypted) io.fault('advert-unreadable', false);
    const verdict =
      encrypted && number !== undefined ? trust.opened(number, bytes, at.mono) : trust.plain(bytes, number, at.mono);
    const repeat = verdict.kind === 'repeat';
    const low = verdict.kind === 'believed' && verdict.trust === 'low';
    if (number !== undefined && verdict.kind === 'believed' && verdict.trust === 'full')
      io.counter?.keep(number, verdict.anew || format.isAlarm(packet), verdict.old);
    if (low) io.fault('advert-untrusted', true, { reason: verdict.why });
    else if (encrypted && !repeat) io.fault('advert-untrusted', false);
    // Of a device without a key everybody knows that it can be imitated; what it says is doubted, and no fault.
    const doubted = low || (repeat && written !== undefined);
    take({
      packet,
      at,
      repeat,
      doubted,
      emit(quantity, value) {
        const safety = quantities[quantity].class === 'safety';
        const quality = doubted || (safety && !encrypted) ? 'uncertain' : 'good';
        if (misfit(quantity, value) === undefined) io.emit({ quantity, value, quality }, at);
        else io.log.debug({ quantity, value }, 'advert holds an impossible value');
      },
    });
  }

  const link = io.transport.listen(
    { address: io.options.address },
    {
      up() {},
      down() {},
      advert({ serviceData, at }) {
        for (const { uuid, bytes } of serviceData) if (uuid === format.uuid) hear(bytes, at);
      },
    },
  );
  return { stop: () => link.close() };
}
