// TLS 1.3 with client certificates against a real Mosquitto, and every way in which it must fail.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UplinkSecrets } from '#contract/config.ts';
import { type Certificates, type Mosquitto, makeCertificates, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { alert } from './entries.ts';
import { gateway, platform, quietly } from './rig.ts';

let certificates: Certificates;
let broker: Mosquitto;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  certificates = makeCertificates('district-home-1');
});
afterAll(() => certificates.remove());
beforeEach(async () => {
  broker = await startMosquitto({ tls: { certificates } });
});
afterEach(async () => {
  await quietly(ends);
  await broker.stop();
});

const good = (): UplinkSecrets => ({ ca: certificates.ca, ...certificates.client });
const run = (secrets: UplinkSecrets, url = broker.url) => {
  const made = gateway({ url, secrets, outbox: [alert('a', 1)] });
  ends.unshift(made.stop);
  made.start();
  return made;
};

describe('over TLS', () => {
  it('delivers with a client certificate, and survives the death of the broker', async () => {
    const there = await platform({ url: broker.url, receipts: true, secrets: good() });
    ends.push(there.end);
    const home = run(good());
    await until(() => expect(home.received).toEqual(['a.1']));
    await broker.restart();
    home.offer(alert('b', 1, { seq: 2 }));
    await until(() => expect(home.received).toEqual(['a.1', 'b.1']));
    expect(home.session).toEqual(['well', 'uplink-down', 'well']);
  });

  it.each<[string, () => UplinkSecrets]>([
    ['a broker of an authority that we do not trust', () => ({ ...good(), ca: certificates.foreignCa })],
    ['no authority given for a private one', () => ({ ...certificates.client })],
    ['an expired certificate of ours', () => ({ ca: certificates.ca, ...certificates.expired })],
    ['a certificate of ours from a foreign authority', () => ({ ca: certificates.ca, ...certificates.foreign })],
    ['no certificate where one is asked for', () => ({ ca: certificates.ca })],
  ])('is refused with %s, and goes on trying', async (_, secrets) => {
    const home = run(secrets());
    await until(() => expect(home.logged('uplink session ended').length).toBeGreaterThan(1));
    expect(home.session).toEqual(['uplink-refused']);
    expect(home.details[0]).toMatch(/^TLS: /);
    expect(home.sent).toEqual([]);
    expect(JSON.stringify(home.log)).not.toContain('PRIVATE KEY');
  });

  it("checks that the server's name is the one in its certificate", async () => {
    // The certificate is for localhost and 127.0.0.1; 127.0.0.2 is the same machine.
    const other = await startMosquitto({ tls: { certificates }, address: '127.0.0.2' });
    ends.push(other.stop);
    const home = run(good(), `mqtts://127.0.0.2:${other.port}`);
    await until(() => expect(home.session).toEqual(['uplink-refused']));
    expect(home.details[0]).toMatch(/ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  it('refuses a broker that speaks no TLS at all', async () => {
    const plain = await startMosquitto();
    ends.push(plain.stop);
    const home = run(good(), plain.url.replace('mqtt:', 'mqtts:'));
    await until(() => expect(home.session.length).toBeGreaterThan(0));
    expect(home.sent).toEqual([]);
  });
});
