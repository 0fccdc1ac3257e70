// One gateway per home, and an orderly end whatever the world does meanwhile.

import { createServer, type Socket } from 'node:net';
import { expect } from 'vitest';
import { startGateway } from '#fakes/gateway.ts';
import { inHouse } from './house.ts';

inHouse.concurrent(
  'refuses a second gateway on the same data in plain words, and the first goes on',
  async ({ home }) => {
    const gateway = await home.start();
    const second = startGateway({ dir: home.dir });
    const { code, stderr } = await second.ended;
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^hearthward run: another Hearthward gateway is running on /);
    expect(stderr).toContain(gateway.dataDir);
    expect(second.events).toEqual([]);
    await home.called();
    // The first one's end frees the data, also when it had no time to say so.
    await gateway.kill();
    await home.start();
  },
);

inHouse.concurrent('ends on SIGTERM with what it knows stored', async ({ home }) => {
  const gateway = await home.start();
  const alertId = await home.called();
  const { code, stderr } = await gateway.stop();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(gateway.events.at(-1)).toMatchObject({ event: 'stopped' });
  expect(home.chip.consumer('HELP')).toBeNull();
  const restarted = await home.start();
  home.press();
  expect(await restarted.waitFor({ event: 'alert', alertId, count: 2 })).toMatchObject({ state: 'raised' });
});

inHouse.concurrent('ends within seconds while the broker is a black hole and a call waits for it', async ({ home }) => {
  const sockets = new Set<Socket>();
  const hole = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  const { port } = hole.address() as { port: number };
  try {
    const gateway = await home.start({ uplinks: [{ channel: 'district', url: `mqtt://127.0.0.1:${port}` }] });
    home.press();
    const { alertId } = await gateway.waitFor({ event: 'registered' });
    await gateway.waitFor({ event: 'cue', stage: 'registered', alertId });
    const stopping = gateway.stop();
    await gateway.waitFor({ event: 'stopped' });
    expect((await stopping).code).toBe(0);
  } finally {
    for (const socket of sockets) socket.destroy();
    hole.close();
  }
});
