// The local admin API against callers of every kind, over its real socket.

import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { devicesRoute } from '#contract/control/devices.ts';
import { faultsRoute } from '#contract/control/faults.ts';
import { sayRoute } from '#contract/control/say.ts';
import { statusRoute } from '#contract/control/status.ts';
import { until } from '#fakes/wait.ts';
import { LIMITS } from '#src/control/limits.ts';
import { routes } from '#src/control/routes.ts';
import { controlRig } from './rig.ts';

const rig = (options?: Parameters<typeof controlRig>[0]) => {
  const made = controlRig(options);
  onTestFinished(made.end);
  return made;
};

test('each route answers what its schema says, and no bind key', async () => {
  const { client, http, home } = rig();
  home.press();
  const asked = routes().filter(({ form, method }) => form !== 'stream' && method === 'GET');
  expect(asked.map(({ path }) => path)).toEqual(['/status', '/alerts', '/devices', '/faults', '/learned']);
  for (const route of asked) {
    const query = route.path === '/learned' ? { detectors: 'presence,none' } : {};
    const answer = await client.ask(route as never, { query } as never);
    expect(answer, route.path).toBeTruthy();
    const { status, body } = await http('GET', `${route.path}${query.detectors ? '?detectors=presence' : ''}`);
    expect(status).toBe(200);
    expect(body).not.toContain('never shown');
  }
  expect(await client.ask(statusRoute)).toMatchObject({ version: '1.2.3', openAlerts: 1, armedAt: null });
});

test('its owner alone may open the socket, whatever the mask of the process', () => {
  const before = process.umask(0);
  try {
    const { socketPath } = rig();
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    expect(process.umask()).toBe(0);
  } finally {
    process.umask(before);
  }
});

