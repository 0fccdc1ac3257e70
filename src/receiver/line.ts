// One MQTT session with the broker, kept for ever: connects, subscribes, and connects again. The only owner of reconnecting.

import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { spread, waitAfter } from '#base/back-off.ts';
import type { UplinkSecrets } from '#contract/config.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, MINUTE, SECOND } from '#contract/time.ts';

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

export function mqttLine(options: LineOptions): Line {
  const { clock, ids, log } = options;
  let version: 4 | 5 = 5;
  let client: MqttClient | undefined;
  let subscribed = false;
  let failures = 0;
  let cancelRetry: Cancel = () => {};
  let stopped = false;

  function attempt(): void {
    try {
      dial();
    } catch (thrown) {
      // A certificate that cannot be read, for one.
      retry(reasonOf(thrown));
    }
  }

  function dial(): void {
    const will = options.will?.();
    // A fresh object each time: MQTT.js writes into it.
    const made = connect(options.url, {
      ...settings(version),
      clientId: options.clientId,
      ...(options.username !== undefined && { username: options.username }),
      ...defined(options.secrets()),
      ...(will && { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
    });
    client = made;
    subscribed = false;
    const tried = version;
    let reached = false;
    let established = false;
    let lastWord = '';
    let refusal: number | undefined;
    let upSince = 0;

    made.handleMessage = (packet, done) => {
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      options.handle({ topic: packet.topic, payload, retain: packet.retain }, () => {
        if (made === client) done();
      });
    };
    made.stream.once('connect', () => {
      reached = true;
      // Without it a receipt waits some 38 ms for the broker's delayed ACK (Nagle).
      if ('setNoDelay' in made.stream && typeof made.stream.setNoDelay === 'function') made.stream.setNoDelay(true);
    });
    made.on('connect', () => {
      established = true;
      upSince = clock.now().mono;
      log.info({ version: tried }, 'connected to the broker');
      made.subscribe(options.subscribe, { qos: 1 }, (error, granted) => {
        const refused = granted?.filter(({ qos }) => qos >= 128).map(({ topic }) => topic) ?? [];
        if (error || refused.length > 0) {
          lastWord = `the broker refuses the subscription ${refused.join(', ')} ${error ? reasonOf(error) : ''}`.trim();
          made.end(true);
          return;
        }
        subscribed = true;
        options.up();
      });
    });
    made.on('disconnect', (packet) => {
      lastWord = packet.reasonCode === 142 ? 'another receiver uses the same client id' : `code ${packet.reasonCode}`;
    });
    made.on('error', (error) => {
      lastWord = reasonOf(error);
      if ('code' in error && typeof error.code === 'number') refusal = error.code;
    });
    made.on('close', () => {
      if (made !== client) return;
      client = undefined;
      subscribed = false;
      made.end(true);
      if (stopped) return;
      if (established && clock.now().mono - upSince >= BACKOFF.stableMs) failures = 0;
      // Reached, and sent away before a word: perhaps a broker that does not know this version (aedes, old ones).
      const other = reached && !established && !(refusal !== undefined && NOT_THE_VERSION.has(refusal));
      if (other) version = tried === 5 ? 4 : 5;
      if (other && tried === 5) {
        log.info({ reason: lastWord }, 'the broker does not take MQTT 5: trying 3.1.1');
        attempt();
        return;
      }
      retry(lastWord || 'connection closed');
    });
  }

  function retry(detail: string): void {
    const wait = spread(waitAfter(failures, BACKOFF), 0.4, ids.random());
    failures += 1;
    log.warn({ detail, waitMs: Math.round(wait) }, 'no connection to the broker');
    options.down(detail);
    cancelRetry = clock.at(later(clock.now().mono, Math.round(wait)), 'receiver reconnect', attempt);
  }

  return {
    start: attempt,
    connected: () => subscribed,
    publish(topic, payload, { retain = false, expirySeconds } = {}) {
      if (!client?.connected) return;
      const expiry = expirySeconds !== undefined && version === 5;
      client.publish(
        topic,
        payload,
        { qos: 1, retain, ...(expiry && { properties: { messageExpiryInterval: expirySeconds } }) },
        (error) => {
          if (error) log.warn({ topic, reason: reasonOf(error) }, 'a message did not leave');
        },
      );
    },
    async stop(last) {
      stopped = true;
      cancelRetry();
      const ending = client;
      client = undefined;
      subscribed = false;
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
    },
  };
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
