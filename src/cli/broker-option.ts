// The `--broker` option, where a verb speaks to a broker by itself.

import { UsageError } from './verb.ts';

/** @throws UsageError for what is not an MQTT address. */
export function checkBroker(broker: string | undefined): asserts broker is string {
  if (!broker || !URL.canParse(broker) || !/^(mqtts?|wss?):$/.test(new URL(broker).protocol))
    throw new UsageError(`--broker: "${broker}" is not an MQTT address; expected mqtt://, mqtts://, ws:// or wss://`);
}
