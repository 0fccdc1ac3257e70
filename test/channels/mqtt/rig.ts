// A gateway's uplink and a platform around a real broker, both with their ears open.

import { connect, type MqttClient } from 'mqtt';
import type { ChannelEvents } from '#contract/channel.ts';
import type { Command, CommandAnswer } from '#contract/command.ts';
import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import type { HistoryRecord } from '#contract/store.ts';
import type { Clock } from '#contract/time.ts';
import { cloudEvent } from '#contract/uplink/envelope.ts';
import { topics } from '#contract/uplink/topics.ts';
import { until } from '#fakes/wait.ts';
import { createMqttChannel, type MqttIo } from '#src/channels/mqtt/channel.ts';
import type { UplinkTimes } from '#src/channels/mqtt/times.ts';
import { systemClock } from '#src/clock/system.ts';
import { address, devices, ring } from './entries.ts';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields: object;
}

export function quietLog(lines: LogLine[] = []): Log {
  const at = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => quietLog(lines) };
}

/** Quick enough for tests on a busy machine, with the proportions of the real ones. */
export const quick: Partial<UplinkTimes> = {
  ...{ connectMs: 1_500, ackMs: 1_500, resendMs: 400, resendMaxMs: 1_600, announceGapMs: 50 },
  ...{ reconnectMs: 40, reconnectMaxMs: 300, stableMs: 60_000, historyRestMs: 1, historyIdleMs: 50 },
};

export interface GatewayOptions {
  url: string;
  /** Or how to read them, at each attempt. */
  secrets?: UplinkSecrets | (() => UplinkSecrets);
  config?: Partial<UplinkConfig>;
  outbox?: OutboxEntry[];
  history?: HistoryRecord[];
  times?: Partial<UplinkTimes>;
  clock?: Clock;
  /** What the home says to a command; done, unless told otherwise. */
  answerTo?: (command: Command) => CommandAnswer;
  events?: Partial<ChannelEvents>;
  inventory?: MqttIo['inventory'];
}

export function gateway(options: GatewayOptions) {
  const log: LogLine[] = [];
  const answerTo = options.answerTo ?? (({ id }: Command): CommandAnswer => ({ commandId: id, done: true }));
  const sent: string[] = [];
  const received: string[] = [];
  const commands: Command[] = [];
  /** Every word about the session: a trouble's code, or 'well'. */
  const session: string[] = [];
  /** Of the troubles. */
  const details: string[] = [];
  /** Every word about what the broker grants too little of: codes, or nothing. */
  const short: string[] = [];
  const shortages = new Set<string>();
  let position = 0;
  let count = 0;
  const ids: Ids = { next: () => `id-${++count}`, random: () => 0.5 };
  const channel = createMqttChannel({
    config: { ...address, channel: 'main', url: options.url, keepaliveSeconds: 20, ...options.config },
    secrets: () => (typeof options.secrets === 'function' ? options.secrets() : (options.secrets ?? {})),
    clock: options.clock ?? systemClock(),
    ids,
    log: quietLog(log),
    events: {
      sent: ({ msgId }) => void sent.push(msgId),
      arrived: (eventId) => void received.push(eventId),
      command(command) {
        commands.push(command);
        return answerTo(command);
      },
      session: (trouble) => {
        session.push(trouble?.code ?? 'well');
        if (trouble) details.push(trouble.detail);
      },
      limited(code, detail) {
        const before = [...shortages].join(' ');
        if (detail === undefined) shortages.delete(code);
        else shortages.add(code);
        const now = [...shortages].join(' ');
        if (now !== before) short.push(now);
      },
      ...options.events,
    },
    inventory: options.inventory ?? (() => ({ devices, alerts: [], faults: [] })),
    leaves: () => true,
    history: ring(options.history ?? []),
    cursor: {
      get: () => position,
      save: (to) => {
        position = to;
      },
    },
    bootId: 'boot',
    version: '0.0.0',
    times: { ...quick, ...options.times },
  });
  const logged = (message: string) => log.filter((line) => line.message === message);
  for (const entry of options.outbox ?? []) channel.offer(entry);
  return { ...channel, sent, received, commands, session, details, short, log, logged, position: () => position };
}

export interface Heard {
  /** `alert`, `state`, … */
  what: string;
  id: string;
  retained: boolean;
  message: { id: string; type: string; source: string; data: Record<string, unknown> };
}

export interface PlatformOptions {
  url: string;
  /** Gives a receipt for every alert event that it hears. */
  receipts?: boolean;
  secrets?: UplinkSecrets;
  username?: string;
  password?: string;
  protocolVersion?: 4 | 5;
  /** Of what it publishes. */
  qos?: 0 | 1;
}

/** A platform that listens to one gateway. It has no session at the broker: what is sent while it is away is lost on it. */
export async function platform(options: PlatformOptions) {
  const heard: Heard[] = [];
  const { ca, cert, key } = options.secrets ?? {};
  const { username, password } = options;
  const client: MqttClient = connect(options.url, {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...{ protocolVersion: options.protocolVersion ?? 4, reconnectPeriod: 50, clientId: 'platform', clean: true },
  });
  const giveReceipt = (eventId: string, id = `receipt-${eventId}`) => say('receipt', id, { eventId });

  function say(what: 'receipt' | 'command', id: string, data: object, type = `hearthward.${what}`) {
    const body = JSON.stringify(cloudEvent(type, `/${address.tenant}/platform`, id, Date.now(), data));
    return client.publishAsync(topics.down(address, what), body, { qos: options.qos ?? 1 });
  }

  client.on('message', (topic, payload, packet) => {
    const message = JSON.parse(payload.toString()) as Heard['message'];
    const what = topic.split('/').at(-1) ?? '';
    heard.push({ what, id: message.id, retained: packet.retain, message });
    if (what === 'alert' && options.receipts) void giveReceipt(message.id);
  });
  const subscribed = () => client.subscribeAsync(`hearthward/v1/${address.tenant}/+/up/#`, { qos: 1 });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  await subscribed();
  // MQTT.js subscribes again by itself after each reconnect.

  return {
    heard,
    client,
    giveReceipt,
    ids: (what: string) => heard.filter((message) => message.what === what).map(({ id }) => id),
    /** Until as many messages of a kind have come. */
    hears: (what: string, count = 1) =>
      until(() => {
        const those = heard.filter((message) => message.what === what);
        if (those.length < count) throw new Error(`heard ${those.length} of ${count} ${what}`);
        return those;
      }),
    command: (id: string, data: object) => say('command', id, data),
    raw: (what: 'receipt' | 'command', body: string | Buffer, retain = false) =>
      client.publishAsync(topics.down(address, what), body, { qos: 1, retain }),
    birth: (since: string, online = true) => {
      const data = { online, since };
      const body = cloudEvent('hearthward.platform', `/${address.tenant}/platform`, `birth-${since}`, 0, data);
      return client.publishAsync(topics.platform(address.tenant), JSON.stringify(body), { qos: 1, retain: true });
    },
    end: () => client.endAsync(true),
  };
}

/** Waits for a condition that is expected to come true. */

export const quietly = (stop: (() => Promise<unknown>)[]) => Promise.all(stop.splice(0).map((end) => end()));
