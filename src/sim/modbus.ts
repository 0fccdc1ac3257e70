// A simulated Modbus slave: register maps of gas detectors, read by FC03 and FC04, in RTU frames or Modbus TCP's.

import { crcModels, crcOf } from '#wire/crc.ts';
import { nothing, splitFixed, splitLengthPrefixed } from '#wire/frames.ts';

/** What there is to say, apart from where each map puts it. */
export interface SlaveState {
  /** %LEL or ppm. */
  level: number;
  /** The detector's own decision. */
  alarm: boolean;
  /** It says that it is broken, or that its life is over. */
  fault: boolean;
  worn: boolean;
  /** Milliseconds, for what beats. */
  now: number;
}

export type SlaveMap = (state: SlaveState, kind: 'gas' | 'co') => Record<number, number>;

/** Registers by address, as the rows of the same name in the driver `modbus-gas` read them; all others are 0. */
export const slaveMaps = {
  'two-register': ({ level }) => ({ 0: Math.round(level) }),
  'two-register-status': ({ level, alarm, fault }) => ({ 0: Math.round(level * 10), 1: fault ? 3 : alarm ? 1 : 0 }),
  'greystone-cmd5b4': ({ level }) => ({ 1: Math.round(level) }),
  'honeywell-midas': ({ level, alarm, fault, worn, now }, kind) => {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, level);
    const beat = Math.floor(now / MIDAS_BEAT_MS) % 2;
    return {
      0: MIDAS_MONITORING | (fault ? 0x20 : 0) | (alarm ? 0x40 : 0) | (beat << 11),
      2: view.getUint16(0),
      3: view.getUint16(2),
      6: (kind === 'gas' ? 8 : 1) << 8,
      8: worn ? 0 : 9_000,
    };
  },
} as const satisfies Record<string, SlaveMap>;

const MIDAS_MONITORING = 1;
const MIDAS_BEAT_MS = 2_000;
/** Registers that a detector has; beyond them it refuses. */
const REGISTERS = 64;
const MOST_READ = 125;
const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;

/**
 * The answer to a request without its frame (unit and PDU); undefined for one that is not for `unit`.
 * @param size registers that the slave has
 */
export function slaveAnswer(
  request: Uint8Array,
  unit: number,
  registers: () => Record<number, number>,
  size = REGISTERS,
): number[] | undefined {
  const [asked = 0, code = 0, a = 0, b = 0, c = 0, d = 0] = request;
  if (asked !== unit || request.length < 2) return undefined;
  if (code !== 3 && code !== 4) return [unit, code | 0x80, ILLEGAL_FUNCTION];
  const [address, count] = [(a << 8) | b, (c << 8) | d];
  if (count < 1 || count > MOST_READ || address + count > size) return [unit, code | 0x80, ILLEGAL_ADDRESS];
  const held = registers();
  const words = Array.from({ length: count }, (_, at) => held[address + at] ?? 0);
  return [unit, code, 2 * count, ...words.flatMap((word) => [(word >> 8) & 0xff, word & 0xff])];
}

/** Reads of FC01 to FC04 are eight bytes on a serial line. */
const RTU_READ = 8;

/** Cuts reads out of what an RTU line carries; `take` is given each, without its CRC. */
export function rtuRequests(take: (request: Uint8Array) => void): (bytes: Uint8Array) => void {
  let rest: Uint8Array = nothing;
  return (bytes) => {
    const cut = splitFixed(rest, bytes, { length: RTU_READ, valid: crcHolds });
    rest = cut.rest;
    for (const frame of cut.frames) take(frame.slice(0, -2));
  };
}

/** CRC-16/MODBUS, low byte first (Modbus over Serial Line V1.02, 6.2.2). */
const crc16 = crcOf(crcModels['CRC-16/MODBUS']);
const crcHolds = (frame: Uint8Array): boolean =>
  crc16(frame.subarray(0, -2)) === ((frame.at(-2) ?? 0) | ((frame.at(-1) ?? 0) << 8));

export function rtuFrame(body: readonly number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(body));
  return Uint8Array.of(...body, crc & 0xff, crc >> 8);
}

/** Modbus TCP's header: number of the transaction, protocol 0, length of what follows. */
const MBAP = 6;
const TCP_REQUEST = {
  length: { at: 4, width: 2, endian: 'big', offset: MBAP },
  maximum: 260,
  valid: (frame: Uint8Array) => frame[2] === 0 && frame[3] === 0,
} as const;

/** The same of a Modbus TCP connection; `take` is given the header's first two bytes too. */
export function tcpRequests(
  take: (request: Uint8Array, transaction: [number, number]) => void,
): (bytes: Uint8Array) => void {
  let rest: Uint8Array = nothing;
  return (bytes) => {
    const cut = splitLengthPrefixed(rest, bytes, TCP_REQUEST);
    rest = cut.rest;
    for (const frame of cut.frames) take(frame.slice(MBAP), [frame[0] ?? 0, frame[1] ?? 0]);
  };
}

export const tcpFrame = (body: readonly number[], [high, low]: [number, number]): Uint8Array =>
  Uint8Array.of(high, low, 0, 0, body.length >> 8, body.length & 0xff, ...body);
