// An MQTT.js client on its line. TCP and TLS are opened here: MQTT.js would load WebSocket, HTTP and SOCKS with them, 60 ms
// of every start and 5 MB of memory. A WebSocket is its own to open.

import { createConnection, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { connect, type IClientOptions, MqttClient } from 'mqtt';

/** Where the address names none (IANA). */
const PORT = 1883;
const TLS_PORT = 8883;

export type ClientOptions = IClientOptions & { host: string; minVersion?: 'TLSv1.2' };

/**
 * @param line to the broker, TLS included, where somebody has opened it already.
 * @throws what TLS says of a key or certificate that cannot be read.
 */
export function openClient(options: ClientOptions, line?: Duplex): MqttClient {
  const { protocol, host, port } = options;
  switch (protocol) {
    case 'mqtt':
      return new MqttClient(() => line ?? createConnection({ host, port: port ?? PORT }), options);
    case 'mqtts':
      return new MqttClient(() => line ?? secured(options), options);
    default:
      return connect(
        line ? { ...options, wsOptions: { ...options.wsOptions, createConnection: () => line } } : options,
      );
  }
}

function secured({ host, port = TLS_PORT, ca, cert, key, minVersion }: ClientOptions): TLSSocket {
  // Not imported: a home that talks to a broker under its own roof does without, and is 2 MB lighter.
  const tls = process.getBuiltinModule('node:tls');
  return tls.connect({
    host,
    port,
    ca,
    cert,
    key,
    minVersion,
    rejectUnauthorized: true,
    // An address is no name that could be asked for.
    ...(isIP(host) === 0 && { servername: host }),
  });
}
