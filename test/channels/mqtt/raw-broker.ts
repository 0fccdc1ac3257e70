// A broker that does only what a test tells it: it accepts, reads packets, and answers with the bytes it is given.

import { createServer, type Socket } from 'node:net';

export interface RawPacket {
  /** MQTT control packet type: 1 CONNECT, 3 PUBLISH, 8 SUBSCRIBE, 12 PINGREQ, 14 DISCONNECT. */
  type: number;
  /** After the fixed header. */
  body: Buffer;
  send(...bytes: number[]): void;
  /** Cuts the line; what was sent may be lost with it. */
  close(): void;
  /** Hangs up when all is sent. */
  end(): void;
}

/** @param behave what to do with each packet; without it the broker is a black hole. */
export async function rawBroker(behave: (packet: RawPacket) => void = () => {}) {
  const sockets = new Set<Socket>();
  const seen: RawPacket[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let cut = split(rest); cut; cut = split(rest)) {
        rest = rest.subarray(cut.length);
        const packet = {
          ...cut.packet,
          send: (...bytes: number[]) => void socket.write(Uint8Array.from(bytes)),
          close: () => void socket.destroy(),
          end: () => void socket.end(),
        };
        seen.push(packet);
        behave(packet);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `mqtt://127.0.0.1:${port}`,
    seen,
    connections: () => connections,
    stop: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function split(bytes: Buffer): { packet: { type: number; body: Buffer }; length: number } | undefined {
  let size = 0;
  for (let at = 1; at < Math.min(bytes.length, 5); at += 1) {
    const byte = bytes[at] ?? 0;
    size |= (byte & 0x7f) << (7 * (at - 1));
    if (byte & 0x80) continue;
    const length = at + 1 + size;
    if (bytes.length < length) return undefined;
    return { packet: { type: (bytes[0] ?? 0) >> 4, body: bytes.subarray(at + 1, length) }, length };
  }
  return undefined;
}

/** CONNACK of MQTT 5, with properties as raw bytes. */
export const connack = (reason = 0, properties: number[] = []) => [
  ...[0x20, 3 + properties.length, 0, reason, properties.length, ...properties],
];
/** SUBACK of MQTT 5 for three topics. */
export const suback = (packet: RawPacket) => [0x90, 6, packet.body[0] ?? 0, packet.body[1] ?? 0, 0, 1, 1, 0];
/** PUBACK of MQTT 5 for a PUBLISH of QoS 1. */
export function puback({ body }: RawPacket, reason = 0): number[] {
  const at = 2 + body.readUInt16BE(0);
  return [0x40, 3, body[at] ?? 0, body[at + 1] ?? 0, reason];
}
export const topicOf = ({ body }: RawPacket): string => body.subarray(2, 2 + body.readUInt16BE(0)).toString();
/** The CloudEvents id in a PUBLISH. */
export const idOf = ({ body }: RawPacket): string | undefined => /"id":"([^"]+)"/.exec(body.toString())?.[1];
export const CONNECT = 1;
export const PUBLISH = 3;
export const SUBSCRIBE = 8;
