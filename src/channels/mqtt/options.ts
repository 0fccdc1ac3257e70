// What MQTT.js is given for one session. A fresh object each time: the client writes into it.

import { Store } from 'mqtt';
import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import type { ClientOptions } from './client.ts';
import { allGranted, type Granted } from './grants.ts';
import { DAY_SECONDS, LARGEST_INBOUND } from './limits.ts';

/** Throws a TypeError for an address that is none; the config check is before it. */
export function connectOptions(
  config: UplinkConfig,
  secrets: UplinkSecrets,
  version: 5 | 4,
  will: { topic: string; body: string } | undefined,
  granted: Granted = allGranted,
): ClientOptions {
  const url = new URL(config.url);
  const protocol = url.protocol.slice(0, -1) as 'mqtt' | 'mqtts' | 'ws' | 'wss';
  const secure = protocol === 'mqtts' || protocol === 'wss';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    protocol,
    host,
    hostname: host,
    ...(url.port && { port: Number(url.port) }),
    ...(protocol.startsWith('ws') && { path: `${url.pathname}${url.search}` }),
    clientId: clientIdOf(config),
    protocolVersion: version,
    // Receipts and commands that come while the gateway is away wait at the broker, for a day.
    clean: false,
    ...(version === 5 && {
      properties: { sessionExpiryInterval: DAY_SECONDS, maximumPacketSize: LARGEST_INBOUND, receiveMaximum: 64 },
    }),
    keepalive: config.keepaliveSeconds,
    // A pipe only: no reconnecting, queueing or re-subscribing of its own. Connect deadlines are ours too; its own is
    // far behind them.
    reconnectPeriod: 0,
    connectTimeout: 3_600_000,
    queueQoSZero: false,
    resubscribe: false,
    timerVariant: 'native',
    // Its own throws at an acknowledgement that still comes out of the stream after the end.
    outgoingStore: new Store({ clean: false }),
    incomingStore: new Store({ clean: false }),
    // Else it keeps a buffer for every number up to 65,535: 12 MB and 20 ms at the first connection.
    writeCache: false,
    ...(config.username !== undefined && { username: config.username }),
    ...(secrets.password !== undefined && { password: secrets.password }),
    ...(secure && { rejectUnauthorized: true, minVersion: 'TLSv1.2' as const }),
    ...(secure && secrets.ca !== undefined && { ca: secrets.ca }),
    ...(secure && secrets.cert !== undefined && { cert: secrets.cert }),
    ...(secure && secrets.key !== undefined && { key: secrets.key }),
    ...(will &&
      granted.will && {
        will: { topic: will.topic, payload: Buffer.from(will.body), qos: granted.qos, retain: granted.retain },
      }),
  };
}

/**
 * A visit of somebody else than the gateway: another client id, a clean session that ends with the connection, no will.
 * The broker keeps nothing of it, and the gateway's session stays as it is.
 */
export function visitOptions(
  config: UplinkConfig,
  secrets: UplinkSecrets,
  version: 5 | 4,
  visitor: string,
): ClientOptions {
  const { properties: _, password, ...options } = connectOptions(config, secrets, version, undefined);
  return {
    ...options,
    clientId: `${clientIdOf(config)}-${visitor}`,
    clean: true,
    keepalive: 30,
    // MQTT 3.1.1 has no password without a user name.
    ...(password !== undefined && (version === 5 || config.username !== undefined) && { password }),
  };
}

/** One gateway, one session at the broker: the id is the same at every connection. */
export const clientIdOf = ({ tenant, gateway }: Pick<UplinkConfig, 'tenant' | 'gateway'>): string =>
  `hearthward-${tenant}-${gateway}`;
