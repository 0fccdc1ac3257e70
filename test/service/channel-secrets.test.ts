// Secrets that are mended or renewed while the gateway runs: no restart, whatever `doctor` reads is what the gateway uses.

import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Certificates, type Mosquitto, makeCertificates, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { channels, measured, toNobody } from './channel-rig.ts';

let first: Certificates;
let second: Certificates;
beforeAll(() => {
  first = makeCertificates('city-home-1');
  second = makeCertificates('city-home-1');
});
afterAll(() => {
  first.remove();
  second.remove();
});

let dir: string;
beforeEach(({ onTestFinished }) => {
  dir = mkdtempSync(join(tmpdir(), 'hearthward-secrets-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
});

function put({ ca, client }: Certificates): void {
  writeFileSync(join(dir, 'district.ca.pem'), ca, { mode: 0o600 });
  writeFileSync(join(dir, 'district.cert.pem'), client.cert, { mode: 0o600 });
  writeFileSync(join(dir, 'district.key.pem'), client.key, { mode: 0o600 });
}

/** The broker's own certificates and the authority that it trusts, from its next start on. */
function renewed(from: Certificates, files: Certificates['files']): void {
  copyFileSync(from.files.ca, files.ca);
  copyFileSync(from.files.server.cert, files.server.cert);
  copyFileSync(from.files.server.key, files.server.key);
}

async function secured(onTestFinished: (end: () => Promise<void>) => void) {
  const certificates = makeCertificates('city-home-1');
  renewed(first, certificates.files);
  const broker: Mosquitto = await startMosquitto({ tls: { certificates } });
  const uplinks = channels({ secretsDir: dir });
  onTestFinished(async () => {
    await uplinks.end();
    await broker.stop();
    certificates.remove();
  });
  const begin = () => uplinks.apply([{ ...toNobody, url: broker.url }]);
  return { broker, uplinks, begin, renew: () => renewed(second, certificates.files) };
}

it('the authority and all certificates are renewed under a running gateway: the next connection is by the new ones', async ({
  onTestFinished,
}) => {
  const { broker, uplinks, begin, renew } = await secured(onTestFinished);
  put(first);
  await begin();
  uplinks.offer(measured);
  await until(() => expect(uplinks.sent).toEqual(['m1.1']));
  // First in the home: the session by the old ones goes on.
  put(second);
  uplinks.offer({ ...measured, msgId: 'm2.1', slot: 'measurement/m2' });
  await until(() => expect(uplinks.sent).toEqual(['m1.1', 'm2.1']));
  renew();
  await broker.restart();
  uplinks.offer({ ...measured, msgId: 'm3.1', slot: 'measurement/m3' });
  await until(() => expect(uplinks.sent).toEqual(['m1.1', 'm2.1', 'm3.1']));
  await until(() => expect([...uplinks.faults.keys()]).toEqual([]));
});

it('they are renewed at the broker first: refused, until the files come, and then at once', async ({
  onTestFinished,
}) => {
  const { broker, uplinks, begin, renew } = await secured(onTestFinished);
  put(first);
  renew();
  await broker.restart();
  await begin();
  await until(() => expect([...uplinks.faults.keys()]).toEqual(['uplink-refused']));
  put(second);
  uplinks.offer(measured);
  await until(() => expect(uplinks.sent).toEqual(['m1.1']));
  await until(() => expect([...uplinks.faults.keys()]).toEqual([]));
});

it('a key that others may read keeps the uplink out, with the remedy, until its mode is mended', async ({
  onTestFinished,
}) => {
  const { uplinks, begin } = await secured(onTestFinished);
  put(first);
  const key = join(dir, 'district.key.pem');
  chmodSync(key, 0o644);
  await begin();
  await until(() =>
    expect(uplinks.faults.get('uplink-refused')).toEqual({
      reason: `cannot be used: ${key} may be read by others (mode 644). Run: chmod 600 ${key}`,
    }),
  );
  // Every channel has a session or a fault: the gateway is armed all the same.
  expect(uplinks.settled()).toBe(true);
  uplinks.offer(measured);
  chmodSync(key, 0o600);
  await until(() => expect(uplinks.sent).toEqual(['m1.1']));
  await until(() => expect([...uplinks.faults.keys()]).toEqual([]));
});

it('with one thing mended, the next that is wrong is told', async ({ onTestFinished }) => {
  const { uplinks, begin } = await secured(onTestFinished);
  put(first);
  const key = join(dir, 'district.key.pem');
  chmodSync(key, 0o644);
  rmSync(join(dir, 'district.cert.pem'));
  await begin();
  const reason = () => JSON.stringify(uplinks.faults.get('uplink-refused'));
  await until(() => expect(reason()).toContain('chmod 600'));
  chmodSync(key, 0o600);
  await until(() => expect(reason()).toContain('has no certificate beside it'));
  writeFileSync(join(dir, 'district.cert.pem'), second.client.cert);
  await until(() => expect(reason()).toMatch(/KEY_VALUES_MISMATCH|mismatch/));
});

it('half of a renewal, a certificate without its new key, is got over when the key comes', async ({
  onTestFinished,
}) => {
  const { uplinks, begin } = await secured(onTestFinished);
  put(first);
  writeFileSync(join(dir, 'district.cert.pem'), second.client.cert, { mode: 0o600 });
  await begin();
  await until(() => expect([...uplinks.faults.keys()]).toEqual(['uplink-refused']));
  put(first);
  uplinks.offer(measured);
  await until(() => expect(uplinks.sent).toEqual(['m1.1']));
});
