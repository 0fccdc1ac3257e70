// Modbus frames as they lie on the wire, and whether bytes are the one answer to the one question that is out.
// Sources: Modbus over Serial Line V1.02 (RTU, CRC), Modbus Messaging on TCP/IP V1.0b (MBAP), Application Protocol V1.1b3.

export type Table = 'holding' | 'input';

export interface Question {
  unit: number;
  table: Table;
  /** On the wire, from 0. */
  address: number;
  /** Registers, 1 to 125. */
  count: number;
}

export const functionCode = { holding: 0x03, input: 0x04 } as const satisfies Record<Table, number>;

const EXCEPTION = 0x80;
const EXCEPTION_BYTES = 5;
/** Unit, function and byte count before the data, CRC after it. */
const AROUND_BYTES = 5;
export const REQUEST_BYTES = 8;
export const LONGEST_FRAME = 256;

const dataBytes = ({ count }: Question): number => 2 * count;

/** Bytes of the whole RTU answer. */
export const answerBytes = (question: Question): number => AROUND_BYTES + dataBytes(question);

/** CRC-16 of RTU frames, polynomial A001, low byte first on the wire. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

export function withCrc(body: Uint8Array): Uint8Array {
  const crc = crc16(body);
  return Uint8Array.of(...body, crc & 0xff, crc >> 8);
}

const crcHolds = (frame: Uint8Array): boolean =>
  frame.length > 2 &&
  crc16(frame.subarray(0, -2)) === (((frame[frame.length - 1] ?? 0) << 8) | (frame[frame.length - 2] ?? 0));

/** True when `frame`, an RTU frame, is an answer to exactly this question, or the slave's refusal of its function. */
export function fits(question: Question, frame: Uint8Array): boolean {
  const [unit, code, third] = frame;
  const asked = functionCode[question.table];
  if (unit !== question.unit || !crcHolds(frame)) return false;
  if (code === (asked | EXCEPTION)) return frame.length === EXCEPTION_BYTES;
  return code === asked && third === dataBytes(question) && frame.length === answerBytes(question);
}

/** The same place, read so that the answer has a length that none of `taken` has; undefined where there is no such read. */
export function unlike(question: Question, taken: ReadonlySet<number>): Question | undefined {
  return [-1, -2, -3, 1, 2, 3, 4]
    .map((more) => ({ ...question, count: question.count + more }))
    .find((other) => other.count >= 1 && !taken.has(answerBytes(other)));
}

/**
 * Bytes that a line makes by itself while nobody drives it, where its bias is weak: glitches at the turn from question to answer
 * and back. A long one reads as 00, a short one as FF.
 */
const isStray = (byte: number | undefined): boolean => byte === 0x00 || byte === 0xff;
/** More of them around an answer are no glitches. */
export const MOST_STRAY = 8;

/**
 * What came since `request` was written, less the request itself: some RS-485 adapters hear themselves. An answer to a
 * read of registers has an odd number of bytes, so that an echo is never part of one.
 */
export function withoutEcho(request: Uint8Array, heard: Uint8Array): Uint8Array {
  for (let from = 0; from <= MOST_STRAY && heard.length >= from + request.length; from += 1) {
    if (request.every((byte, at) => heard[from + at] === byte)) return heard.subarray(from + request.length);
    if (!isStray(heard[from])) break;
  }
  return heard;
}

/** Units of the whole answers that lie somewhere in `bytes`, in order: for saying who spoke, never for a value. */
export const speakers = (bytes: Uint8Array): number[] => answersIn(bytes).frames.map(([unit = 0]) => unit);

/** How many bytes stand in `bytes` that somebody said, and no glitch did. */
export const saidIn = (bytes: Uint8Array): number =>
  bytes.length <= MOST_STRAY && bytes.every(isStray) ? 0 : bytes.length;

/**
 * The answer to `question` in what was heard: the only one of its slave, among nothing but whole answers and a few stray bytes,
 * out of which its CRC picks it. Another slave's that was late may stand beside it, for it says whose it is. Half a frame, a
 * doubled one or any other byte spoil it.
 */
export function answerIn(question: Question, heard: Uint8Array): Uint8Array | undefined {
  const { frames, strays, skipped } = answersIn(heard);
  const own = frames.filter(([unit]) => unit === question.unit);
  const [answer] = own;
  return skipped === 0 && strays <= MOST_STRAY && own.length === 1 && answer && fits(question, answer)
    ? answer
    : undefined;
}

function answersIn(bytes: Uint8Array): { frames: Uint8Array[]; strays: number; skipped: number } {
  const frames: Uint8Array[] = [];
  let strays = 0;
  let skipped = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = lengthAt(bytes, at);
    const frame = bytes.subarray(at, at + length);
    if (length > 0 && frame.length === length && crcHolds(frame)) {
      frames.push(frame);
      at += length;
      continue;
    }
    if (isStray(bytes[at])) strays += 1;
    else skipped += 1;
    at += 1;
  }
  return { frames, strays, skipped };
}

function lengthAt(bytes: Uint8Array, at: number): number {
  const code = bytes[at + 1] ?? 0;
  if (code & EXCEPTION) return EXCEPTION_BYTES;
  return Object.values<number>(functionCode).includes(code) ? AROUND_BYTES + (bytes[at + 2] ?? 0) : 0;
}

const MBAP_BYTES = 6;

/** An RTU frame as Modbus TCP carries it: no CRC, a header with the number of the transaction. */
export function toTcp(transaction: number, frame: Uint8Array): Uint8Array {
  const body = frame.subarray(0, -2);
  return Uint8Array.of(transaction >> 8, transaction & 0xff, 0, 0, body.length >> 8, body.length & 0xff, ...body);
}

export interface TcpFrames {
  frames: { transaction: number /** With a CRC, as on a serial line. */; frame: Uint8Array }[];
  rest: Uint8Array;
  /** What lies there is no Modbus TCP, and nobody can say where the next frame would begin. */
  lost: boolean;
}

export function splitTcp(bytes: Uint8Array): TcpFrames {
  const frames: TcpFrames['frames'] = [];
  let at = 0;
  while (bytes.length - at >= MBAP_BYTES) {
    const word = (offset: number) => ((bytes[at + offset] ?? 0) << 8) | (bytes[at + offset + 1] ?? 0);
    const length = word(4);
    if (word(2) !== 0 || length < 3 || length > LONGEST_FRAME - 2) return { frames, rest: bytes.slice(at), lost: true };
    if (bytes.length - at < MBAP_BYTES + length) break;
    const body = bytes.subarray(at + MBAP_BYTES, at + MBAP_BYTES + length);
    frames.push({ transaction: word(0), frame: withCrc(body) });
    at += MBAP_BYTES + length;
  }
  return { frames, rest: bytes.slice(at), lost: false };
}
