// What goes wrong around the receiver: killed before the disk has it, a full disk, a damaged file, a broker that wants certificates.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, type Mosquitto, makeCertificates, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import type { ReceiverEvent } from '#src/receiver/events.ts';
import { STORE_FILE } from '#src/receiver/store.ts';
import { cleanups, type Desk, desk, gateway, lineUp, platformWords, receiver } from './rig.ts';

const cleanup = cleanups();
let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker.stop());
afterEach(cleanup.run);

type Line = ReceiverEvent | { kind: 'page'; page: string; newToken?: string };
interface Child {
  process: ChildProcess;
  lines: Line[];
  kill(): Promise<void>;
}

/** A receiver process that dies with this one; `limit` bounds the size of the files that it may write, in bytes. */
function child(url: string, dir: string, limit?: number): Child {
  const script = join(import.meta.dirname, 'child.ts');
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', script, url, dir];
  const limited = limit === undefined ? node : ['prlimit', `--fsize=${limit}:unlimited`, ...node];
  const started = spawn('setpriv', ['--pdeathsig', 'KILL', ...limited], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: Line[] = [];
  createInterface({ input: started.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  return cleanup.add(
    {
      process: started,
      lines,
      async kill() {
        if (started.exitCode !== null || started.signalCode !== null) return;
        const gone = new Promise((resolve) => started.once('exit', resolve));
        started.kill('SIGKILL');
        await gone;
      },
    },
    (it) => it.kill(),
  );
}

const has = ({ lines }: Child, fits: (line: Line) => boolean) => until(() => expect(lines.some(fits)).toBe(true));
const alarmsUp = (line: Line) => line.kind === 'broker' && line.up && line.line === 'alarms';
const recordsUp = (line: Line) => line.kind === 'broker' && line.up && line.line === 'records';

async function deskOf({ lines }: Child, token?: string): Promise<Desk> {
  const started = lines.find((line) => line.kind === 'page');
  if (started?.kind !== 'page') throw new Error('not started');
  return desk(started.page, 'Li Wei', token ?? started.newToken ?? '');
}

describe('killed between receiving and storing', () => {
  it('it has receipted nothing; what it had received comes again, is stored, and receipted once', async () => {
    const dir = cleanup.dir();
    const watch = cleanup.add(await platformWords(broker.url), (it) => it.end());
    const first = child(broker.url, dir);
    await has(first, (line) => line.kind === 'page');
    await has(first, alarmsUp);
    const home = cleanup.add(await gateway(broker.url, 'gw-kill'), (it) => it.end());

    // Somebody else holds the write lock: the receiver stands in its commit until it may write.
    const lock = cleanup.add(new Database(join(dir, STORE_FILE)), (it) => it.close());
    lock.exec('BEGIN IMMEDIATE');
    await home.alert();
    await until(() =>
      expect(
        broker.log.some((line) => /Sending PUBLISH to hearthward-platform-alarms.*gw-kill\/up\/alert/.test(line)),
      ).toBe(true),
    );
    const before = watch.words.length;
    await first.kill();
    // Its will comes after all that it ever wrote: a receipt of it would be here by now.
    await until(() => expect(watch.words.slice(before)).toContain(false));
    expect(home.receipts).toEqual([]);
    lock.exec('ROLLBACK');
    expect(lock.prepare('SELECT count(*) AS n FROM alert_events').get()).toEqual({ n: 0 });

    const second = child(broker.url, dir);
    await has(second, (line) => line.kind === 'receipt');
    await until(() => expect(home.receipts.map(({ data }) => data.eventId)).toEqual(['a1.1']));
    expect(lock.prepare('SELECT event_id AS id FROM alert_events').all()).toEqual([{ id: 'a1.1' }]);
  });

  it('at random moments of a stream, everything receipted is stored, once', async () => {
    const dir = cleanup.dir();
    const home = cleanup.add(await gateway(broker.url, 'gw-stream'), (it) => it.end());
    let running = child(broker.url, dir);
    await has(running, alarmsUp);
    const ids: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 25; n += 1) {
        const alertId = `s${round}-${n}`;
        ids.push(`${alertId}.1`);
        home.alert({ alertId }).catch(() => undefined);
        if (n === 5 * (round + 1)) {
          const already = home.receipts.length;
          await until(() => expect(home.receipts.length).toBeGreaterThan(already));
          await running.kill();
          const store = new Database(join(dir, STORE_FILE), { readonly: true });
          const stored = new Set(store.prepare<[], string>('SELECT event_id FROM alert_events').pluck().all());
          store.close();
          for (const { data } of home.receipts) expect(stored).toContain(data.eventId);
          running = child(broker.url, dir);
        }
      }
    }
    await until(() => expect(new Set(home.receipts.map(({ data }) => data.eventId))).toEqual(new Set(ids)));
    const store = cleanup.add(new Database(join(dir, STORE_FILE), { readonly: true }), (it) => it.close());
    expect(store.prepare<[], string>('SELECT event_id FROM alert_events').pluck().all().sort()).toEqual(ids.sort());
  });
});

describe('a full disk', () => {
  it('gives no receipt, still shows the alarm, says so, keeps faults unacknowledged, and heals', async () => {
    const dir = cleanup.dir();
    // Room for the tables and little more: the log of changes cannot grow beyond it.
    const full = child(broker.url, dir, 308_192);
    await has(full, (line) => line.kind === 'page');
    await has(full, alarmsUp);
    await has(full, recordsUp);
    const home = cleanup.add(await gateway(broker.url, 'gw-full'), (it) => it.end());
    const fill = 'x'.repeat(60_000);
    let n = 0;
    while (!full.lines.some((line) => line.kind === 'store' && !line.writable)) {
      expect(n).toBeLessThan(50);
      n += 1;
      const alertId = `fill${n}`;
      await home.alert({ alertId, because: [{ fact: fill }] });
      await has(full, (line) => line.kind === 'alert' && line.alertId === alertId);
    }
    await home.alert({ alertId: 'call', because: [{ fact: fill }] });
    await has(full, (line) => line.kind === 'alert' && line.alertId === 'call' && line.as === 'held');
    await home.fault({ context: { fill } }, 'f-full');
    const view = await deskOf(full);
    const { alerts } = await view.get('api/alerts');
    expect(alerts.find(({ data }: { data: { alertId: string } }) => data.alertId === 'call').stored).toBe(false);
    expect(await view.get('api/health')).toMatchObject({ store: { writable: false } });
    expect(home.receipts.map(({ data }) => data.eventId)).not.toContain('call.1');
    expect(full.lines.some((line) => line.kind === 'fault')).toBe(false);

    execFileSync('prlimit', ['--pid', String(full.process.pid), '--fsize=unlimited']);
    await has(full, (line) => line.kind === 'store' && line.writable);
    await until(() => expect(home.receipts.map(({ data }) => data.eventId)).toContain('call.1'));
    await has(full, (line) => line.kind === 'fault');
    expect(await view.get('api/health')).toMatchObject({ store: { writable: true, held: 0 } });
    const events = (await view.get('api/events')).events.map(({ eventId }: { eventId: string }) => eventId);
    expect(new Set(events).size).toBe(n + 1);
  });
});

describe('a damaged store', () => {
  it('is set aside at the start, named, and begun anew', async () => {
    const dir = cleanup.dir();
    writeFileSync(join(dir, STORE_FILE), 'this is not a database, and never was one'.repeat(200));
    const platform = cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
    await lineUp(platform);
    const home = cleanup.add(await gateway(broker.url, 'gw-torn'), (it) => it.end());
    await home.alert();
    await until(() => expect(home.receipts).toHaveLength(1));
    const { store } = await (await platform.operator()).get('api/health');
    expect(store).toMatchObject({ writable: true, setAside: expect.stringMatching(/platform\.db\.damaged-/) });
    expect(readdirSync(dir).some((name) => name.startsWith('platform.db.damaged-'))).toBe(true);
  });
});

describe('who may come in', () => {
  it('keeps the token as a hash that only its owner may read, and knows it at the next start', async () => {
    const dir = cleanup.dir();
    const platform = cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
    const file = join(dir, 'operator-token.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const name of readdirSync(dir))
      expect(readFileSync(join(dir, name)).includes(platform.newToken ?? '')).toBe(false);
    await platform.stop();
    const again = cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
    expect(again.newToken).toBeUndefined();
    expect(again.url).not.toContain('token');
    expect(await (await again.operator('Li Wei', platform.newToken)).get('api/session')).toEqual({ name: 'Li Wei' });
  });

  it('lets nobody look without a session or the token, nor act from another site', async () => {
    const platform = cleanup.add(await receiver(broker.url, cleanup.dir()), (it) => it.stop());
    const get = (path: string, headers = {}) => fetch(`${platform.page}${path}`, { headers });
    for (const path of ['alerts', 'gateways', 'events', 'faults', 'health', 'not-understood', 'session', 'stream'])
      expect((await get(`api/${path}`)).status).toBe(401);
    expect((await get('api/alerts', { authorization: `Bearer ${platform.newToken}` })).status).toBe(200);
    expect((await get('api/alerts', { authorization: 'Bearer nonsense' })).status).toBe(401);
    expect((await get('')).headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await get('../../package.json')).status).toBe(404);
    const inside = await platform.operator();
    const other = await inside.post('api/alerts/a1/acknowledge', {}, { origin: 'https://elsewhere.example' });
    expect(other.status).toBe(403);
    const bare = await fetch(`${platform.page}api/alerts/a1/acknowledge`, {
      method: 'POST',
      headers: { authorization: `Bearer ${platform.newToken}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(bare.status).toBe(401);
  });

  it('says plainly what a person must mend', async () => {
    const platform = cleanup.add(await receiver(broker.url, cleanup.dir()), (it) => it.stop());
    const port = Number(new URL(platform.page).port);
    const start = (url: string, dir: string, taken = 0) =>
      receiver(url, dir, { http: { host: '127.0.0.1', port: taken } });
    await expect(start('mqqt://x', cleanup.dir())).rejects.toMatchObject({ code: 'broker-url' });
    await expect(start(broker.url, '/dev/null/x')).rejects.toMatchObject({ code: 'data-dir' });
    await expect(start(broker.url, cleanup.dir(), port)).rejects.toMatchObject({ code: 'http-port' });
  });
});

describe('a broker with TLS and an access list', () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = makeCertificates('platform');
  });
  afterAll(() => certificates.remove());

  it('is spoken to with a client certificate; one that it does not trust is said to be so', async () => {
    const secure = cleanup.add(await startMosquitto({ tls: { certificates } }), (it) => it.stop());
    const { ca, client, foreign } = certificates;
    const platform = cleanup.add(await receiver(secure.url, cleanup.dir(), { secrets: { ca, ...client } }), (it) =>
      it.stop(),
    );
    await lineUp(platform);
    const home = cleanup.add(await gateway(secure.url, 'gw-tls', { ca, ...client }), (it) => it.end());
    await home.alert();
    await until(() => expect(home.receipts).toHaveLength(1));
    const stranger = cleanup.add(await receiver(secure.url, cleanup.dir(), { secrets: { ca, ...foreign } }), (it) =>
      it.stop(),
    );
    await stranger.heard('broker', ({ up, detail }) => !up && detail !== '');
  });

  it('works with the rights that the documentation asks for, and no more', async () => {
    const acl = [
      'user receiver',
      'topic read hearthward/v1/district/+/up/#',
      'topic write hearthward/v1/district/+/down/receipt',
      'topic write hearthward/v1/district/+/down/command',
      'topic write hearthward/v1/district/platform',
      'user gw-acl',
      'pattern write hearthward/v1/district/%u/up/#',
      'pattern read hearthward/v1/district/%u/down/#',
      'pattern read hearthward/v1/district/platform',
    ].join('\n');
    const users = { receiver: 'r-secret', 'gw-acl': 'g-secret' };
    const guarded = cleanup.add(await startMosquitto({ users, acl }), (it) => it.stop());
    const options = { username: 'receiver', secrets: { password: 'r-secret' } };
    const platform = cleanup.add(await receiver(guarded.url, cleanup.dir(), options), (it) => it.stop());
    await lineUp(platform);
    const login = { username: 'gw-acl', password: 'g-secret' };
    const home = cleanup.add(await gateway(guarded.url, 'gw-acl', login), (it) => it.end());
    await home.alert();
    await until(() => expect(home.receipts).toHaveLength(1));
    const refused = cleanup.add(
      await receiver(guarded.url, cleanup.dir(), { ...options, secrets: { password: 'wrong' } }),
      (it) => it.stop(),
    );
    expect(await refused.heard('broker', ({ up }) => !up)).toMatchObject({
      detail: expect.stringMatching(/[Nn]ot authorized/),
    });
  });
});
