// Record Access Control Point, 2A52 (GLS 1.0.1, 3.4): a meter sends stored records only when it is asked for them.

const REPORT_STORED_RECORDS = 0x01;
const RESPONSE_CODE = 0x06;
const OPERATOR = { atMost: 0x02, atLeast: 0x03, last: 0x06 };
const BY_SEQUENCE_NUMBER = 0x01;

export const lastRecord: Uint8Array = Uint8Array.of(REPORT_STORED_RECORDS, OPERATOR.last);
export const recordsFrom = (sequence: number): Uint8Array => bySequence(OPERATOR.atLeast, sequence);
export const recordsUpTo = (sequence: number): Uint8Array => bySequence(OPERATOR.atMost, sequence);

const bySequence = (operator: number, sequence: number) =>
  Uint8Array.of(REPORT_STORED_RECORDS, operator, BY_SEQUENCE_NUMBER, sequence & 0xff, (sequence >> 8) & 0xff);

/** How a request for records ended. `none`: no record matches. `refused`: the meter does not support it, or did not carry it out. */
export type RecordsAnswer = 'done' | 'none' | 'refused';

/** Undefined for an indication that answers something else. */
export function recordsAnswer(bytes: Uint8Array): RecordsAnswer | undefined {
  const [op, , request, code] = bytes;
  if (op !== RESPONSE_CODE || request !== REPORT_STORED_RECORDS || code === undefined) return undefined;
  return code === 0x01 ? 'done' : code === 0x06 ? 'none' : 'refused';
}
