// What the receiver's tests share: a gateway played by a raw MQTT client, the messages it would send, and the receiver's answers gathered.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { ulids } from '#base/ids.ts';
import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import {
  type CommandMessage,
  commandMessage,
  platformMessage,
  type ReceiptMessage,
  receiptMessage,
} from '#contract/uplink/downward.ts';
import { cloudEvent } from '#contract/uplink/envelope.ts';
import {
  type AlertMessage,
  alertMessage,
  birthMessage,
  type FaultMessage,
  type MeasurementMessage,
} from '#contract/uplink/messages.ts';
import { readTopic, topics, type Upward } from '#contract/uplink/topics.ts';
import { systemClock } from '#src/clock/system.ts';
import { type Receiver, type ReceiverEvent, type ReceiverOptions, startReceiver } from '#src/receiver/index.ts';

export const TENANT = 'district';
export const WALL = Date.parse('2026-11-03T02:21:00.000Z');

/** Comes true on a busy machine too; a failure only takes longer. */

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };

type AlertData = AlertMessage['data'];
type Stamp = AlertData['raisedAt'];

export const stamp = (wall = WALL, quality: Stamp['quality'] = 'synced'): Stamp => ({
  wall: new Date(wall).toISOString(),
  quality,
  mono: 60_000,
  bootId: 'boot-1',
});

/** A help call from the bedroom, or what `part` makes of it. */
export function alertOf(part: Partial<AlertData> = {}): AlertData {
  const at = part.raisedAt ?? stamp();
  return {
    alertId: 'a1',
    rev: 1,
    hazard: 'help',
    severity: 'critical',
    state: 'raised',
    conditionPresent: true,
    count: 1,
    device: { id: 'help-1', kind: 'help-button', room: '卧室' },
    subject: 'device:help-1',
    raisedAt: at,
    calledAt: at,
    changedAt: at,
    because: [{ fact: 'pressed', times: 1 }],
    text: { en: 'The help button in the bedroom was pressed.', 'zh-CN': '卧室的求助按钮被按下。' },
    contactId: 101,
    story: [],
    ...part,
  };
}

/** An envelope and alert of `name`, for messages that are wrong in one place. */
export function envelope(name: string) {
  return {
    specversion: '1.0',
    id: 'a1.1',
    source: `/${TENANT}/${name}`,
    type: 'hearthward.alert',
    time: new Date(WALL).toISOString(),
    datacontenttype: 'application/json',
    data: alertOf(),
  };
}

export interface Gateway {
  name: string;
  client: MqttClient;
  receipts: ReceiptMessage[];
  commands: CommandMessage[];
  /** Publishes with QoS 1; resolves at PUBACK. */
  say(what: Upward, body: string | Buffer, options?: { retain?: boolean }): Promise<unknown>;
  alert(part?: Partial<AlertData>): Promise<AlertMessage>;
  fault(part?: Partial<FaultMessage['data']>, id?: string): Promise<unknown>;
  /** A scale's, of nobody named, or what `part` makes of it. */
  measurement(part: Partial<MeasurementMessage['data']>): Promise<unknown>;
  state(online: boolean, heartbeat?: number, options?: { retain?: boolean; id?: string }): Promise<unknown>;
  birth(
    part?: {
      openAlerts?: { alertId: string; rev: number }[];
      faults?: never[];
      omitted?: { devices: number; openAlerts: number; faults: number };
    },
    retain?: boolean,
  ): Promise<unknown>;
  answer(command: CommandMessage, part?: object): Promise<unknown>;
  end(): Promise<void>;
}

let made = 0;

