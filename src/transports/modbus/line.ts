// What is heard after a question, on a serial line and on TCP: whether it is the answer, and if not, what it is instead.

import {
  answerBytes,
  answerIn,
  fits,
  LONGEST_FRAME,
  type Question,
  REQUEST_BYTES,
  saidIn,
  speakers,
  splitTcp,
  toTcp,
  withoutEcho,
} from '#wire/modbus/frames.ts';

export interface Line {
  /** The bytes to write for `request`. What was heard before is forgotten: it can be no answer to this. */
  begin(question: Question, request: Uint8Array): Uint8Array;
  hear(chunk: Uint8Array): void;
  /** Nothing has come for long: what was begun before will not end, and must not swallow the next answer. */
  forget(): void;
  /** The answer as an RTU frame, when it was heard and nothing that speaks against it. */
  answer(): Uint8Array | undefined;
  /** What was heard instead: how many bytes, and which units spoke. */
  instead(): { bytes: number; speakers: number[] };
  /** The stream cannot be read any more: only a new connection helps. */
  lost(): boolean;
  /** A new connection begins. */
  reset(): void;
  /** Silence in ms that proves an answer whole and alone, and that stands before each question. */
  gapMs: number;
  /** Answers carry nothing that says which question they are for: after a failure the line must have been quiet. */
  anonymous: boolean;
  /** Time in ms that question and answer need on the wire. */
  travelMs(question: Question): number;
}

/** USB adapters hand bytes over every 16 ms (FTDI's latency timer): two parts of one frame may be so far apart. */
const ADAPTER_MS = 16;
const LEAST_GAP_MS = 30;
/** Start, eight data, parity, stop. */
const BITS_PER_BYTE = 11;

/** RTU: an answer is between two silences of 3.5 bytes (Modbus over Serial Line V1.02, 2.5.1.1), alone but for a few stray bytes. */
export function rtuLine(baudRate: number): Line {
  const byteMs = (BITS_PER_BYTE * 1_000) / baudRate;
  let asked: Question | undefined;
  let request: Uint8Array = new Uint8Array();
  let heard: Uint8Array = new Uint8Array();
  const rest = () => withoutEcho(request, heard);

  return {
    begin(question, frame) {
      asked = question;
      request = frame;
      heard = new Uint8Array();
      return frame;
    },
    hear(chunk) {
      // More than an answer and its echo can never become an answer again: only its length is of interest then.
      if (heard.length <= 2 * LONGEST_FRAME) heard = Uint8Array.of(...heard, ...chunk);
    },
    // Each question begins anew by itself.
    forget() {},
    answer: () => asked && answerIn(asked, rest()),
    instead: () => ({ bytes: saidIn(rest()), speakers: speakers(rest()) }),
    lost: () => false,
    reset() {
      asked = undefined;
      request = heard = new Uint8Array();
    },
    gapMs: Math.max(LEAST_GAP_MS, Math.ceil(3.5 * byteMs) + ADAPTER_MS),
    anonymous: true,
    travelMs: (question) => Math.ceil((REQUEST_BYTES + answerBytes(question)) * byteMs),
  };
}

/** Modbus TCP: each answer carries its question's number, so that a late one is known and dropped. */
export function tcpLine(): Line {
  let asked: Question | undefined;
  let transaction = 0;
  let rest: Uint8Array = new Uint8Array();
  let answer: Uint8Array | undefined;
  let others: number[] = [];
  let bytes = 0;
  let lost = false;

  return {
    begin(question, frame) {
      asked = question;
      transaction = (transaction + 1) & 0xffff;
      answer = undefined;
      others = [];
      bytes = rest.length;
      return toTcp(transaction, frame);
    },
    hear(chunk) {
      bytes += chunk.length;
      const cut = splitTcp(Uint8Array.of(...rest, ...chunk));
      rest = cut.rest;
      lost ||= cut.lost;
      for (const { transaction: number, frame } of cut.frames) {
        // What a late or doubled one held is of no use to anybody.
        if (number !== transaction) {
          bytes -= frame.length;
          continue;
        }
        if (asked && !answer && fits(asked, frame)) answer = frame;
        else others.push(frame[0] ?? 0);
      }
    },
    forget() {
      rest = new Uint8Array();
    },
    answer: () => (others.length === 0 && !lost ? answer : undefined),
    instead: () => ({ bytes: Math.max(0, bytes), speakers: others }),
    lost: () => lost,
    reset() {
      rest = new Uint8Array();
      answer = undefined;
      lost = false;
    },
    gapMs: 0,
    anonymous: false,
    travelMs: () => 0,
  };
}