test('a gateway that serves it does not load Node’s client for the web', () => {
  const modules = ['server', 'client', 'routes'].map((name) => `await import('#src/control/${name}.ts');`).join('');
  const loaded = 'process.moduleLoadList.filter((name) => name.includes("undici")).join()';
  const args = ['--input-type=module', '-e', `${modules}process.stdout.write(${loaded})`];
  expect(execFileSync(process.execPath, args, { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8' })).toBe('');
});

describe('a request that cannot be answered', () => {
  const long = 'x'.repeat(LIMITS.body + 1);
  const by = { name: 'Otto', role: 'resident' };
  const cases: [string, string, string, number, string, RegExp][] = [
    ['GET', '/nothing', '', 404, 'not-found', /there is: GET \/status, .*POST \/say/],
    ['GET', '//', '', 404, 'not-found', /./],
    ['DELETE', '/status', '', 405, 'wrong-method', /takes GET, not DELETE/],
    ['GET', '/say', '', 405, 'wrong-method', /takes POST, not GET/],
    ['GET', '/status?colour=red', '', 400, 'bad-request', /the query .*"colour"/s],
    ['GET', '/events?readings=yes', '', 400, 'bad-request', /readings/],
    ['POST', '/say', 'away', 400, 'bad-request', /the body is not JSON/],
    ['POST', '/say', '', 400, 'bad-request', /act/],
    ['POST', '/say', JSON.stringify({ act: 'dance', by }), 400, 'bad-request', /"home"/],
    ['POST', '/say', JSON.stringify({ act: 'home', by, extra: 1 }), 400, 'bad-request', /"extra"/],
    ['POST', '/say', JSON.stringify({ act: 'home', by: { ...by, role: 'king' } }), 400, 'bad-request', /role/],
    ['POST', '/say', long, 413, 'too-large', /at most 65536 bytes/],
  ];
  for (const [method, path, body, status, code, message] of cases)
    test(`${method} ${path} ${body.slice(0, 60)}`, async () => {
      const { http, home } = rig();
      const answer = await http(method, path, body);
      expect(answer).toMatchObject({ status, error: { code } });
      expect(answer.error?.message).toMatch(message);
      expect(home.pipeline.presence()).toBe('unknown');
      expect((await http('GET', '/status')).status).toBe(200);
    });

  test('bytes that are no request, a head without an end, and a caller who goes away cost nobody else an answer', async () => {
    const { http, socketPath, logged } = rig();
    const talk = (bytes: string) =>
      new Promise<void>((resolve) => {
        const socket = connect(socketPath, () => socket.end(bytes));
        socket.on('error', () => undefined).on('close', () => resolve());
        socket.resume();
      });
    for (const bytes of ['rubbish\n\n', '\0'.repeat(300_000), 'POST /say HTTP/1.1\r\ncontent-length: 90\r\n\r\n{'])
      await talk(bytes);
    await talk(`GET /status HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(4_000)}\r\n`);
    expect((await http('GET', '/status')).status).toBe(200);
    expect(logged.filter((line) => line.includes('failed'))).toEqual([]);
  });

  test('a handler that takes too long, and one that fails', async () => {
    const { gateway, http, home, logged } = rig();
    gateway.reload = () => new Promise(() => undefined);
    const slow = http('POST', '/reload');
    await until(() => expect(logged.join()).toContain('/reload'));
    home.clock.advance(LIMITS.requestMs);
    expect(await slow).toMatchObject({ status: 504, error: { code: 'too-slow' } });
    gateway.reload = () => Promise.reject(new Error('the card is gone'));
    expect(await http('POST', '/reload')).toMatchObject({
      status: 500,
      error: { code: 'failed', message: 'the card is gone' },
    });
  });
});

test('a device whose loss the radio’s own fault explains is lost all the same', async () => {
  const { client, home } = rig();
  const { pipeline } = home;
  pipeline.fault('bluetooth-missing', 'port:bluetooth', true);
  pipeline.fault('bluetooth-lost', 'device:help-1', true, {}, ['bluetooth-missing@port:bluetooth']);
  expect((await client.ask(faultsRoute)).map(({ code }) => code)).toEqual(['bluetooth-missing']);
  const links = Object.fromEntries((await client.ask(devicesRoute)).map(({ id, link }) => [id, link]));
  expect(links).toMatchObject({ 'help-1': 'lost', 'gas-1': 'up', 'valve-1': 'unsettled' });
});

test('a socket for looking only refuses what changes something', async () => {
  const { http, client, heard } = rig({ grants: 'read' });
  const writes = routes().filter(({ permit }) => permit === 'write');
  expect(writes.map(({ path }) => path)).toEqual(['/say', '/reload', '/pairing/nearby', '/pairing/trial']);
  for (const { method, path } of writes)
    expect(await http(method, path)).toMatchObject({ status: 403, error: { code: 'not-permitted' } });
  expect(heard).toEqual({});
  expect(await client.ask(statusRoute)).toMatchObject({ version: '1.2.3' });
});

test('many callers: so many streams and no more, and the others are served', async () => {
  const { open, http, onlookers } = rig();
  const streams = await Promise.all(Array.from({ length: LIMITS.streams }, () => open('/events')));
  expect(await http('GET', '/events')).toMatchObject({ status: 503, error: { code: 'too-many' } });
  const answers = await Promise.all(Array.from({ length: 40 }, () => http('GET', '/status')));
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(
    LIMITS.requests - LIMITS.streams,
  );
  expect(answers.every(({ status, error }) => status === 200 || error?.code === 'too-many')).toBe(true);
  streams[0]?.destroy();
  const again = await until(async () => {
    const response = await open('/events');
    if (response.statusCode !== 200) throw new Error('still full');
    return response;
  });
  for (const stream of [...streams, again]) stream.destroy();
  await until(async () => expect((await http('GET', '/events?readings=no')).status).toBe(400));
  expect(onlookers.last('help-1')).toBeUndefined();
});

test('what is said goes the way of a command, into the history, and is answered', async () => {
  const { client, home } = rig();
  home.press();
  const [alert] = home.pipeline.openAlerts();
  const by = { name: 'Otto', role: 'family' } as const;
  const say = (act: 'acknowledge' | 'away' | 'resolve', more: object = {}) =>
    client.ask(sayRoute, { body: { act, by, ...more } });
  expect(await say('acknowledge')).toMatchObject({ done: true, alertId: alert?.id });
  expect(await say('acknowledge')).toMatchObject({ done: false, refused: 'no-change' });
  expect(await say('resolve', { alertId: alert?.id, note: 'a false alarm', outcome: 'false-alarm' })).toMatchObject({
    done: true,
  });
  expect(await say('away')).toMatchObject({ done: true });
  expect(home.pipeline.presence()).toBe('away');
  const said = home.history.filter(({ kind }) => kind === 'command');
  expect(said).toMatchObject([
    { command: { act: 'acknowledge', by } },
    { command: { act: 'acknowledge', by } },
    { command: { act: 'resolve', by, alertId: alert?.id, note: 'a false alarm', outcome: 'false-alarm' } },
    { command: { act: 'away', by } },
  ]);
  const [first] = said;
  expect(first?.kind === 'command' && first.command.madeAt).toBeUndefined();
});