/** A gateway as a broker's client sees one: it says what it is told to, and gathers what comes down. */
export async function gateway(url: string, name: string, options: IClientOptions = {}): Promise<Gateway> {
  const address = { tenant: TENANT, gateway: name };
  const source = `/${TENANT}/${name}`;
  const client = await connectAsync(url, { protocolVersion: 4, clientId: `gw-${name}-${made++}`, ...options });
  const receipts: ReceiptMessage[] = [];
  const commands: CommandMessage[] = [];
  client.on('message', (topic, payload) => {
    const json = JSON.parse(payload.toString());
    const what = readTopic(topic)?.what;
    if (what === 'receipt') receipts.push(receiptMessage.parse(json));
    if (what === 'command') commands.push(commandMessage.parse(json));
  });
  await client.subscribeAsync([topics.down(address, 'receipt'), topics.down(address, 'command')], { qos: 1 });
  const say: Gateway['say'] = (what, body, { retain = false } = {}) =>
    client.publishAsync(topics.up(address, what), body, { qos: 1, retain });
  const event = <Data>(type: string, data: Data, id = `m${made++}`) =>
    JSON.stringify(cloudEvent(type, source, id, WALL, data));

  return {
    name,
    client,
    receipts,
    commands,
    say,
    async alert(part) {
      const data = alertOf(part);
      const message = alertMessage.parse(
        cloudEvent('hearthward.alert', source, `${data.alertId}.${data.rev}`, WALL, data),
      );
      await say('alert', JSON.stringify(message));
      return message;
    },
    fault: (part, id) =>
      say(
        'fault',
        event(
          'hearthward.fault',
          {
            code: 'device-silent',
            subject: 'device:gas-1',
            active: true,
            since: stamp(),
            context: {},
            text: { en: 'Device is silent', 'zh-CN': '设备无响应' },
            advice: { en: 'Check its power and cable.', 'zh-CN': '检查设备的电源和接线。' },
            ...part,
          },
          id,
        ),
      ),
    measurement(part) {
      const data = {
        ...{
          measurementId: 'm1',
          rev: 1,
          outcome: 'measured',
          kind: 'weight',
          person: null,
          whose: 'asked',
          at: stamp(),
        },
        values: [{ quantity: 'weight', value: 61.5, unit: 'kg', loinc: '29463-7', quality: 'good' }],
        ...part,
      };
      return say('measurement', event('hearthward.measurement', data, `${data.measurementId}.${data.rev}`));
    },
    state: (online, heartbeat = 1, { retain = false, id } = {}) =>
      say('state', event('hearthward.state', { online, heartbeat, bootId: 'boot-1' }, id), { retain }),
    birth(part = {}, retain = false) {
      const data = { version: '0.1.0', bootId: 'boot-1', devices: [], openAlerts: [], faults: [], ...part };
      const message = birthMessage.parse(cloudEvent('hearthward.birth', source, `b${made++}`, WALL, data));
      return say('birth', JSON.stringify(message), { retain });
    },
    answer: (command, part = {}) =>
      say('answer', event('hearthward.answer', { commandId: command.id, done: true, ...part })),
    end: () => client.endAsync(true),
  };
}

export interface Watched extends Receiver {
  events: ReceiverEvent[];
  /** The first event of this kind that fits, now or later. */
  heard<K extends ReceiverEvent['kind']>(
    kind: K,
    fits?: (event: Extract<ReceiverEvent, { kind: K }>) => boolean,
  ): Promise<Extract<ReceiverEvent, { kind: K }>>;
  /** Logged in with the token, as `name`. */
  operator(name?: string, token?: string): Promise<Desk>;
}

export interface Desk {
  cookie: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the API says is what the tests look at
  get(path: string): Promise<any>;
  post(path: string, body?: object, headers?: Record<string, string>): Promise<{ status: number; json: unknown }>;
}

export async function receiver(
  url: string,
  dataDir: string,
  options: Partial<ReceiverOptions> & { clock?: Clock } = {},
): Promise<Watched> {
  const events: ReceiverEvent[] = [];
  const waiting = new Set<() => void>();
  const clock = options.clock ?? systemClock();
  const running = await startReceiver({
    url,
    tenant: TENANT,
    dataDir,
    http: { host: '127.0.0.1', port: 0 },
    clock,
    log: silentLog,
    ids: ulids(clock),
    ...options,
    onEvent(event) {
      events.push(event);
      for (const look of waiting) look();
    },
  });
  return {
    ...running,
    events,
    heard: (kind, fits = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          const found = events.find((event) => event.kind === kind && fits(event as never));
          if (!found) return;
          waiting.delete(look);
          resolve(found as never);
        };
        waiting.add(look);
        look();
      }),
    operator: (name = 'Li Wei', token = running.newToken) => desk(running.page, name, token ?? ''),
  };
}

export async function desk(page: string, name: string, token: string): Promise<Desk> {
  const answer = await fetch(`${page}api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, name }),
  });
  if (!answer.ok) throw new Error(`login: ${answer.status}`);
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  return {
    cookie,
    async get(path) {
      const response = await fetch(`${page}${path}`, { headers: { cookie } });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return response.json();
    },
    async post(path, body = {}, headers = {}) {
      const response = await fetch(`${page}${path}`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return { status: response.status, json: await response.json() };
    },
  };
}

/** Ready: both lines are up. */
export const lineUp = (watched: Watched, line = 'alarms') =>
  watched.heard('broker', (event) => event.up && event.line === line);

/** The platform's retained word, as any client may hear it. */
export async function platformWords(url: string): Promise<{ words: boolean[]; end(): Promise<void> }> {
  const client = await connectAsync(url, { protocolVersion: 4, clientId: `watch-${made++}` });
  const words: boolean[] = [];
  client.on('message', (_topic, payload) => {
    words.push(platformMessage.parse(JSON.parse(payload.toString())).data.online);
  });
  await client.subscribeAsync(topics.platform(TENANT), { qos: 1 });
  return { words, end: () => client.endAsync(true) };
}

/** Undone in the reverse order of `add`, by `afterEach(cleanup.run)`. */
export function cleanups() {
  let jobs: (() => unknown)[] = [];
  return {
    add<T>(thing: T, job: (thing: T) => unknown): T {
      jobs.push(() => job(thing));
      return thing;
    },
    dir: () => {
      const dir = mkdtempSync(join(tmpdir(), 'hearthward-receiver-'));
      jobs.push(() => rmSync(dir, { recursive: true, force: true }));
      return dir;
    },
    async run() {
      for (const job of jobs.splice(0).reverse()) await job();
      jobs = [];
    },
  };
}
