// One MQTT session with the broker, kept for ever: connects, subscribes, and connects again. The only owner of reconnecting.

import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { spread, waitAfter } from '#base/back-off.ts';
import type { UplinkSecrets } from '#contract/config.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, MINUTE, type MonoMs, SECOND } from '#contract/time.ts';

export interface LineOptions {
  /** mqtt://, mqtts://, ws:// or wss:// */
  url: string;
  /** Names the session at the broker; the same for ever, or what waits there is lost. */
  clientId: string;
  username?: string | undefined;
  /** Read for each attempt: certificates are renewed while it runs. What it throws is why there is no connection. */
  secrets(): UplinkSecrets;
  subscribe: string[];
  /** Made anew at each connection. */
  will?: (() => { topic: string; payload: string }) | undefined;
  clock: Clock;
  ids: Ids;
  log: Log;
  /**
   * A message came. PUBACK leaves when `acknowledge` is called, and nothing after this message is read before that:
   * a handler that keeps it waits, and the broker with it.
   */
  handle(message: { topic: string; payload: Uint8Array; retain: boolean }, acknowledge: () => void): void;
  /** Connected and subscribed. */
  up(): void;
  /** Called once per loss, and for each attempt that failed. */
  down(detail: string): void;
}

export interface Line {
  start(): void;
  connected(): boolean;
  /** Hands over with QoS 1. What is in flight when the connection breaks is forgotten: senders say it again. */
  publish(topic: string, payload: string, options?: { retain?: boolean; expirySeconds?: number }): void;
  /** Says `last`, disconnects, and stays away. */
  stop(last?: { topic: string; payload: string }): Promise<void>;
}

/** How long a broker that knows MQTT 5 keeps our session and what waits in it. */
const SESSION_SECONDS = 7 * 24 * 3_600;
const BACKOFF = { firstMs: SECOND, longestMs: 30 * SECOND, stableMs: MINUTE } as const;
const CONNECT_TIMEOUT = 10 * SECOND;
/** Answers to CONNECT that another version of the protocol would not change: who we are, or that the broker is busy. */
const NOT_THE_VERSION = new Set([3, 4, 5, 134, 135, 136, 137, 138]);

interface State {
  readonly options: LineOptions;
  version: 4 | 5;
  client: MqttClient | undefined;
  subscribed: boolean;
  failures: number;
  cancelRetry: Cancel;
  stopped: boolean;
}

export function mqttLine(options: LineOptions): Line {
  const line: State = {
    ...{ options, version: 5, client: undefined, subscribed: false },
    ...{ failures: 0, cancelRetry: () => {}, stopped: false },
  };
  return {
    start: () => attempt(line),
    connected: () => line.subscribed,
    publish: (...message) => publish(line, ...message),
    stop: (last) => stop(line, last),
  };
}

function attempt(line: State): void {
  try {
    dial(line);
  } catch (thrown) {
    // A certificate that cannot be read, for one.
    retry(line, reasonOf(thrown));
  }
}

function retry(line: State, detail: string): void {
  const { clock, ids, log, down } = line.options;
  const wait = spread(waitAfter(line.failures, BACKOFF), 0.4, ids.random());
  line.failures += 1;
  log.warn({ detail, waitMs: Math.round(wait) }, 'no connection to the broker');
  down(detail);
  line.cancelRetry = clock.at(later(clock.now().mono, Math.round(wait)), 'receiver reconnect', () => attempt(line));
}

/** What became of one attempt to connect. */
interface Call {
  readonly client: MqttClient;
  readonly version: 4 | 5;
  /** The broker's machine took the connection. */
  reached: boolean;
  /** The broker took us; since then. */
  establishedAt: MonoMs | undefined;
  lastWord: string;
  /** The broker's code for refusing us. */
  refusal: number | undefined;
}

