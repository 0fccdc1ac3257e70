// How far an advert is believed. Anybody near can send one in a device's name, or record one and send it again: only an
// encrypted one with a counter above all before it vouches for itself. A device repeats each advert for seconds: that is once.

import type { AdvertCounter } from '#contract/ble-port.ts';
import { type OpenedVerdict, openedAdverts } from './opened-adverts.ts';

/** Plain adverts that follow the same one within this time are its repetition, ms; counted from the one heard last. */
const REPEATED_MS = 5_000;
/** The same with a number in the advert, ms: 8-bit numbers come round. */
const NUMBERED_MS = 60_000;
/** After this many in a row that the key does not open, it is the wrong key, not a forged or damaged advert. */
const WRONG_IN_A_ROW = 3;

/** Devices that alternate between adverts repeat each of them. */
const KEPT = 4;

interface Plain {
  bytes: Uint8Array;
  number: number | undefined;
  mono: number;
}

export type Verdict =
  | OpenedVerdict
  /** `low`: perhaps forged, or sent again by somebody; `plain`: from a device that has no key at all. */
  | { kind: 'believed'; trust: 'plain' }
  | { kind: 'believed'; trust: 'low'; why: 'unencrypted' };

export interface AdvertTrust {
  /** An encrypted advert that the key has opened, judged by its counter and its bytes; `mono` when it was received, ms. */
  opened(counter: number, bytes: Uint8Array, mono: number): Verdict;
  /** @param number the advert's own, where it has one; `mono` when it was received, ms */
  plain(bytes: Uint8Array, number: number | undefined, mono: number): Verdict;
  /** An advert that the key does not open; true from the third in a row on. */
  closed(): boolean;
}

/** @param counterSize one above the counter's largest value; `keyed` whether the device has a key; `kept` what is known of its counter */
export function advertTrust(counterSize: number, keyed: boolean, kept?: AdvertCounter): AdvertTrust {
  const sealed = openedAdverts(counterSize, kept);
  /** The newest last. */
  let heard: Plain[] = [];
  let wrong = 0;

  return {
    opened(count, bytes, mono) {
      wrong = 0;
      return sealed.hear(count, bytes, mono);
    },
    plain(bytes, number, mono) {
      const isSame = (other: Plain) => other.number === number && sameBytes(other.bytes, bytes);
      // Without a number, press, pause, press are two presses: only the advert right before can be the same.
      const before = heard.findLast((other) =>
        number === undefined ? other === heard.at(-1) && isSame(other) : isSame(other),
      );
      heard = [...heard.filter((other) => other !== before), { bytes: Uint8Array.from(bytes), number, mono }].slice(
        -KEPT,
      );
      if (before && mono - before.mono < (number === undefined ? REPEATED_MS : NUMBERED_MS)) return { kind: 'repeat' };
      return keyed ? { kind: 'believed', trust: 'low', why: 'unencrypted' } : { kind: 'believed', trust: 'plain' };
    },
    closed() {
      wrong += 1;
      return wrong >= WRONG_IN_A_ROW;
    },
  };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
