// Sizes and counts that the uplink keeps to.

import { LARGEST_MESSAGE } from '#contract/uplink/envelope.ts';

/** QoS 1 messages that may wait for their PUBACK at once, where the broker does not ask for fewer. */
export const IN_FLIGHT_LIMIT = 16;
export const DAY_SECONDS = 86_400;
/** A packet with the largest message that is read, its topic and properties. An MQTT 5 broker keeps larger ones away. */
export const LARGEST_INBOUND = LARGEST_MESSAGE + 4_096;
