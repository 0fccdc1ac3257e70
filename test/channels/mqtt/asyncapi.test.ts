// The published AsyncAPI document: put together rightly, and every message that a gateway and a platform make is one of its.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ulids } from '#base/ids.ts';
import type { Alert } from '#contract/alert.ts';
import type { Notice } from '#contract/channel.ts';
import { type Fault, type FaultCode, faultCodeNames } from '#contract/fault.ts';
import { hazardNames } from '#contract/hazard.ts';
import { downward, upward } from '#contract/uplink/topics.ts';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { render } from '#src/channels/mqtt/render.ts';
import { systemClock } from '#src/clock/system.ts';
import { entryOf } from '#src/core/outgoing.ts';
import { startReceiver } from '#src/receiver/index.ts';
import { address, moment, reading } from './entries.ts';
import { misfits } from './json-schema.ts';
import { gateway, quietLog, quietly } from './rig.ts';

type Tree = Record<string, unknown>;
const text = readFileSync(new URL('../../../docs/uplink/asyncapi.yaml', import.meta.url), 'utf8');
const document = parse(text) as Tree;
const messages = [...upward, ...downward, 'platform'] as const;

const words = { en: 'Text', 'zh-CN': '文字' };

const ends: (() => Promise<unknown>)[] = [];
afterEach(() => quietly(ends));

/** What a JSON pointer with a leading # names. */
const at = (pointer: string): unknown =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((tree, name) => (tree as Tree | undefined)?.[name], document);
const part = (pointer: string): Tree => at(pointer) as Tree;
const schemaOf = (what: string): Tree => part(`#/components/schemas/${what}`);

function references(tree: unknown): string[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([name, inner]) =>
    name === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
}

