// RuuviTag data format 5 (RAWv2), in the manufacturer data of company 0499, big-endian.
// docs.ruuvi.com/communication/bluetooth-advertisements/data-format-5-rawv2

import type { Odd } from '#driver-kit/not-understood.ts';

export const RUUVI_COMPANY = 0x0499;

/** What the tag does not measure is undefined. */
export interface RuuviData {
  /** °C */
  temperature: number | undefined;
  /** %RH, above 100 as the format allows */
  humidity: number | undefined;
  /** Pa */
  pressure: number | undefined;
  /** g */
  acceleration: [number, number, number] | undefined;
  /** mV */
  battery: number | undefined;
  /** dBm */
  txPower: number | undefined;
  /** Counts movements, wraps at 255. */
  movement: number | undefined;
  /** Counts measurements, wraps at 65,535. */
  sequence: number | undefined;
  /** Six bytes, most significant first. */
  address: Uint8Array | undefined;
}

const FORMAT = 5;
const BYTES = 24;

/** Undefined for another format or length. */
export function decodeRuuvi(bytes: Uint8Array): RuuviData | undefined {
  if (bytes[0] !== FORMAT || bytes.length < BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, BYTES);
  const signed = (at: number, unit: number) => known(view.getInt16(at), -0x8000, (raw) => raw / unit);
  const unsigned = (at: number, value: (raw: number) => number) => known(view.getUint16(at), 0xffff, value);
  const axes = [signed(7, 1_000), signed(9, 1_000), signed(11, 1_000)];
  const power = view.getUint16(13);
  const address = bytes.slice(18, 24);
  return {
    temperature: signed(1, 200),
    humidity: unsigned(3, (raw) => raw / 400),
    pressure: unsigned(5, (raw) => raw + 50_000),
    acceleration: axes.every((g) => g !== undefined) ? (axes as [number, number, number]) : undefined,
    battery: known(power >> 5, 0x7ff, (raw) => raw + 1_600),
    txPower: known(power & 0x1f, 0x1f, (raw) => raw * 2 - 40),
    movement: known(view.getUint8(15), 0xff, (raw) => raw),
    sequence: unsigned(16, (raw) => raw),
    address: address.every((byte) => byte === 0xff) ? undefined : address,
  };
}

/** Why an advert of this company is not data format 5. */
export function oddFrame(bytes: Uint8Array): Odd {
  const [format] = bytes;
  if (format === undefined) return { reason: 'cut-short', length: 0 };
  return format === FORMAT
    ? { reason: 'unknown-length', length: bytes.length }
    : { reason: 'unknown-format', format: format.toString(16).padStart(2, '0') };
}

const known = (raw: number, none: number, value: (raw: number) => number): number | undefined =>
  raw === none ? undefined : value(raw);
