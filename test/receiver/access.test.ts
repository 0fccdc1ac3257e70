// Who may come in: a right token always, wrong ones never, and no client's guesses shut out another.
// Authority: the promise of docs/receiver.md, "The page". For the hash: NIST SP 800-63B, 5.1.2.2: a secret of at least 112 random
// bits needs an approved one-way hash and no stretching; the token has 144.

import { randomBytes, scryptSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { clientOf } from '#src/receiver/clients.ts';
import { cleanups, receiver, WALL } from './rig.ts';

const cleanup = cleanups();
let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker.stop());
afterEach(cleanup.run);

async function scene(http: object = {}) {
  const dir = cleanup.dir();
  const clock = virtualClock({ mono: 1_000_000, wall: WALL });
  const options = { clock, http: { host: '127.0.0.1', port: 0, ...http } };
  const platform = cleanup.add(await receiver(broker.url, dir, options), (it) => it.stop());
  /** The status that a login from behind the proxy at 127.0.0.1 gets. */
  const login = async (token: string, from?: string) => {
    const headers = { 'content-type': 'application/json', ...(from !== undefined && { 'x-forwarded-for': from }) };
    const body = JSON.stringify({ token, name: 'Li Wei' });
    const answer = await fetch(`${platform.page}api/login`, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status;
  };
  const look = async (token: string, from?: string) => {
    const headers = { authorization: `Bearer ${token}`, ...(from !== undefined && { 'x-forwarded-for': from }) };
    const answer = await fetch(`${platform.page}api/alerts`, { headers });
    await answer.arrayBuffer();
    return answer.status;
  };
  return { dir, clock, platform, login, look, token: platform.newToken ?? '' };
}

const count = (statuses: number[], status: number) => statuses.filter((one) => one === status).length;

describe('a right token', () => {
  it('is let in after any number of wrong ones from the same address, for a login and for a script', async () => {
    const { login, look, token } = await scene();
    for (let n = 0; n < 12; n += 1) await login(`wrong-${n}`);
    expect(await login('wrong again')).toBe(429);
    expect(await look('wrong-again')).toBe(429);
    expect(await login(token)).toBe(200);
    expect(await look(token)).toBe(200);
  });

  it('is let in after wrong ones from more addresses than are remembered', async () => {
    const { login, token } = await scene({ trustProxy: ['127.0.0.1'] });
    const statuses: number[] = [];
    // All at once, some would wait longer for their connection than the client does.
    for (let from = 0; from < 1_300; from += 50) {
      const guess = (n: number) => login('wrong', `10.0.${n >> 8}.${n & 255}`);
      statuses.push(...(await Promise.all(Array.from({ length: 50 }, (_, n) => guess(from + n)))));
    }
    // Beyond a thousand in a minute, from wherever, the word is to wait.
    expect(count(statuses, 429)).toBe(300);
    expect(await login(token, '10.0.0.1')).toBe(200);
    expect(await login(token, '192.0.2.9')).toBe(200);
  });

  it('of a file that an earlier version wrote is known, and the file is written anew', async () => {
    const { dir, platform } = await scene();
    await platform.stop();
    const file = join(dir, 'operator-token.json');
    const [token, salt] = [randomBytes(18).toString('base64url'), randomBytes(16)];
    const hash = scryptSync(token, salt, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 });
    writeFileSync(file, JSON.stringify({ salt: salt.toString('base64'), hash: hash.toString('base64') }));
    const again = cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
    expect(again.newToken).toBeUndefined();
    await expect(again.operator('Guess', 'wrong')).rejects.toThrow('401');
    const guesses = Array.from({ length: 40 }, () => again.operator('Guess', 'wrong').catch((error) => String(error)));
    expect(await (await again.operator('Li Wei', token)).get('api/session')).toEqual({ name: 'Li Wei' });
    await Promise.all(guesses);
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8'))).sort()).toEqual(['salt', 'sha256']);
    await again.stop();
    const third = cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
    expect(await (await third.operator('Li Wei', token)).get('api/session')).toEqual({ name: 'Li Wei' });
  });
});

describe('wrong tokens', () => {
  it('given side by side are counted before they are judged: ten of two hundred', async () => {
    const { login } = await scene();
    const statuses = await Promise.all(Array.from({ length: 200 }, (_, n) => login(`wrong-${n}`)));
    expect([count(statuses, 401), count(statuses, 429)]).toEqual([10, 190]);
  });

  it('are counted anew after a minute', async () => {
    const { clock, login } = await scene();
    for (let n = 0; n < 11; n += 1) await login('wrong');
    expect(await login('wrong')).toBe(429);
    clock.advance(60_000);
    expect(await login('wrong')).toBe(401);
  });

  it('of one client behind a proxy that is trusted are that client’s', async () => {
    const { login } = await scene({ trustProxy: ['127.0.0.1'] });
    for (let n = 0; n < 10; n += 1) await login('wrong', '198.51.100.7');
    expect(await login('wrong', '198.51.100.7')).toBe(429);
    expect(await login('wrong', '198.51.100.8')).toBe(401);
    // What a client wrote before the proxy's own word, at the right, is not believed.
    expect(await login('wrong', '192.0.2.1, 198.51.100.7')).toBe(429);
  });

  it('are the connection’s own where no proxy is trusted, whatever a header says', async () => {
    const { login } = await scene();
    for (let n = 0; n < 10; n += 1) await login('wrong', `198.51.100.${n}`);
    expect(await login('wrong', '198.51.100.200')).toBe(429);
  });
});

describe('a client', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    // RFC 6177: a site has a /64 at the least, and takes any address in it.
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', 'unknown'],
    ['a'.repeat(10_000), 'unknown'],
  ])('is what is the same for all its addresses', (address, client) => expect(clientOf(address)).toBe(client));
});

describe('a slow client', () => {
  it.each([
    ['so much as a word', ''],
    ['a head', 'POST /api/login HTTP/1.1\r\nHost: x\r\n'],
    ['a body', 'POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{'],
  ])('that never finishes %s is let go', async (_what, words) => {
    const { platform } = await scene({ requestMs: 300 });
    const socket = cleanup.add(connect(Number(new URL(platform.page).port), '127.0.0.1'), (it) => it.destroy());
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    socket.write(words);
    socket.resume();
    await closed;
  });

  it('is not one that reads the live picture', async () => {
    const { platform } = await scene({ requestMs: 300 });
    const desk = await platform.operator();
    const stream = await fetch(`${platform.page}api/stream`, { headers: { cookie: desk.cookie } });
    const reader = stream.body?.getReader();
    await reader?.read();
    const slow = cleanup.add(connect(Number(new URL(platform.page).port), '127.0.0.1'), (it) => it.destroy());
    slow.on('error', () => undefined);
    slow.write('POST');
    slow.resume();
    // Begun later, and let go: the stream's time would have been over before.
    await once(slow, 'close');
    await platform.stop();
    await until(async () => expect((await reader?.read())?.done).toBe(true));
  });
});

describe('a logout', () => {
  it('of nobody ends nobody’s live picture', async () => {
    const { platform, clock, token } = await scene();
    const stream = await fetch(`${platform.page}api/stream`, { headers: { authorization: `Bearer ${token}` } });
    const events = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = (await events?.read())?.value ?? '';
    await (await fetch(`${platform.page}api/logout`, { method: 'POST' })).arrayBuffer();
    clock.advance(10_000);
    for (let more = await events?.read(); more?.value; more = await events?.read()) {
      heard += more.value;
      if (heard.includes('event: now')) break;
    }
    expect(heard).toContain('event: now');
    await events?.cancel();
  });
});