describe('docs/uplink/asyncapi.yaml', () => {
  it('is an AsyncAPI 3 document with a channel, an operation, a message and a schema for each message', () => {
    expect(document.asyncapi).toBe('3.0.0');
    expect(Object.keys(document)).toEqual(
      expect.arrayContaining(['asyncapi', 'info', 'servers', 'channels', 'operations', 'components']),
    );
    expect(part('#/info')).toMatchObject({
      title: expect.any(String),
      version: expect.stringMatching(/^1\.\d+\.\d+$/),
    });
    for (const where of ['#/channels', '#/components/messages', '#/components/schemas'])
      expect(Object.keys(part(where)).toSorted()).toEqual([...messages].toSorted());
    expect(Object.keys(part('#/operations'))).toHaveLength(messages.length);
  });

  it('refers to nothing that is not there', () => {
    const all = references(document);
    expect(all.length).toBeGreaterThan(4 * messages.length - 1);
    expect(all.filter((pointer) => at(pointer) === undefined)).toEqual([]);
  });

  it('has an address for each channel, with the parameters that stand in it', () => {
    for (const [name, channel] of Object.entries(part('#/channels') as Record<string, Tree>)) {
      const parameters = [...String(channel.address).matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      expect(parameters, name).toEqual(Object.keys(channel.parameters as Tree));
      expect(String(channel.address)).toMatch(/^hearthward\/v1\/\{tenant\}\/[^<>#+]+$/);
    }
  });

  it('says who sends what with which QoS, and what is retained', () => {
    const told = Object.values(part('#/operations') as Record<string, Tree>).map(({ action, channel, bindings }) => {
      const { qos, retain } = (bindings as { mqtt: { qos: number; retain: boolean } }).mqtt;
      return `${action} ${(channel as { $ref: string }).$ref.split('/').at(-1)} ${qos} ${retain}`;
    });
    expect(told.toSorted()).toEqual([
      ...['receive command 1 false', 'receive platform 1 true', 'receive receipt 1 false', 'send alert 1 false'],
      ...[
        'send answer 1 false',
        'send birth 1 true',
        'send fault 1 false',
        'send history 1 false',
        'send measurement 1 false',
        'send state 1 true',
      ],
    ]);
  });

  it('has an example of each message that its schema allows', () => {
    for (const what of messages) {
      const examples = part(`#/components/messages/${what}`).examples as { payload: unknown }[];
      expect(examples.length, what).toBeGreaterThan(0);
      for (const { payload } of examples) expect(misfits(schemaOf(what), payload), what).toEqual([]);
    }
  });

  it('allows fields and codes to come, and nothing else that is wrong', () => {
    const example = (part('#/components/messages/alert').examples as { payload: Tree }[])[0]?.payload ?? {};
    const bent = (data: object, more: object = {}) =>
      misfits(schemaOf('alert'), { ...example, ...more, data: { ...(example.data as Tree), ...data } });
    expect(bent({ hazard: 'of-tomorrow', state: 'shelved', new: [1] }, { newattribute: 1 })).toEqual([]);
    expect(bent({ hazard: 'No Code!' })).toEqual([expect.stringMatching(/^\/data\/hazard: is not like/)]);
    expect(bent({ rev: 0 })).toEqual(['/data/rev: is not above 0']);
    expect(bent({ text: { en: 'only' } })).toEqual(['/data/text: lacks zh-CN']);
    expect(bent({}, { live: 'yes' })).toEqual(['/live: is no boolean']);
  });

  it('has every alert and fault that the gateway can make', () => {
    const alert = fc.record({
      hazard: fc.constantFrom(...hazardNames),
      severity: fc.constantFrom('early', 'alarm', 'critical'),
      state: fc.constantFrom('pending', 'raised', 'acknowledged', 'resolved', 'cancelled'),
      room: fc.option(fc.string(), { nil: undefined }),
      count: fc.integer({ min: 1, max: 1_000 }),
      rev: fc.integer({ min: 1, max: 1_000_000 }),
    });
    fc.assert(
      fc.property(alert, fc.constantFrom(...faultCodeNames), (more, code: FaultCode) => {
        const base = { id: 'a', subject: 'device:d', deviceId: 'd', deviceKind: 'gas', conditionPresent: true };
        const instants = { raisedAt: moment(), changedAt: moment(1_000), calledAt: moment() };
        const by = { name: 'Li Wei', role: 'operator' };
        const story = [{ kind: 'person', act: 'acknowledge', by, at: moment(900) }];
        const made = {
          ...base,
          ...instants,
          ...more,
          because: [],
          callRev: 1,
          acknowledgedBy: by,
          story,
        } as unknown as Alert;
        const body = render({ kind: 'alert', at: moment(), alert: made, text: words }, address);
        expect(misfits(schemaOf('alert'), JSON.parse(body))).toEqual([]);
        const fault = {
          code,
          subject: 'gateway',
          since: moment(),
          dependsOn: [],
          context: { port: 1, name: 'x' },
        } as const;
        const notice: Notice = {
          kind: 'fault',
          at: moment(),
          id: 'f1',
          fault: { ...fault, dependsOn: [] },
          active: true,
        };
        expect(misfits(schemaOf('fault'), JSON.parse(render(notice, address)))).toEqual([]);
      }),
    );
  });

  it('has every message that a gateway and the receiver really say over a broker', async () => {
    const broker = await startMosquitto();
    ends.push(broker.stop);
    const ear = await connectAsync(broker.url, { clientId: 'ear' });
    ends.unshift(() => ear.endAsync(true));
    const heard = new Map<string, unknown>();
    ear.on(
      'message',
      (topic, payload) => void heard.set(topic.split('/').at(-1) ?? '', JSON.parse(payload.toString())),
    );
    await ear.subscribeAsync('hearthward/v1/#', { qos: 1 });

    const dataDir = mkdtempSync(join(tmpdir(), 'hearthward-asyncapi-'));
    ends.push(async () => rmSync(dataDir, { recursive: true, force: true }));
    const clock = systemClock();
    const receiver = await startReceiver({
      ...{ url: broker.url, tenant: address.tenant, dataDir, http: { host: '127.0.0.1', port: 0 } },
      ...{ clock, log: quietLog(), ids: ulids(clock) },
    });
    ends.unshift(receiver.stop);
    const home = gateway({ url: broker.url, history: [reading(1), reading(2)] });
    ends.unshift(home.stop);
    home.start();
    const at = clock.now();
    const say = (notice: Notice) =>
      home.offer(entryOf(notice, { channel: 'main', seq: 1, body: render(notice, address) }));
    const base = {
      hazard: 'help',
      subject: 'device:b',
      deviceId: 'b',
      deviceKind: 'help-button',
      room: '卧室',
      state: 'raised',
    };
    const more = {
      severity: 'alarm',
      conditionPresent: true,
      count: 1,
      raisedAt: at,
      changedAt: at,
      calledAt: at,
      rev: 1,
    };
    const called = {
      id: 'a',
      ...base,
      ...more,
      because: [{ fact: 'pressed' }],
      callRev: 1,
      story: [],
    } as unknown as Alert;
    say({ kind: 'alert', at, alert: called, text: words });
    const fault = { code: 'device-lost', subject: 'device:b', since: at, dependsOn: [], context: {} } satisfies Fault;
    say({ kind: 'fault', at, id: 'f', fault, active: true });
    say({
      kind: 'measurement',
      at,
      measurement: {
        ...{ id: 'm', rev: 1, outcome: 'measured', kind: 'weight', person: 'li', whose: 'known', candidates: [] },
        ...{ deviceId: 'scale', values: [{ quantity: 'weight', value: 61.5, quality: 'good' }], at, answers: null },
      },
    });
    await until(() => expect(home.received).toEqual(['a.1']));

    const token = new URLSearchParams(new URL(receiver.url).hash.slice(1)).get('token');
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ token, name: 'Li Wei' });
    const login = await fetch(`${receiver.page}api/login`, { method: 'POST', headers, body });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    await fetch(`${receiver.page}api/alerts/a/acknowledge`, {
      method: 'POST',
      headers: { ...headers, cookie },
      body: '{}',
    });
    await until(() => expect(home.commands).toHaveLength(1));
    await until(() => expect([...heard.keys()].toSorted()).toEqual([...messages].toSorted()));
    for (const [what, message] of heard) expect(misfits(schemaOf(what), message), what).toEqual([]);
    expect(heard.get('alert')).toMatchObject({ live: true, age: expect.any(Number), data: { contactId: 101 } });
  });
});