function dial(line: State): void {
  const { options, version } = line;
  const will = options.will?.();
  // A fresh object each time: MQTT.js writes into it.
  const client = connect(options.url, {
    ...settings(version),
    clientId: options.clientId,
    ...(options.username !== undefined && { username: options.username }),
    ...defined(options.secrets()),
    ...(will && { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
  });
  line.client = client;
  line.subscribed = false;
  const call: Call = { client, version, reached: false, establishedAt: undefined, lastWord: '', refusal: undefined };
  client.handleMessage = (packet, done) => {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    options.handle({ topic: packet.topic, payload, retain: packet.retain }, () => {
      if (client === line.client) done();
    });
  };
  client.stream.once('connect', () => {
    call.reached = true;
    // Without it a receipt waits some 38 ms for the broker's delayed ACK (Nagle).
    if ('setNoDelay' in client.stream && typeof client.stream.setNoDelay === 'function') client.stream.setNoDelay(true);
  });
  client.on('connect', () => established(line, call));
  client.on('disconnect', ({ reasonCode }) => {
    call.lastWord = reasonCode === 142 ? 'another receiver uses the same client id' : `code ${reasonCode}`;
  });
  client.on('error', (error) => {
    call.lastWord = reasonOf(error);
    if ('code' in error && typeof error.code === 'number') call.refusal = error.code;
  });
  client.on('close', () => ended(line, call));
}

function established(line: State, call: Call): void {
  const { clock, log, subscribe, up } = line.options;
  const { client, version } = call;
  call.establishedAt = clock.now().mono;
  log.info({ version }, 'connected to the broker');
  client.subscribe(subscribe, { qos: 1 }, (error, granted) => {
    const refused = granted?.filter(({ qos }) => qos >= 128).map(({ topic }) => topic) ?? [];
    if (error || refused.length > 0) {
      call.lastWord =
        `the broker refuses the subscription ${refused.join(', ')} ${error ? reasonOf(error) : ''}`.trim();
      client.end(true);
      return;
    }
    line.subscribed = true;
    up();
  });
}

function ended(line: State, { client, version, reached, establishedAt, lastWord, refusal }: Call): void {
  const { clock, log } = line.options;
  if (client !== line.client) return;
  line.client = undefined;
  line.subscribed = false;
  client.end(true);
  if (line.stopped) return;
  const isEstablished = establishedAt !== undefined;
  if (isEstablished && clock.now().mono - establishedAt >= BACKOFF.stableMs) line.failures = 0;
  // Reached, and sent away before a word: perhaps a broker that does not know this version (aedes, old ones).
  const other = reached && !isEstablished && !(refusal !== undefined && NOT_THE_VERSION.has(refusal));
  if (other) line.version = version === 5 ? 4 : 5;
  if (other && version === 5) {
    log.info({ reason: lastWord }, 'the broker does not take MQTT 5: trying 3.1.1');
    return attempt(line);
  }
  retry(line, lastWord || 'connection closed');
}

function publish(
  { client, version, options }: State,
  ...[topic, payload, { retain = false, expirySeconds } = {}]: Parameters<Line['publish']>
): void {
  if (!client?.connected) return;
  const expiry = expirySeconds !== undefined && version === 5;
  client.publish(
    topic,
    payload,
    { qos: 1, retain, ...(expiry && { properties: { messageExpiryInterval: expirySeconds } }) },
    (error) => {
      if (error) options.log.warn({ topic, reason: reasonOf(error) }, 'a message did not leave');
    },
  );
}

async function stop(line: State, last: Parameters<Line['stop']>[0]): Promise<void> {
  const { clock } = line.options;
  line.stopped = true;
  line.cancelRetry();
  const ending = line.client;
  line.client = undefined;
  line.subscribed = false;
  if (!ending) return;
  await new Promise<void>((resolve) => {
    const gone = () => {
      cancel();
      resolve();
    };
    const cancel = clock.at(later(clock.now().mono, SECOND), 'receiver leaving', () => ending.end(true, {}, gone));
    const leave = () => ending.end(!ending.connected, {}, gone);
    if (last && ending.connected) ending.publish(last.topic, last.payload, { qos: 1, retain: true }, leave);
    else leave();
  });
}

const settings = (version: 4 | 5): IClientOptions => ({
  protocolVersion: version,
  clean: false,
  keepalive: 20,
  connectTimeout: CONNECT_TIMEOUT,
  reconnectPeriod: 0,
  resubscribe: false,
  ...(version === 5 && { properties: { sessionExpiryInterval: SESSION_SECONDS, receiveMaximum: 100 } }),
});

/** The secrets that are there. */
const defined = ({ password, ca, cert, key }: UplinkSecrets): IClientOptions => ({
  ...(password !== undefined && { password }),
  ...(ca !== undefined && { ca }),
  ...(cert !== undefined && { cert }),
  ...(key !== undefined && { key }),
});
