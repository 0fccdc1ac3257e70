// One MQTT session, from the socket to its end. MQTT.js is the pipe in it; nothing outlives it.

import type { MqttClient } from 'mqtt';
import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { reasonOf } from '#contract/errors.ts';
import { type Cancel, type Clock, later, type MonoMs } from '#contract/time.ts';
import { PACKET_TOO_LARGE } from '#contract/uplink/reasons.ts';
import { openClient } from './client.ts';
import { type Ending, endingOf } from './ending.ts';
import { allGranted, type Granted, grantedBy } from './grants.ts';
import { IN_FLIGHT_LIMIT } from './limits.ts';
import { connectOptions } from './options.ts';
import { bodyRoom, CONTENT_TYPE, publishBytes, subscribeBytes } from './packet.ts';
import type { UplinkTimes } from './times.ts';

export interface SessionPlan {
  config: UplinkConfig;
  secrets: UplinkSecrets;
  version: 5 | 4;
  will: { topic: string; body: string };
  /** What the broker is known to grant; all, where nothing is known. */
  granted?: Granted;
  clock: Clock;
  times: Pick<UplinkTimes, 'connectMs' | 'ackMs'>;
}

export interface SessionEvents {
  connected(): void;
  message(topic: string, payload: Uint8Array, retained: boolean): void;
  /** A message of so many bytes was acknowledged. */
  taken?(bytes: number): void;
  /** Once, last; never from within `openSession`. */
  ended(end: Ending, owed: readonly Owed[]): void;
}

/** What had no acknowledgement when a session ended. */
export interface Owed {
  /** A topic's last word, or `subscription`. */
  what: string;
  bytes: number;
}

/** PUBACK or SUBACK: taken, or the broker's reason against it. */
export type Outcome = { taken: true } | { taken: false; reason: number };

export interface Session {
  /**
   * QoS 1 and retained as asked, where the broker grants it. `done` is called at most once: not when the session ends
   * first. What is larger than the broker takes does not leave: 0x95.
   */
  publish(topic: string, body: string, retain: boolean, done: (outcome: Outcome) => void): void;
  subscribe(topics: Record<string, { qos: 0 | 1 }>, done: (outcome: Outcome) => void): void;
  /** Messages that wait for their PUBACK. */
  inFlight(): number;
  /** The broker's limit on that, or ours, whichever is lower. */
  limit(): number;
  /** What the broker grants. */
  granted(): Granted;
  /** Bytes that a body on this topic may have, in a packet of at most `limit` bytes and of what the broker takes. */
  room(topic: string, limit?: number): number;
  /** The most that any body may have: the packet leaves without the properties that say what it holds. */
  mostRoom(topic: string): number;
  /** Whether one packet for all of these topics is small enough. */
  takesSubscription(topics: readonly string[]): boolean;
  /** DISCONNECT, then close; resolves when closed. No `ended` follows. */
  leave(): Promise<void>;
  /** Cuts the line: the broker publishes the will. No `ended` follows. */
  abort(): void;
}

