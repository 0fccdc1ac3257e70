// Brokers of every kind, gateways and platforms for one test file; whatever a test set up is gone after it.

import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { afterEach, beforeEach } from 'vitest';
import { type Mosquitto, type MosquittoOptions, startMosquitto } from '#fakes/mosquitto.ts';
import { rawBroker } from './raw-broker.ts';
import { type GatewayOptions, gateway, type PlatformOptions, platform } from './rig.ts';

export function stage() {
  /** Gateways first, so that their brokers are still there to say goodbye to. */
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  return {
    ends,
    run(options: GatewayOptions) {
      const made = gateway(options);
      ends.unshift(made.stop);
      made.start();
      return made;
    },
    async listen(options: PlatformOptions) {
      const made = await platform(options);
      ends.unshift(made.end);
      return made;
    },
    async mosquitto(options: MosquittoOptions = {}) {
      const broker = await startMosquitto(options);
      ends.push(broker.stop);
      return broker;
    },
    async raw(behave?: Parameters<typeof rawBroker>[0]) {
      const broker = await rawBroker(behave);
      ends.push(broker.stop);
      return broker;
    },
    /** aedes, which speaks MQTT 3.1.1 only. */
    async aedes() {
      const broker = await Aedes.createBroker();
      const versions: number[] = [];
      broker.on('client', (client) => versions.push((client as unknown as { version: number }).version));
      const server = createServer(broker.handle);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      ends.push(async () => {
        server.close();
        await new Promise<void>((resolve) => broker.close(() => resolve()));
      });
      return { broker, versions, url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}` };
    },
  };
}

/** A stage with a Mosquitto of its own for each test; gateways and platforms connect to it. */
export function brokered() {
  const { mosquitto, ...on } = stage();
  let current: Mosquitto;
  beforeEach(async () => {
    current = await mosquitto();
  });
  return {
    broker: (): Mosquitto => current,
    run: (options: Partial<GatewayOptions> = {}) => on.run({ url: current.url, ...options }),
    listen: (options: Partial<PlatformOptions> = {}) => on.listen({ url: current.url, ...options }),
  };
}
