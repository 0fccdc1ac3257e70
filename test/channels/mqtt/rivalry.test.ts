// Two clients with one identity throw each other out: that is named, and got over.

import { connect } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { until } from '#fakes/wait.ts';
import { CONNECT, connack, PUBLISH, puback, SUBSCRIBE, suback } from './raw-broker.ts';
import { stage } from './stage.ts';

const { ends, run, mosquitto, raw, aedes } = stage();

describe('a second client with the same identity', () => {
  const rival = (url: string, protocolVersion: 4 | 5) => {
    const client = connect(url, { clientId: 'hearthward-district-home-1', protocolVersion, reconnectPeriod: 30 });
    ends.unshift(() => client.endAsync(true));
    return client;
  };

  it('is named at once by a broker that says "session taken over", and the fault stays until a session is stable', async () => {
    const broker = await raw((packet) => {
      if (packet.type === CONNECT) packet.send(...connack());
      if (packet.type === PUBLISH) packet.send(...puback(packet));
      if (packet.type !== SUBSCRIBE) return;
      packet.send(...suback(packet));
      if (broker.connections() < 3) packet.send(0xe0, 2, 0x8e, 0);
    });
    const home = run({ url: broker.url, times: { stableMs: 300 } });
    await until(() => expect(home.logged('uplink connected')).toHaveLength(3));
    expect(home.session).toEqual(['well', 'uplink-taken-over']);
    await until(() => expect(home.session).toEqual(['well', 'uplink-taken-over', 'well']));
  });

  it('is named by three sessions lost within seconds when the broker, as Mosquitto 2.0.11, says nothing', async () => {
    const broker = await mosquitto();
    const home = run({ url: broker.url });
    await until(() => expect(home.logged('uplink connected')).toHaveLength(1));
    rival(broker.url, 5);
    await until(() => expect(home.session.at(-1)).toBe('uplink-taken-over'));
    const connected = home.logged('uplink connected').length;
    await until(() => expect(home.logged('uplink connected').length).toBeGreaterThan(connected + 2));
    expect(home.session.at(-1)).toBe('uplink-taken-over');
  });

  it('is named in MQTT 3.1.1 after three sessions lost within seconds, and all is well once it is gone', async () => {
    const { url } = await aedes();
    const home = run({ url, times: { stableMs: 300 } });
    await until(() => expect(home.logged('uplink connected')).toHaveLength(1));
    const other = rival(url, 4);
    await until(() => expect(home.session).toContain('uplink-taken-over'));
    other.end(true);
    await until(() => expect(home.session.at(-1)).toBe('well'));
  });
});
