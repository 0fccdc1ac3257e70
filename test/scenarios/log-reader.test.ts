// Whoever reads the gateway's standard output stops reading, or goes away: a pipe, and a socket as systemd gives one.

import { execFileSync } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cloudEvent } from '#contract/uplink/envelope.ts';
import { topics } from '#contract/uplink/topics.ts';
import { GATEWAY, TENANT } from '#fakes/gateway.ts';
import type { VerbOptions } from '#fakes/verb.ts';
import { type House, house } from './house.ts';

let home: House;
beforeEach(async () => {
  home = await house();
});
afterEach(() => home.close());

const ends: Record<string, () => VerbOptions['stdout']> = {
  pipe() {
    const fifo = join(home.dir, 'stdout');
    execFileSync('mkfifo', [fifo]);
    const read = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    return { write: openSync(fifo, constants.O_WRONLY), read: new Socket({ fd: read, writable: false }) };
  },
  socket: () => undefined,
};

it.each(Object.keys(ends))('a %s that nobody reads, that is read again, and that loses its reader', async (kind) => {
  const { platform } = home;
  const gateway = await home.start({ stdout: ends[kind]?.() });
  const pressed = async () => {
    const known = platform.events.length;
    const pressedAt = home.press();
    const alert = await platform.waitFor({ kind: 'alert', hazard: 'help' }, { after: known });
    await platform.waitFor({ kind: 'receipt', eventId: `${alert.alertId}.${alert.rev}` });
    expect((await platform.stored()).map(({ eventId }) => eventId)).toContain(`${alert.alertId}.${alert.rev}`);
    await home.release();
    return { alertId: alert.alertId, rev: alert.rev, pressedAt };
  };

  gateway.output.pause();
  await makeItTalk(home.broker.url);
  await platform.waitFor({ kind: 'fault', code: 'log-unread', active: true });
  const unread = await pressed();
  await home.switches('LIGHT', true, unread.pressedAt);

  gateway.output.resume();
  await platform.waitFor({ kind: 'fault', code: 'log-unread', active: false });
  await gateway.waitFor({ event: 'fault', code: 'log-unread', active: false });
  const read = await pressed();
  expect(read.alertId).toBe(unread.alertId);
  await gateway.waitFor({ event: 'alert', alertId: read.alertId, rev: read.rev });
  // Lines were dropped whole: what came is all JSON.
  expect(gateway.count((event) => 'notJson' in event)).toBe(0);

  gateway.output.destroy();
  await makeItTalk(home.broker.url);
  await pressed();
  expect(gateway.child.exitCode).toBeNull();
  expect(gateway.child.signalCode).toBeNull();
  expect((await gateway.stop()).code).toBe(0);
});

/** Commands about an alert that nobody knows, its name as long as a novel: more log than all buffers hold. */
async function makeItTalk(url: string): Promise<void> {
  const address = { tenant: TENANT, gateway: GATEWAY };
  const client = await connectAsync(url);
  const alertId = 'x'.repeat(16_000);
  const by = { name: 'Li Wei', role: 'operator' } as const;
  const said = Array.from({ length: 200 }, (_, n) => {
    const id = `${process.pid}-${n}-${Date.now()}`;
    const message = cloudEvent('hearthward.command', `/${TENANT}/platform`, id, Date.now(), {
      act: 'hush',
      by,
      alertId,
    });
    return client.publishAsync(topics.down(address, 'command'), JSON.stringify(message), { qos: 1 });
  });
  await Promise.all(said);
  await client.endAsync();
}
