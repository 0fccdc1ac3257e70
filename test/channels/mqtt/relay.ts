// Stands before a broker and lets in MQTT 3.1.1 only, as an old broker does; all else is the broker's own.

import { createServer, connect as dial, type Socket } from 'node:net';

export async function onlyOldVersion(brokerPort: number) {
  const sockets = new Set<Socket>();
  let sessions = 0;
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    client.once('data', (first) => {
      // After the fixed header (of at most 5 bytes): the protocol's name, then its level (MQTT 3.1.1 section 3.1.2.2).
      if (first[first.indexOf('MQTT') + 4] !== 4) {
        // CONNACK 0x01: unacceptable protocol version.
        client.end(Uint8Array.from([0x20, 2, 0, 1]));
        return;
      }
      sessions += 1;
      const broker = dial(brokerPort, '127.0.0.1');
      sockets.add(broker);
      broker.write(first);
      client.pipe(broker);
      broker.pipe(client);
      broker.on('error', () => client.destroy());
      broker.on('close', () => client.destroy());
      client.on('close', () => broker.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`,
    sessions: () => sessions,
    stop: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
