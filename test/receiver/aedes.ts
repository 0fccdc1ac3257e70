// The broker of the demo, on a free port.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

/** An aedes broker: it knows MQTT 3.1.1 only. */
export async function startAedes(port = 0): Promise<{ url: string; stop(): Promise<void> }> {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        broker.close(() => server.close(() => resolve()));
      }),
  };
}