export function openSession(plan: SessionPlan, events: SessionEvents): Session {
  const { clock, times, version } = plan;
  let client: MqttClient | undefined;
  let over = false;
  let connected = false;
  let inFlightLimit = IN_FLIGHT_LIMIT;
  let granted = plan.granted ?? allGranted;
  let lastError = '';
  /** Owed acknowledgements, oldest first, and when each was asked for. */
  const owed = new Map<number, Owed & { since: MonoMs }>();
  let publishing = 0;
  let nextToken = 0;
  let lastAck = 0 as MonoMs;
  let cancelDeadline: Cancel = () => {};

  const now = () => clock.now().mono;

  function end(ending: Ending): void {
    if (over) return;
    const left = [...owed.values()].map(({ what, bytes }) => ({ what, bytes }));
    abort();
    events.ended(ending, left);
  }

  function abort(): void {
    over = true;
    cancelDeadline();
    client?.end(true);
  }

  // Brokers acknowledge in order: as long as acknowledgements come in, a slow line is not a dead one. Yet none may
  // wait for ever.
  const deadlineOf = (oldest: MonoMs): MonoMs =>
    Math.min(later(Math.max(oldest, lastAck) as MonoMs, times.ackMs), later(oldest, 6 * times.ackMs)) as MonoMs;

  function watchAcks(): void {
    cancelDeadline();
    const [oldest] = owed.values();
    if (oldest === undefined) return;
    cancelDeadline = clock.at(deadlineOf(oldest.since), 'uplink-ack', () =>
      end({ cause: 'silent', detail: 'an acknowledgement did not come' }),
    );
  }

  /** Runs `ask` with a callback that is good once, and only while this session lives. */
  function expectAck(
    asked: Owed,
    ask: (answered: (reason: number | undefined) => void) => void,
    done: (o: Outcome) => void,
  ): void {
    const token = nextToken++;
    owed.set(token, { ...asked, since: now() });
    watchAcks();
    ask((reason) => {
      if (over || !owed.delete(token)) return;
      lastAck = now();
      watchAcks();
      if (reason === undefined) events.taken?.(asked.bytes);
      done(reason === undefined ? { taken: true } : { taken: false, reason });
    });
  }

  function listen(mqtt: MqttClient): void {
    mqtt.on('connect', (connack) => {
      if (over) return;
      connected = true;
      cancelDeadline();
      const { properties = {} } = connack;
      inFlightLimit = Math.min(IN_FLIGHT_LIMIT, properties.receiveMaximum ?? IN_FLIGHT_LIMIT);
      // MQTT 3.1.1 announces nothing: what is known stays.
      if (version === 5) granted = { ...granted, ...grantedBy(properties) };
      events.connected();
    });
    mqtt.on('message', (topic, payload, packet) => {
      if (!over) events.message(topic, payload, packet.retain);
    });
    let server: string | undefined;
    mqtt.on('packetreceive', (packet) => {
      if (packet.cmd === 'connack' || packet.cmd === 'disconnect') server = packet.properties?.serverReference;
    });
    mqtt.on('disconnect', ({ reasonCode }) => end({ cause: 'dismissed', reason: reasonCode ?? 0, server }));
    mqtt.on('error', (error) => {
      const { code } = error as { code?: unknown };
      lastError = error.message;
      if (connected) end(error.message === KEEPALIVE ? { cause: 'silent', detail: 'no PINGRESP' } : lost());
      else if (typeof code === 'number') end({ cause: 'refused', reason: code, server });
      else if (code === 'ECONNRESET' || code === 'EPIPE') end({ cause: 'closed-early', detail: code });
      else if (typeof code === 'string') end(endingOf(code, error.message));
      else end({ cause: 'closed-early', detail: error.message });
    });
    mqtt.on('close', () => end(connected ? lost() : { cause: 'closed-early', detail: lastError || 'closed' }));
    mqtt.stream.on('error', (error: Error) => {
      lastError = error.message;
    });
    // MQTT.js leaves Nagle's algorithm on: each publish would wait for the ACK of the one before. A WebSocket has its own way.
    const socket: { setNoDelay?: (on: boolean) => void } = mqtt.stream as object;
    socket.setNoDelay?.(true);
  }

  const lost = (): Ending => ({ cause: 'lost', detail: lastError || 'closed by the other side' });

  try {
    client = openClient(connectOptions(plan.config, plan.secrets, version, plan.will, granted));
    listen(client);
    cancelDeadline = clock.at(later(now(), times.connectMs), 'uplink-connect', () => end({ cause: 'no-answer' }));
  } catch (thrown) {
    // A broken PEM text or address. Told later, as every other end is.
    const detail = reasonOf(thrown);
    cancelDeadline = clock.at(now(), 'uplink-unusable', () => end({ cause: 'unusable', detail }));
  }

  return {
    publish(topic, body, retain, done) {
      if (over || !connected || !client) return;
      const { qos } = granted;
      const size = (bare: boolean) => publishBytes(topic, Buffer.byteLength(body), { version, qos, bare });
      const bare = size(false) > granted.packet;
      const bytes = size(bare);
      if (bytes > granted.packet) return unsent(done);
      publishing += 1;
      const properties = { contentType: CONTENT_TYPE, payloadFormatIndicator: true };
      const options = { qos, retain: retain && granted.retain, ...(version === 5 && !bare && { properties }) };
      const ask = (answered: (reason: number | undefined) => void) =>
        client?.publish(topic, body, options, (error) => answered(reasonOfAck(error)));
      expectAck({ what: topic.slice(topic.lastIndexOf('/') + 1), bytes }, ask, (outcome) => {
        publishing -= 1;
        done(outcome);
      });
    },
    subscribe(topics, done) {
      if (over || !connected || !client) return;
      const bytes = subscribeBytes(Object.keys(topics), version);
      if (bytes > granted.packet) return unsent(done);
      const ask = (answered: (reason: number | undefined) => void) =>
        client?.subscribe(topics, {}, (error, _granted, suback) =>
          answered(
            error ? (suback?.granted.map(Number).find((code) => code >= UNSPECIFIED) ?? UNSPECIFIED) : undefined,
          ),
        );
      expectAck({ what: 'subscription', bytes }, ask, done);
    },
    inFlight: () => publishing,
    limit: () => inFlightLimit,
    granted: () => granted,
    room: (topic, limit = Number.POSITIVE_INFINITY) =>
      bodyRoom(Math.min(limit, granted.packet), topic, { version, qos: granted.qos }),
    mostRoom: (topic) => bodyRoom(granted.packet, topic, { version, qos: granted.qos, bare: true }),
    takesSubscription: (topics) => subscribeBytes(topics, version) <= granted.packet,
    leave: () =>
      new Promise((resolve) => {
        over = true;
        cancelDeadline();
        if (!client || !connected) {
          client?.end(true);
          return resolve();
        }
        client.stream.once('close', () => resolve());
        client.end(false);
      }),
    abort,
  };
}

/** Never within the call: what is not sent is answered as what is. */
const unsent = (done: (outcome: Outcome) => void): void =>
  queueMicrotask(() => done({ taken: false, reason: PACKET_TOO_LARGE }));

const KEEPALIVE = 'Keepalive timeout';
/** The lowest reason of a refusal, and the only one that MQTT 3.1.1 has for a subscription. */
const UNSPECIFIED = 0x80;

function reasonOfAck(error: Error | null | undefined): number | undefined {
  if (!error) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : UNSPECIFIED;
}
