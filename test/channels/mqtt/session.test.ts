// What still comes out of a session that was cut.

import { setImmediate as loopRound } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { until } from '#fakes/wait.ts';
import { openSession } from '#src/channels/mqtt/session.ts';
import { defaultTimes } from '#src/channels/mqtt/times.ts';
import { TURN_MS } from '#src/channels/mqtt/turns.ts';
import { systemClock } from '#src/clock/system.ts';
import { address } from './entries.ts';
import { CONNECT, connack, PUBLISH, puback } from './raw-broker.ts';
import { stage } from './stage.ts';

const { raw } = stage();

/** PUBLISH of MQTT 5 at QoS 1, on topic "t", without properties or payload. */
const message = (id: number) => [0x32, 6, 0, 1, 0x74, 0, id, 0];

it('an acknowledgement that waits behind a message when the session is cut is ignored', async () => {
  let acknowledge = (): void => undefined;
  const broker = await raw((packet) => {
    if (packet.type === CONNECT) packet.send(...connack());
    if (packet.type !== PUBLISH) return;
    acknowledge = () => packet.send(...puback(packet));
    packet.send(...message(1), ...message(2), ...message(3));
  });
  const heard: string[] = [];
  const session = openSession(
    {
      config: { channel: 'centre', url: broker.url, ...address, keepaliveSeconds: 60 },
      ...{ secrets: {}, version: 5, will: { topic: 'w', body: '{}' }, clock: systemClock(), times: defaultTimes },
    },
    {
      connected: () => session.publish('t', '{}', false, () => heard.push('acknowledged')),
      message() {
        heard.push('message');
        // Each has a turn of the loop to itself. Before the third has its own, an acknowledgement came and the session is cut.
        const from = performance.now();
        while (performance.now() - from < 2 * TURN_MS);
        if (heard.length !== 2) return;
        acknowledge();
        setImmediate(() => session.abort());
      },
      ended: () => undefined,
    },
  );
  await until(() => heard.length === 3);
  // Were it not ignored, it would be thrown where nobody catches it.
  for (let round = 0; round < 20; round += 1) await loopRound();
  expect(heard).toEqual(['message', 'message', 'message']);
});
