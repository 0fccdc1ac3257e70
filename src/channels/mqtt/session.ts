// One MQTT session, from the socket to its end. MQTT.js is the pipe in it; nothing outlives it.

import type { MqttClient } from 'mqtt';
import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { reasonOf } from '#contract/errors.ts';
import { type Cancel, type Clock, later } from '#contract/time.ts';
import { PACKET_TOO_LARGE } from '#contract/uplink/reasons.ts';
import { type Acks, createAcks, type Outcome, type Owed } from './acks.ts';
import { openClient } from './client.ts';
import { type DisconnectReason, reasonBeforeConnack } from './disconnect.ts';
import { allGranted, type Granted, grantedBy } from './grants.ts';
import { IN_FLIGHT_LIMIT } from './limits.ts';
import { connectOptions } from './options.ts';
import { bodyRoom, CONTENT_TYPE, publishBytes, subscribeBytes } from './packet.ts';
import type { UplinkTimes } from './times.ts';
import { createTurns, type Turns } from './turns.ts';

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
  ended(why: DisconnectReason, owed: readonly Owed[]): void;
}

export type { Outcome, Owed } from './acks.ts';

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
  /** What came is handed on in turns, so that the loop hears the buttons between them; what is sent keeps to them as well. */
  turns: Turns;
  /** DISCONNECT, then close; resolves when closed. No `ended` follows. */
  leave(): Promise<void>;
  /** Cuts the line: the broker publishes the will. No `ended` follows. */
  abort(): void;
}

export function openSession(plan: SessionPlan, events: SessionEvents): Session {
  const { clock, times, version } = plan;
  const state: State = {
    over: false,
    connected: false,
    granted: plan.granted ?? allGranted,
    inFlightLimit: IN_FLIGHT_LIMIT,
    publishing: 0,
    lastError: '',
  };
  let client: MqttClient | undefined;
  let cancelDeadline: Cancel = () => {};
  const turns = createTurns(clock);
  const acks = createAcks({
    ...{ clock, turns, ackMs: times.ackMs },
    taken: (bytes) => events.taken?.(bytes),
    overdue: () => end({ cause: 'silent', detail: 'an acknowledgement did not come' }),
  });

  function end(why: DisconnectReason): void {
    if (state.over) return;
    const owed = acks.owed();
    abort();
    events.ended(why, owed);
  }

  function abort(): void {
    state.over = true;
    cancelDeadline();
    acks.stop();
    client?.end(true);
  }

  function connected(): void {
    cancelDeadline();
    events.connected();
  }

  const within = (ms: number, name: string, why: DisconnectReason) => {
    cancelDeadline = clock.at(later(clock.now().mono, ms), name, () => end(why));
  };
  try {
    client = openClient(connectOptions(plan.config, plan.secrets, version, plan.will, state.granted));
    listen(client, { state, version, events, turns, connected, end });
    within(times.connectMs, 'uplink-connect', { cause: 'no-answer' });
  } catch (thrown) {
    // A broken PEM text or address. Never within the call, like every other end.
    within(0, 'uplink-unusable', { cause: 'unusable', detail: reasonOf(thrown) });
  }

  const usable = () => (state.over || !state.connected ? undefined : client);
  return {
    publish(topic, body, retain, done) {
      const mqtt = usable();
      if (mqtt) publish(mqtt, { state, version, acks }, { topic, body, retain }, done);
    },
    subscribe(topics, done) {
      const mqtt = usable();
      if (mqtt) subscribe(mqtt, { state, version, acks }, topics, done);
    },
    inFlight: () => state.publishing,
    limit: () => state.inFlightLimit,
    granted: () => state.granted,
    room: (topic, limit = Number.POSITIVE_INFINITY) =>
      bodyRoom(Math.min(limit, state.granted.packet), topic, { version, qos: state.granted.qos }),
    mostRoom: (topic) => bodyRoom(state.granted.packet, topic, { version, qos: state.granted.qos, bare: true }),
    takesSubscription: (topics) => subscribeBytes(topics, version) <= state.granted.packet,
    turns,
    leave: () =>
      new Promise((resolve) => {
        state.over = true;
        cancelDeadline();
        acks.stop();
        if (!client || !state.connected) {
          client?.end(true);
          return resolve();
        }
        client.stream.once('close', () => resolve());
        client.end(false);
      }),
    abort,
  };
}

interface State {
  /** Nothing of this session counts any more. */
  over: boolean;
  connected: boolean;
  granted: Granted;
  /** The broker's limit on messages that wait for their PUBACK, or ours. */
  inFlightLimit: number;
  /** How many do. */
  publishing: number;
  /** Of the socket. */
  lastError: string;
}

