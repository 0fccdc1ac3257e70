// The way to a broker as doctor walks it: a real Mosquitto with TLS, and everything that can be wrong on the way.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import type { Finding } from '#contract/diagnosis.ts';
import { type Certificates, freePort, type Mosquitto, makeCertificates, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { ownCertificates } from '#src/channels/mqtt/diagnosis/certificates.ts';
import { brokerChecks } from '#src/channels/mqtt/diagnosis/index.ts';
import { connack, rawBroker } from '../channels/mqtt/raw-broker.ts';
import { gateway, quietly } from '../channels/mqtt/rig.ts';
import { box, config, find, findings, hurried, verdicts } from './doctor.ts';

const PASSWORD = 'correct-horse-battery';
let certificates: Certificates;
let guarded: Mosquitto;
let plain: Mosquitto;
let folder: string;
let webUrl = '';
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  certificates = makeCertificates('home-1');
  folder = mkdtempSync(join(tmpdir(), 'doctor-broker-'));
  const web = await freePort();
  [guarded, plain] = await Promise.all([
    startMosquitto({ users: { 'home-1': PASSWORD }, tls: { certificates } }),
    startMosquitto({ users: { 'home-1': PASSWORD }, extra: [`listener ${web} 127.0.0.1`, 'protocol websockets'] }),
  ]);
  webUrl = `ws://127.0.0.1:${web}/mqtt`;
});
afterAll(async () => {
  await Promise.all([guarded.stop(), plain.stop()]);
  certificates.remove();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => quietly(ends));

const good = (): UplinkSecrets => ({ password: PASSWORD, ca: certificates.ca, ...certificates.client });

/** Secrets as an installer puts them: files of one channel. */
function secretsDir({ password, ca, cert, key }: UplinkSecrets): string {
  const dir = mkdtempSync(join(folder, 'secrets-'));
  for (const [name, text] of Object.entries({ password, 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key }))
    if (text !== undefined) writeFileSync(join(dir, `main.${name}`), text, { mode: 0o600 });
  return dir;
}

const uplink = (url: string, parts: Partial<UplinkConfig> = {}): UplinkConfig => ({
  channel: 'main',
  tenant: 'district',
  gateway: 'home-1',
  url,
  username: 'home-1',
  keepaliveSeconds: 20,
  ...parts,
});

async function visit(url: string, secrets: UplinkSecrets, parts: { noLogin?: boolean; clock?: typeof hurried } = {}) {
  const on = box({ config: config({ uplinks: [uplink(url)] }), secretsDir: secretsDir(secrets), ...parts });
  const all = await findings(brokerChecks(on.config), on);
  // Whatever it says, it is for everybody's eyes.
  for (const secret of [PASSWORD, 'PRIVATE KEY']) expect(JSON.stringify(all)).not.toContain(secret);
  return all;
}

const notGood = (all: Finding[]) => verdicts(all.filter(({ ok }) => ok !== 'good'));

describe('a broker over TLS', () => {
  it('is all good, step by step, with the days of each certificate', async () => {
    const all = await visit(guarded.url, good());
    expect(notGood(all)).toEqual({ 'broker:main:ca': 'warn' });
    expect(find(all, 'broker:main:ca').what.en).toMatch(/good until \d{4}-\d\d-\d\d, 29 days/);
    expect(find(all, 'broker:main:server').facts).toMatchObject({ validTo: '2099-12-31' });
    expect(find(all, 'broker:main:cert').facts).toMatchObject({ validTo: '2099-12-31' });
    expect(find(all, 'broker:main:tls').what.en).toContain('TLSv1.3');
    expect(find(all, 'broker:main:login').what.en).toBe('The broker lets us in (MQTT 5)');
  });

  it.each<[string, () => UplinkSecrets, Record<string, string>, RegExp]>([
    [
      'a wrong password',
      () => ({ ...good(), password: 'guess' }),
      { 'broker:main:login': 'bad' },
      /wrong user name or password/,
    ],
    [
      'an expired certificate of ours',
      () => ({ ...good(), ...certificates.expired }),
      { 'broker:main:cert': 'bad', 'broker:main:login': 'bad' },
      /ended on 2020-02-01(.|\n)*refuses our certificate/,
    ],
    [
      'a certificate of ours from a foreign authority',
      () => ({ ...good(), ...certificates.foreign }),
      { 'broker:main:login': 'bad' },
      /refuses our certificate/,
    ],
    [
      'no certificate where one is asked for',
      () => ({ password: PASSWORD, ca: certificates.ca }),
      { 'broker:main:login': 'bad' },
      /asks for a certificate of ours/,
    ],
    [
      'the key of another certificate',
      () => ({ ...good(), key: certificates.foreign.key }),
      { 'broker:main:key': 'bad', 'broker:main:tls': 'bad' },
      /is not the key of/,
    ],
    [
      'a broker of an authority that we do not trust',
      () => ({ ...good(), ca: certificates.foreignCa }),
      { 'broker:main:tls': 'bad' },
      /not of the authority that we trust/,
    ],
  ])('with %s', async (_, secrets, expected, words) => {
    const before = guarded.log.length;
    const all = await visit(guarded.url, secrets());
    const { 'broker:main:ca': __, ...found } = notGood(all);
    expect(found).toEqual(expected);
    expect(all.map(({ what }) => what.en).join('\n')).toMatch(words);
    expect(all.filter(({ ok, todo }) => ok === 'bad' && !todo)).toEqual([]);
    // The password is sent to nobody whom we do not trust.
    if ('broker:main:tls' in expected)
      expect(guarded.log.slice(before).filter((line) => /home-1|CONNACK/.test(line))).toEqual([]);
  });

  it('under a name that its certificate does not have', async () => {
    const elsewhere = await startMosquitto({ tls: { certificates }, address: '127.0.0.2' });
    ends.push(elsewhere.stop);
    const all = await visit(`mqtts://127.0.0.2:${elsewhere.port}`, good());
    expect(find(all, 'broker:main:tls')).toMatchObject({ ok: 'bad', facts: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
    expect(find(all, 'broker:main:tls').what.en).toContain('DNS:localhost');
    expect(all.map(({ id }) => id)).not.toContain('broker:main:login');
  });

  it('over a WebSocket is the same: let in, or refused with the reason, for want of a certificate too', async () => {
    // Before a broker's WebSocket stands a proxy, mostly.
    const { files, ca } = certificates;
    const [key, cert] = [readFileSync(files.server.key), readFileSync(files.server.cert)];
    const proxy = createTlsServer({ key, cert, ca, requestCert: true }, (line) => {
      const inner = connect(Number(new URL(webUrl).port), '127.0.0.1');
      for (const end of [line, inner]) end.on('error', () => undefined);
      line.pipe(inner).pipe(line);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => proxy.close(resolve)));
    const url = `wss://localhost:${(proxy.address() as { port: number }).port}/mqtt`;
    const before = plain.log.length;
    expect(notGood(await visit(url, good()))).toEqual({ 'broker:main:ca': 'warn' });
    await until(() => expect(plain.log.slice(before).join('\n')).toMatch(/Received DISCONNECT from .*-doctor/));
    const wrong = find(await visit(url, { ...good(), password: 'guess' }), 'broker:main:login');
    expect(wrong.what.en).toMatch(/wrong user name or password/);
    const without = find(await visit(url, { password: PASSWORD, ca: certificates.ca }), 'broker:main:login');
    expect(without.what.en).toMatch(/asks for a certificate of ours/);
  });

  it('is unknown, not bad, where the secrets were not given', async () => {
    const on = box({ config: config({ uplinks: [uplink(guarded.url)] }) });
    const all = await findings(brokerChecks(on.config), on);
    expect(notGood(all)).toEqual({ 'broker:main:tls': 'unknown' });
  });

  it('on a port without TLS', async () => {
    expect(find(await visit(`mqtts://localhost:${plain.port}`, good()), 'broker:main:tls').ok).toBe('bad');
  });
});

describe('a running gateway', () => {
  it('keeps its session while doctor visits, and the visit leaves nothing', async () => {
    const secrets = good();
    const made = gateway({ url: guarded.url, secrets, config: { username: 'home-1' } });
    ends.push(made.stop);
    made.start();
    await until(() => expect(made.session).toEqual(['well']));
    const before = guarded.log.length;
    expect(find(await visit(guarded.url, secrets), 'broker:main:login').ok).toBe('good');
    await until(() => expect(guarded.log.slice(before).join('\n')).toMatch(/Received DISCONNECT from .*-doctor/));
    const lines = guarded.log.slice(before).join('\n');
    expect(lines).toMatch(/as hearthward-district-home-1-doctor \(p5, c1, k30/);
    expect(lines).toContain('No will message specified');
    expect(lines).not.toMatch(/already connected|(SUBSCRIBE|PUBLISH) from \S+-doctor/);
    expect(made.session).toEqual(['well']);
  });
});

describe('a broker without TLS', () => {
  it('lets us in, over TCP and over a WebSocket', async () => {
    expect(notGood(await visit(plain.url, { password: PASSWORD }))).toEqual({});
    expect(notGood(await visit(webUrl, { password: PASSWORD }))).toEqual({});
    expect(notGood(await visit(webUrl, { password: 'guess' }))).toEqual({ 'broker:main:login': 'bad' });
  });

  it('is not logged in at, when asked so', async () => {
    const before = plain.log.length;
    expect(notGood(await visit(plain.url, { password: PASSWORD }, { noLogin: true }))).toEqual({
      'broker:main:login': 'unknown',
    });
    expect(plain.log.slice(before).join('\n')).not.toContain('doctor');
  });

  it('that refuses MQTT 5 is asked again in 3.1.1', async () => {
    const seen: number[] = [];
    const old = await rawBroker(({ body, send, close }) => {
      const level = body[6] ?? 0;
      seen.push(level);
      if (level === 5) return close();
      send(0x20, 2, 0, 0);
    });
    ends.push(old.stop);
    expect(find(await visit(old.url, { password: PASSWORD }), 'broker:main:login')).toMatchObject({
      ok: 'good',
      facts: { mqtt: '3.1.1' },
    });
    expect(seen.slice(0, 2)).toEqual([5, 4]);
  });

  it.each([
    [0x87, 'bad', /wrong user name or password/],
    [0x85, 'warn', /client id of doctor/],
    [0x88, 'warn', /not available/],
    [0x89, 'warn', /too busy/],
    [0x97, 'warn', /quota/],
    [0x99, 'bad', /format of our messages/],
    [0x9d, 'bad', /moved to another address/],
    [0x9f, 'warn', /fewer connections at a time/],
    [0xc0, 'bad', /does not know \(0xc0\)/],
  ] as const)('that answers 0x%s', async (reason, ok, words) => {
    const broker = await rawBroker(({ send }) => send(...connack(reason)));
    ends.push(broker.stop);
    const login = find(await visit(broker.url, { password: PASSWORD }), 'broker:main:login');
    expect(login.ok).toBe(ok);
    expect(login.what.en).toMatch(words);
  });

  it('that grants too little lets us in, and what is missing is told as the gateway would', async () => {
    const users = { 'home-1': PASSWORD };
    const extra = ['max_packet_size 1024', 'retain_available false', 'max_qos 0'];
    const small = await startMosquitto({ users, extra });
    ends.push(small.stop);
    const all = await visit(small.url, { password: PASSWORD });
    expect(notGood(all)).toEqual({
      'broker:main:packet': 'warn',
      'broker:main:retain': 'warn',
      'broker:main:qos': 'warn',
    });
    expect(find(all, 'broker:main:packet').what.en).toContain('1024 bytes');
    expect(find(all, 'broker:main:login').ok).toBe('good');
    // One that says nothing grants all.
    expect(notGood(await visit(plain.url, { password: PASSWORD }))).toEqual({});
  });
});

describe('a way that does not lead to a broker', () => {
  it('a black hole: it takes the connection and says nothing', async () => {
    const hole = await rawBroker();
    ends.push(hole.stop);
    const all = await visit(hole.url, { password: PASSWORD }, { clock: hurried });
    expect(find(all, 'broker:main:login')).toMatchObject({
      ok: 'bad',
      what: { en: expect.stringMatching(/does not answer/) },
    });
    const secure = await visit(hole.url.replace('mqtt:', 'mqtts:'), good(), { clock: hurried });
    expect(find(secure, 'broker:main:tls')).toMatchObject({ ok: 'bad', facts: { code: 'ETIMEDOUT' } });
  });

  it('nobody listens', async () => {
    const all = await visit(`mqtt://localhost:${await freePort()}`, {});
    expect(find(all, 'broker:main:tcp').what.en).toMatch(/^Nobody listens at localhost:/);
    expect(all.map(({ id }) => id)).not.toContain('broker:main:login');
  });

  it('a name that nobody has', async () => {
    const all = await visit('mqtts://broker.invalid:8883', {});
    expect(all.filter(({ ok }) => ok === 'bad').map(({ id }) => id)).toEqual(['broker:main:name']);
  });

  it('a web server', async () => {
    const server = createServer((_, answer) => answer.writeHead(404).end('nothing'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as { port: number };
    const login = find(await visit(`ws://127.0.0.1:${port}/mqtt`, {}), 'broker:main:login');
    expect(login.what.en).toContain('HTTP/1.1 404 Not Found');
    expect(find(await visit(`mqtt://127.0.0.1:${port}`, {}), 'broker:main:login').what.en).toMatch(/is no MQTT broker/);
  });

  it('something that is no web server, where a WebSocket should be', async () => {
    const server = createTcpServer((socket) => socket.on('data', () => socket.end('220 mail.example ready\r\n')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as { port: number };
    const login = find(await visit(`ws://127.0.0.1:${port}/mqtt`, {}), 'broker:main:login');
    expect(login.what.en).toMatch(/is no MQTT broker/);
    const hole = await rawBroker();
    ends.push(hole.stop);
    const silent = await visit(`${hole.url.replace('mqtt:', 'ws:')}/mqtt`, {}, { clock: hurried });
    expect(find(silent, 'broker:main:login').what.en).toMatch(/does not answer/);
  });
});

describe('secrets', () => {
  it('that others may read are refused as the gateway refuses them', async () => {
    const dir = secretsDir(good());
    chmodSync(join(dir, 'main.password'), 0o644);
    const on = box({ config: config({ uplinks: [uplink(guarded.url)] }), secretsDir: dir });
    const all = await findings(brokerChecks(on.config), on);
    expect(verdicts(all)).toEqual({ 'broker:main:secrets': 'bad' });
    expect(all[0]?.what.en).toContain('chmod 600');
  });

  it('that are cut short, in whatever way, are said and never shown', () => {
    fc.assert(
      fc.property(fc.nat(certificates.client.cert.length), fc.nat(certificates.client.key.length), (cert, key) => {
        const all = ownCertificates(
          'main',
          { cert: certificates.client.cert.slice(0, cert), key: certificates.client.key.slice(0, key) },
          1_790_000_000_000,
        );
        const body = certificates.client.key.split('\n')[1] ?? '';
        expect(JSON.stringify(all)).not.toContain(body.slice(0, 20));
      }),
      { numRuns: 50 },
    );
  });
});
