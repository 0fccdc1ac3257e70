// Polar Measurement Data: its control point and its frames of acceleration. "Polar Measurement Data Specification for 3rd
// Party" (polarofficial/polar-ble-sdk, technical documentation).

import type { GattPlace } from '#contract/ble-port.ts';
import type { MotionFrame } from '#driver-kit/motion/stream.ts';
import { cursor } from '#wire/cursor.ts';

const SERVICE = 'fb005c80-02e7-f387-1cad-8acd2d8df0c8';
export const CONTROL: GattPlace = { service: SERVICE, characteristic: 'fb005c81-02e7-f387-1cad-8acd2d8df0c8' };
export const DATA: GattPlace = { service: SERVICE, characteristic: 'fb005c82-02e7-f387-1cad-8acd2d8df0c8' };

const ACCELERATION = 0x02;
const OP = { settings: 0x01, start: 0x02, stop: 0x03 } as const;
const RESPONSE = 0xf0;
const SETTING = { rate: 0, resolution: 1, range: 2, channels: 4, factor: 5 } as const;

export const settingsRequest = Uint8Array.of(OP.settings, ACCELERATION);
export const stopRequest = Uint8Array.of(OP.stop, ACCELERATION);

/** What a stream can be, or is to be: samples a second, bits, g, axes. */
export interface Settings {
  rate: number[];
  resolution: number[];
  range: number[];
  channels: number[];
}

export interface Choice {
  rate: number;
  resolution: number;
  range: number;
  channels: number | undefined;
}

/** The rate nearest to the wanted one, and the widest range: hard impacts are what matters. */
export function choose({ rate, resolution, range, channels }: Settings, wantedHz: number): Choice | undefined {
  const nearest = rate.toSorted((a, b) => Math.abs(a - wantedHz) - Math.abs(b - wantedHz))[0];
  if (nearest === undefined || resolution.length === 0 || range.length === 0) return undefined;
  return { rate: nearest, resolution: Math.max(...resolution), range: Math.max(...range), channels: channels[0] };
}

export function startRequest({ rate, resolution, range, channels }: Choice): Uint8Array {
  const setting = (id: number, value: number) => [id, 1, value & 0xff, value >> 8];
  return Uint8Array.of(
    OP.start,
    ACCELERATION,
    ...setting(SETTING.rate, rate),
    ...setting(SETTING.resolution, resolution),
    ...setting(SETTING.range, range),
    // The only setting that is one byte wide.
    ...(channels === undefined ? [] : [SETTING.channels, 1, channels]),
  );
}

export type ControlAnswer =
  | { kind: 'settings'; settings: Settings }
  /** `factor` turns what compressed frames hold into g; undefined where they hold mg. */
  | { kind: 'started'; factor: number | undefined }
  | { kind: 'refused'; status: number };

const SUCCESS = 0;
const ALREADY_IN_STATE = 6;

/** An indication of the control point; undefined for one that answers something else. */
export function controlAnswer(bytes: Uint8Array): ControlAnswer | undefined {
  const [lead, op, type, status] = bytes;
  if (lead !== RESPONSE || type !== ACCELERATION || status === undefined) return undefined;
  if (op === OP.start && status === ALREADY_IN_STATE) return { kind: 'started', factor: undefined };
  if (status !== SUCCESS) return op === OP.stop ? undefined : { kind: 'refused', status };
  const read = cursor(bytes.subarray(5));
  const settings: Settings = { rate: [], resolution: [], range: [], channels: [] };
  let factor: number | undefined;
  while (read.left > 2 && !read.short) {
    const id = read.u8();
    const count = read.u8();
    for (let index = 0; index < count && !read.short; index += 1) {
      if (id === SETTING.rate) settings.rate.push(read.u16());
      else if (id === SETTING.resolution) settings.resolution.push(read.u16());
      else if (id === SETTING.range) settings.range.push(read.u16());
      else if (id === SETTING.channels) settings.channels.push(read.u8());
      else if (id === SETTING.factor) factor = float32(read.bytes(4));
      // Nothing after a setting that the document does not list can be read.
      else return undefined;
    }
  }
  if (read.short) return undefined;
  if (op === OP.settings) return { kind: 'settings', settings };
  return op === OP.start ? { kind: 'started', factor } : undefined;
}

const HEADER_BYTES = 10;
const MG = 0.001;
/** Frame types: the highest bit means compressed. */
const RAW = [1, 2, 3] as const;

/**
 * Acceleration of a data frame: `02 time(8, ns, of its last sample) type samples…`. Undefined for another measurement, a
 * type that is not listed, and bytes that break the layout.
 */
export function decodeFrame(bytes: Uint8Array, factor: number | undefined): MotionFrame | undefined {
  const read = cursor(bytes);
  if (read.u8() !== ACCELERATION) return undefined;
  const low = read.u32();
  const clockMs = (read.u32() * 2 ** 32 + low) / 1e6;
  const type = read.u8();
  if (read.short) return undefined;
  const body = bytes.subarray(HEADER_BYTES);
  const counts = (type & 0x80) === 0 ? rawSamples(body, RAW[type]) : type <= 0x81 ? deltaSamples(body) : undefined;
  if (!counts || counts.length === 0) return undefined;
  // Compressed type 0 holds g times a factor; everything else mg.
  const unit = type === 0x80 ? factor : type === 0x81 ? (factor ?? 1) * MG : MG;
  if (unit === undefined || !Number.isFinite(unit)) return undefined;
  return { xyz: counts.map(([x, y, z]) => [x * unit, y * unit, z * unit]), clockMs };
}

type Counts = [number, number, number];

function rawSamples(body: Uint8Array, size: number | undefined): Counts[] | undefined {
  if (size === undefined || body.length % (3 * size) !== 0) return undefined;
  const read = cursor(body);
  const samples: Counts[] = [];
  while (read.left > 0) samples.push([read.int(size, true), read.int(size, true), read.int(size, true)]);
  return samples;
}

/** A reference sample of 3 × 16 bits, then blocks: bits of a delta, how many samples, and the deltas, lowest bit first. */
function deltaSamples(body: Uint8Array): Counts[] | undefined {
  const read = cursor(body);
  let last: Counts = [read.i16(), read.i16(), read.i16()];
  const samples = [last];
  while (read.left >= 2 && !read.short) {
    const size = read.u8();
    const count = read.u8();
    if (size > 32) return undefined;
    const bits = bitReader(read.bytes(Math.ceil((size * count * 3) / 8)));
    if (read.short) return undefined;
    for (let index = 0; index < count; index += 1) {
      last = [last[0] + bits(size), last[1] + bits(size), last[2] + bits(size)];
      samples.push(last);
    }
  }
  return read.short ? undefined : samples;
}

function bitReader(bytes: Uint8Array): (size: number) => number {
  let at = 0;
  return (size) => {
    let value = 0;
    for (let bit = 0; bit < size; bit += 1, at += 1) {
      if (((bytes[at >> 3] as number) >> (at & 7)) & 1) value += 2 ** bit;
    }
    return size > 0 && value >= 2 ** (size - 1) ? value - 2 ** size : value;
  };
}

const float32 = (bytes: Uint8Array): number =>
  bytes.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true) : Number.NaN;
