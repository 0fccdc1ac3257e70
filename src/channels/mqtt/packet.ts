// How large a message is on the wire: brokers count whole packets (MQTT 5.0 sections 2.1.4 and 3.2.2.3.6).

/** CloudEvents 1.0 MQTT binding, structured mode. */
export const CONTENT_TYPE = 'application/cloudevents+json';

/** What a PUBLISH consists of beside topic and body. */
export interface PacketForm {
  version: 5 | 4;
  qos: 0 | 1;
  /** Without the properties of MQTT 5, which a reader can do without. */
  bare?: boolean;
}

/** In MQTT 5: the length of the properties, the payload format indicator, and the content type with its length. */
const PROPERTIES = 1 + 2 + 3 + CONTENT_TYPE.length;

const besideBody = (topic: string, { version, qos, bare }: PacketForm): number =>
  2 + Buffer.byteLength(topic) + (qos === 0 ? 0 : 2) + (version === 4 ? 0 : bare ? 1 : PROPERTIES);

/** Bytes of a PUBLISH as it leaves (section 3.3). */
export function publishBytes(topic: string, bodyBytes: number, form: PacketForm): number {
  const remaining = besideBody(topic, form) + bodyBytes;
  return 1 + lengthBytes(remaining) + remaining;
}

/** Bytes of the largest body that a packet of `limit` bytes has room for; negative where there is none. */
export function bodyRoom(limit: number, topic: string, form: PacketForm): number {
  if (!Number.isFinite(limit)) return Number.POSITIVE_INFINITY;
  for (const length of [1, 2, 3, 4]) {
    const remaining = limit - 1 - length;
    if (lengthBytes(remaining) <= length) return remaining - besideBody(topic, form);
  }
  return limit - 5 - besideBody(topic, form);
}

/** Bytes of a SUBSCRIBE without options beside the QoS (section 3.8). */
export function subscribeBytes(topics: readonly string[], version: 5 | 4): number {
  const filters = topics.reduce((sum, topic) => sum + 2 + Buffer.byteLength(topic) + 1, 0);
  const remaining = 2 + (version === 5 ? 1 : 0) + filters;
  return 1 + lengthBytes(remaining) + remaining;
}

/** Of the remaining length (section 2.1.4). */
const lengthBytes = (length: number): number => (length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4);
