// The uplink to a platform over MQTT: carries alerts, faults, answers, measurements and history there, and brings its receipts
// and commands in. docs/uplink says how.

import { defineChannel } from '#contract/channel.ts';
import type { UplinkConfig } from '#contract/config.ts';
import { SECOND } from '#contract/time.ts';
import { createMqttChannel } from './channel.ts';
import { isFor, render } from './render.ts';

export const mqtt = defineChannel<UplinkConfig>({
  kind: 'mqtt',
  configured: ({ uplinks }) => uplinks,
  terms: ({ evidence }) => ({ confirms: 'receipt', confirmWithinMs: 10 * SECOND, evidence }),
  render,
  isFor,
  open: createMqttChannel,
});
