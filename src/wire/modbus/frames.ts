// Modbus frames as they lie on the wire, and whether bytes are the one answer to the one question that is out.
// Sources: Modbus over Serial Line V1.02 (RTU, CRC), Modbus Messaging on TCP/IP V1.0b (MBAP), Application Protocol V1.1b3.

import { crcModels, crcOf } from '../crc.ts';

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

const crc16 = crcOf(crcModels['CRC-16/MODBUS']);

/** An RTU frame: `body` (unit, function, data) and its CRC, low byte first. */
export function withCrc(body: Uint8Array): Uint8Array {
  const crc = crc16(body);
  return Uint8Array.of(...body, crc & 0xff, crc >> 8);
}

export const crcHolds = (frame: Uint8Array): boolean =>
  frame.length > 2 &&
  crc16(frame.subarray(0, -2)) === (((frame[frame.length - 1] ?? 0) << 8) | (frame[frame.length - 2] ?? 0));

/** Whether `frame`, an RTU frame, answers exactly this question, or is the slave's refusal of its function. */
export function fits(question: Question, frame: Uint8Array): boolean {
  const [unit, code, third] = frame;
  const asked = functionCode[question.table];
  if (unit !== question.unit || !crcHolds(frame)) return false;
  if (code === (asked | EXCEPTION)) return frame.length === EXCEPTION_BYTES;
  return code === asked && third === dataBytes(question) && frame.length === answerBytes(question);
}

/** The same registers, read so that the answer has a length that is not in `taken`; undefined where there is no such read. */
export function unlike(question: Question, taken: ReadonlySet<number>): Question | undefined {
  return [-1, -2, -3, 1, 2, 3, 4]
    .map((more) => ({ ...question, count: question.count + more }))
    .find((other) => other.count >= 1 && !taken.has(answerBytes(other)));
}

/**
 * Bytes that nobody sent: glitches on a line with a weak bias, at the turn from question to answer and back, while
 * nobody drives it. A long glitch is read as 00, a short one as FF.
 */
const isStray = (byte: number | undefined): boolean => byte === 0x00 || byte === 0xff;
/** An answer with more such bytes around it is not accepted. */
export const MOST_STRAY = 8;

/**
 * What came since `request` was written, without the request itself: some RS-485 adapters receive what they send. An
 * answer to a read of registers has an odd number of bytes, so that it never begins with an echo.
 */
export function withoutEcho(request: Uint8Array, heard: Uint8Array): Uint8Array {
  for (let from = 0; from <= MOST_STRAY && heard.length >= from + request.length; from += 1) {
    if (request.every((byte, at) => heard[from + at] === byte)) return heard.subarray(from + request.length);
    if (!isStray(heard[from])) break;
  }
  return heard;
}

/** Units of the whole answers found anywhere in `bytes`, in order: to say who spoke, never to take a value from. */
export const speakers = (bytes: Uint8Array): number[] => answersIn(bytes).frames.map(([unit = 0]) => unit);

/** How many of `bytes` somebody sent: none where all of them can be glitches. */
export const saidIn = (bytes: Uint8Array): number =>
  bytes.length <= MOST_STRAY && bytes.every(isStray) ? 0 : bytes.length;

/**
 * The answer to `question` in what was heard. It must be the only answer of its slave, and only whole answers of other
 * slaves, which were late and say whose they are, and a few glitches may be beside it. Half a frame, a doubled one or
 * any other byte make it doubtful, and then there is no answer.
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

/** An RTU frame as Modbus TCP carries it: without CRC, behind a header with the number of the transaction. */
export function toTcp(transaction: number, frame: Uint8Array): Uint8Array {
  const body = frame.subarray(0, -2);
  return Uint8Array.of(transaction >> 8, transaction & 0xff, 0, 0, body.length >> 8, body.length & 0xff, ...body);
}

export interface TcpFrames {
  frames: { transaction: number /** As an RTU frame, with its CRC. */; frame: Uint8Array }[];
  rest: Uint8Array;
  /** `rest` does not begin with a Modbus TCP header. A TCP stream loses no bytes, so that there is no next frame to look for. */
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
