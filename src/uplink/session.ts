// One MQTT session, from the socket to its end. MQTT.js is the pipe in it; nothing outlives it.

import type { MqttClient } from 'mqtt';
import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { reasonOf } from '#contract/errors.ts';
import { type Cancel, type Clock, later, type MonoMs } from '#contract/time.ts';
import { openClient } from './client.ts';
import { type Ending, endingOf } from './ending.ts';
import { IN_FLIGHT_LIMIT } from './limits.ts';
import { connectOptions } from './options.ts';
import type { UplinkTimes } from './times.ts';

export interface SessionPlan {
  config: UplinkConfig;
  secrets: UplinkSecrets;
  version: 5 | 4;
  will: { topic: string; body: string };
  clock: Clock;
  times: Pick<UplinkTimes, 'connectMs' | 'ackMs'>;
}

export interface SessionEvents {
  connected(): void;
  message(topic: string, payload: Uint8Array, retained: boolean): void;
  /** Once, last; never from within `openSession`. */
  ended(end: Ending): void;
}

/** PUBACK or SUBACK: taken, or the broker's reason against it. */
export type Outcome = { taken: true } | { taken: false; reason: number };

export interface Session {
  /** QoS 1. `done` is called at most once: not when the session ends first. */
  publish(topic: string, body: string, retain: boolean, done: (outcome: Outcome) => void): void;
  subscribe(topics: Record<string, { qos: 0 | 1 }>, done: (outcome: Outcome) => void): void;
  /** Messages that wait for their PUBACK. */
  inFlight(): number;
  /** The broker's limit on that, or ours, whichever is lower. */
  limit(): number;
  /** Bytes of the largest packet that the broker takes. */
  largestPacket(): number;
  /** DISCONNECT, then close; resolves when closed. No `ended` follows. */
  leave(): Promise<void>;
  /** Cuts the line: the broker publishes the will. No `ended` follows. */
  abort(): void;
}

export function openSession(plan: SessionPlan, events: SessionEvents): Session {
  const { clock, times } = plan;
  let client: MqttClient | undefined;
  let over = false;
  let connected = false;
  let limits = { inFlight: IN_FLIGHT_LIMIT, packet: Number.POSITIVE_INFINITY };
  let lastError = '';
  /** Owed acknowledgements, oldest first: when each was asked for. */
  const owed = new Map<number, MonoMs>();
  let publishing = 0;
  let nextToken = 0;
  let lastAck = 0 as MonoMs;
  let cancelDeadline: Cancel = () => {};

  const now = () => clock.now().mono;

  function end(ending: Ending): void {
    if (over) return;
    abort();
    events.ended(ending);
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
    cancelDeadline = clock.at(deadlineOf(oldest), 'uplink-ack', () =>
      end({ cause: 'silent', detail: 'an acknowledgement did not come' }),
    );
  }

  /** Runs `ask` with a callback that is good once, and only while this session lives. */
  function expectAck(ask: (answered: (reason: number | undefined) => void) => void, done: (o: Outcome) => void): void {
    const token = nextToken++;
    owed.set(token, now());
    watchAcks();
    ask((reason) => {
      if (over || !owed.delete(token)) return;
      lastAck = now();
      watchAcks();
      done(reason === undefined ? { taken: true } : { taken: false, reason });
    });
  }

  function listen(mqtt: MqttClient): void {
    mqtt.on('connect', (connack) => {
      if (over) return;
      connected = true;
      cancelDeadline();
      const { receiveMaximum, maximumPacketSize } = connack.properties ?? {};
      limits = {
        inFlight: Math.min(IN_FLIGHT_LIMIT, receiveMaximum ?? IN_FLIGHT_LIMIT),
        packet: maximumPacketSize ?? Number.POSITIVE_INFINITY,
      };
      events.connected();
    });
    mqtt.on('message', (topic, payload, packet) => {
      if (!over) events.message(topic, payload, packet.retain);
    });
    mqtt.on('disconnect', ({ reasonCode }) => end({ cause: 'dismissed', reason: reasonCode ?? 0 }));
    mqtt.on('error', (error) => {
      const { code } = error as { code?: unknown };
      lastError = error.message;
      if (connected) end(error.message === KEEPALIVE ? { cause: 'silent', detail: 'no PINGRESP' } : lost());
      else if (typeof code === 'number') end({ cause: 'refused', reason: code });
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
    client = openClient(connectOptions(plan.config, plan.secrets, plan.version, plan.will));
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
      publishing += 1;
      // Content type and format: CloudEvents 1.0 MQTT binding, structured mode.
      const properties = { contentType: 'application/cloudevents+json', payloadFormatIndicator: true };
      const options = { qos: 1, retain, ...(plan.version === 5 && { properties }) } as const;
      const ask = (answered: (reason: number | undefined) => void) =>
        client?.publish(topic, body, options, (error) => answered(reasonOfAck(error)));
      expectAck(ask, (outcome) => {
        publishing -= 1;
        done(outcome);
      });
    },
    subscribe(topics, done) {
      if (over || !connected || !client) return;
      const ask = (answered: (reason: number | undefined) => void) =>
        client?.subscribe(topics, {}, (error, _granted, suback) =>
          answered(
            error ? (suback?.granted.map(Number).find((code) => code >= UNSPECIFIED) ?? UNSPECIFIED) : undefined,
          ),
        );
      expectAck(ask, done);
    },
    inFlight: () => publishing,
    limit: () => limits.inFlight,
    largestPacket: () => limits.packet,
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

const KEEPALIVE = 'Keepalive timeout';
/** The lowest reason of a refusal, and the only one that MQTT 3.1.1 has for a subscription. */
const UNSPECIFIED = 0x80;

function reasonOfAck(error: Error | null | undefined): number | undefined {
  if (!error) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : UNSPECIFIED;
}
