// What a broker grants of what the uplink would like: retained messages, QoS 1, packets of any size, a will. It says so in
// CONNACK (MQTT 5.0 section 3.2.2.3), or by refusing a CONNECT that asks for more; MQTT 3.1.1 only closes.

import { PACKET_TOO_LARGE, QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED } from '#contract/uplink/reasons.ts';
import type { DisconnectReason } from './disconnect.ts';

export interface Granted {
  retain: boolean;
  qos: 0 | 1;
  /** Bytes of the largest packet. */
  packet: number;
  will: boolean;
}

export const allGranted: Granted = { retain: true, qos: 1, packet: Number.POSITIVE_INFINITY, will: true };

/** By a CONNACK's properties; what they do not mention is granted. */
export const grantedBy = (said: {
  retainAvailable?: boolean | undefined;
  maximumQoS?: number | undefined;
  maximumPacketSize?: number | undefined;
}): Omit<Granted, 'will'> => ({
  retain: said.retainAvailable !== false,
  qos: said.maximumQoS === 0 ? 0 : 1,
  packet: said.maximumPacketSize ?? allGranted.packet,
});

/** What to ask for after an attempt that was refused for asking too much; undefined: that was not the reason. */
export function lessAfter(granted: Granted, why: DisconnectReason): Granted | undefined {
  if (why.cause !== 'refused') return undefined;
  if (why.reason === RETAIN_NOT_SUPPORTED && granted.retain) return { ...granted, retain: false };
  if (why.reason === QOS_NOT_SUPPORTED && granted.qos > 0) return { ...granted, qos: 0 };
  // Nothing in a CONNECT can be as large as the will.
  if (why.reason === PACKET_TOO_LARGE && granted.will) return { ...granted, will: false };
  return undefined;
}

/**
 * What is asked for in MQTT 3.1.1, where the broker closes without a word, attempt by attempt: one of them may be let in.
 * Twice in full, for a broker that is being started closes too.
 */
const modest: readonly Granted[] = [
  allGranted,
  allGranted,
  { ...allGranted, retain: false },
  { ...allGranted, retain: false, qos: 0 },
];
export const modestAfter = (closes: number): Granted => modest[closes % modest.length] ?? allGranted;
