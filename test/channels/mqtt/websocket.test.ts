// Over a WebSocket, as brokers behind a web proxy have it.

import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { until } from '#fakes/wait.ts';
import { alert } from './entries.ts';
import { stage } from './stage.ts';

const { run, listen, aedes, ends } = stage();

it('delivers over a WebSocket, by the path of its address', async () => {
  const { broker, url } = await aedes();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'mqtt' });
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  const asked: (string | undefined)[] = [];
  server.on('connection', (socket, request) => {
    asked.push(request.url);
    broker.handle(createWebSocketStream(socket));
  });
  await listen({ url, receipts: true });
  const { port } = server.address() as AddressInfo;
  const home = run({ url: `ws://127.0.0.1:${port}/mqtt?home=1`, outbox: [alert('a', 1)] });
  await until(() => expect(home.received).toEqual(['a.1']));
  expect(asked.at(-1)).toBe('/mqtt?home=1');
  expect(home.session).toEqual(['well']);
});