/** What MQTT.js says of its connection, as events of the session. */
function listen(
  mqtt: MqttClient,
  io: {
    state: State;
    version: 5 | 4;
    events: SessionEvents;
    turns: Turns;
    connected(): void;
    end(why: DisconnectReason): void;
  },
): void {
  const { state, version, events, turns, end } = io;
  /** Where a broker that refuses or dismisses us says that we should go. */
  let server: string | undefined;
  const lost = (): DisconnectReason => ({ cause: 'lost', detail: state.lastError || 'closed by the other side' });

  mqtt.on('connect', ({ properties = {} }) => {
    if (state.over) return;
    state.connected = true;
    state.inFlightLimit = Math.min(IN_FLIGHT_LIMIT, properties.receiveMaximum ?? IN_FLIGHT_LIMIT);
    // MQTT 3.1.1 announces nothing: what is known stays.
    if (version === 5) state.granted = { ...state.granted, ...grantedBy(properties) };
    io.connected();
  });
  // Acknowledged when it was understood, and not before; the packets behind it wait in MQTT.js. What comes when the session
  // is over is not acknowledged, yet let through: a stream that nobody reads to its end does not close.
  mqtt.handleMessage = ({ topic, payload, retain }, done) => {
    const isOver = () => (state.over ? new Error('the session is over') : undefined);
    if (state.over) return done(isOver());
    turns.add(() => {
      events.message(topic, Buffer.from(payload), retain);
      done(isOver());
    });
  };
  mqtt.on('packetreceive', (packet) => {
    if (packet.cmd === 'connack' || packet.cmd === 'disconnect') server = packet.properties?.serverReference;
  });
  mqtt.on('disconnect', ({ reasonCode }) => end({ cause: 'dismissed', reason: reasonCode ?? 0, server }));
  mqtt.on('error', (error) => {
    state.lastError = error.message;
    if (!state.connected) end(reasonBeforeConnack(error, server));
    else end(error.message === KEEPALIVE ? { cause: 'silent', detail: 'no PINGRESP' } : lost());
  });
  mqtt.on('close', () =>
    end(state.connected ? lost() : { cause: 'closed-early', detail: state.lastError || 'closed' }),
  );
  mqtt.stream.on('error', (error: Error) => {
    state.lastError = error.message;
  });
  // MQTT.js leaves Nagle's algorithm on: each publish would wait for the ACK of the one before. A WebSocket has its own way.
  const socket: { setNoDelay?: (on: boolean) => void } = mqtt.stream as object;
  socket.setNoDelay?.(true);
}

interface Sending {
  state: State;
  version: 5 | 4;
  acks: Acks;
}

function publish(
  mqtt: MqttClient,
  { state, version, acks }: Sending,
  { topic, body, retain }: { topic: string; body: string; retain: boolean },
  done: (outcome: Outcome) => void,
): void {
  const { qos, packet } = state.granted;
  const size = (bare: boolean) => publishBytes(topic, Buffer.byteLength(body), { version, qos, bare });
  const bare = size(false) > packet;
  const bytes = size(bare);
  if (bytes > packet) return unsent(done);
  state.publishing += 1;
  const properties = { contentType: CONTENT_TYPE, payloadFormatIndicator: true };
  const options = {
    qos,
    retain: retain && state.granted.retain,
    ...(version === 5 && !bare && { properties }),
  };
  acks.expect(
    { what: topic.slice(topic.lastIndexOf('/') + 1), bytes },
    (answered) => mqtt.publish(topic, body, options, (error) => answered(reasonOfAck(error))),
    (outcome) => {
      state.publishing -= 1;
      done(outcome);
    },
  );
}

function subscribe(
  mqtt: MqttClient,
  { state, version, acks }: Sending,
  topics: Record<string, { qos: 0 | 1 }>,
  done: (outcome: Outcome) => void,
): void {
  const bytes = subscribeBytes(Object.keys(topics), version);
  if (bytes > state.granted.packet) return unsent(done);
  const refused = (codes: readonly unknown[] = []) => codes.map(Number).find((code) => code >= UNSPECIFIED);
  acks.expect(
    { what: 'subscription', bytes },
    (answered) =>
      mqtt.subscribe(topics, {}, (error, _granted, suback) =>
        answered(error ? (refused(suback?.granted) ?? UNSPECIFIED) : undefined),
      ),
    done,
  );
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
