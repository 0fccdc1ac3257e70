// Why there is no session any more, or none came up, and which fault that is.

import { hex, reasonFor, SESSION_TAKEN_OVER, type UplinkFault } from '#contract/uplink/reasons.ts';

/** Why there is no session, or why something does not leave, as the fault that people are shown. */
export interface Trouble {
  code: UplinkFault;
  detail: string;
  /** The broker's own reason code, where it gave one. */
  mqtt?: number | undefined;
}

export type DisconnectReason =
  /** The options cannot be used at all: a broken certificate, an address that is none. */
  | { cause: 'unusable'; detail: string }
  /** No TCP connection, or it broke before the broker said anything. */
  | { cause: 'unreachable'; detail: string }
  | { cause: 'tls'; detail: string }
  /** The broker took the connection and closed it without a CONNACK: some refuse MQTT 5 in this way. */
  | { cause: 'closed-early'; detail: string }
  /** No CONNACK in time. */
  | { cause: 'no-answer' }
  /** A CONNACK that says no; `server`: where to go instead. */
  | { cause: 'refused'; reason: number; server?: string | undefined }
  /** A DISCONNECT from the broker (MQTT 5). */
  | { cause: 'dismissed'; reason: number; server?: string | undefined }
  /** The connection of a session broke, with no word why. */
  | { cause: 'lost'; detail: string }
  /** PUBACK, SUBACK or PINGRESP did not come: the line is dead or the broker stuck. */
  | { cause: 'silent'; detail: string };

/** MQTT 3.1.1 section 3.2.2.3, MQTT 5.0 section 3.2.2.2. */
const VERSION_UNKNOWN = [1, 0x84];
/** A broker's word that becomes part of a fault. */
const LONGEST_SERVER = 200;

export const speaksOtherVersion = (why: DisconnectReason) =>
  why.cause === 'refused' && VERSION_UNKNOWN.includes(why.reason);
export const isTakenOver = (why: DisconnectReason) => why.cause === 'dismissed' && why.reason === SESSION_TAKEN_OVER;

/** The fault that people are shown. */
export function troubleOf(why: DisconnectReason): Trouble {
  switch (why.cause) {
    case 'unusable':
      return { code: 'uplink-refused', detail: `cannot be used: ${why.detail}` };
    case 'tls':
      return { code: 'uplink-refused', detail: `TLS: ${why.detail}` };
    case 'refused':
    case 'dismissed': {
      const { fault, text } = reasonFor(why.reason);
      const where = why.server === undefined ? '' : `; other server: ${why.server.slice(0, LONGEST_SERVER)}`;
      const detail = `${why.cause} by the broker with reason ${why.reason} (${hex(why.reason)}): ${text.en}${where}`;
      return { code: fault, detail, mqtt: why.reason };
    }
    case 'no-answer':
      return { code: 'uplink-down', detail: 'the broker took the connection but did not answer' };
    case 'unreachable':
    case 'closed-early':
    case 'lost':
    case 'silent':
      return { code: 'uplink-down', detail: `${why.cause}: ${why.detail}` };
  }
}

const TLS_CODE = /^ERR_(SSL|TLS)|^EPROTO$|CERT|SELF_SIGNED|^UNABLE_TO_|CRL|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)/;

/** For an error before CONNACK, by Node's code of it. */
export const reasonOfError = (code: string | undefined, detail: string): DisconnectReason =>
  code !== undefined && TLS_CODE.test(code)
    ? { cause: 'tls', detail: `${code}: ${detail}` }
    : { cause: 'unreachable', detail: code ?? detail };

/** Of an error before CONNACK. @param server where the broker says that we should go */
export function reasonBeforeConnack(error: Error, server?: string): DisconnectReason {
  const { code } = error as { code?: unknown };
  if (typeof code === 'number') return { cause: 'refused', reason: code, server };
  if (code === 'ECONNRESET' || code === 'EPIPE') return { cause: 'closed-early', detail: code };
  if (typeof code === 'string') return reasonOfError(code, error.message);
  return { cause: 'closed-early', detail: error.message };
}
