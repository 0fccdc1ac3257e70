// The demo's MQTT broker: embedded, in memory, on this machine only. It can be killed and comes back empty, as a real one
// may that saved nothing.

import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';

export interface EmbeddedBroker {
  /** Where it listens; the same after each start. */
  url: string;
  /** All connections are cut, and what it held is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function embeddedBroker(): Promise<EmbeddedBroker> {
  let port = 0;
  let running: { broker: Aedes; server: Server; sockets: Set<Socket> } | undefined;

  async function start(): Promise<void> {
    if (running) return;
    const broker = await Aedes.createBroker();
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      broker.handle(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address();
    port = typeof address === 'object' && address ? address.port : port;
    running = { broker, server, sockets };
  }

  async function kill(): Promise<void> {
    const old = running;
    running = undefined;
    if (!old) return;
    for (const socket of old.sockets) socket.destroy();
    await new Promise((resolve) => old.server.close(resolve));
    await new Promise<void>((resolve) => old.broker.close(() => resolve()));
  }

  await start();
  return { url: `mqtt://127.0.0.1:${port}`, start, kill };
}
