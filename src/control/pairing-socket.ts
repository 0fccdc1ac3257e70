// How a command beside the gateway asks it for its radio: a socket in the data directory that its owner alone may open. One
// question each connection, a line of JSON; answers as lines until it closes. The gateway owns the adapter: two scans at
// once would each hear half.

import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { ConfiguredDevice } from '#contract/config.ts';
import { near, trialReport } from '#contract/control/pairing.ts';
import { deviceFields } from '#contract/device-fields.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import type { PairingRadio } from '#src/hosting/radio/host.ts';

export const SOCKET = 'pairing.sock';
const MOST_CONNECTIONS = 4;
/** Bytes of a line, either way. */
const LONGEST = 100_000;

const question = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('nearby') }),
  z.strictObject({
    ask: z.literal('trial'),
    device: z.strictObject({
      ...deviceFields,
      driver: z.string().max(60),
      options: z.record(z.string(), z.unknown()),
    }),
    key: z.string().max(64).optional(),
  }),
]);

/** Serves until closed. A directory that takes no socket costs pairing, nothing else. */
export function servePairing(dataDir: string, radio: PairingRadio, log: Log): { close(): void } {
  const path = join(dataDir, SOCKET);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    let end: (() => void) | undefined;
    const say = (answer: object) => void socket.write(`${JSON.stringify(answer)}\n`);
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open.delete(socket);
      end?.();
    });
    lines(socket, (text) => {
      const asked = end ? undefined : question.safeParse(parsed(text)).data;
      if (!asked) return socket.destroy();
      const device = asked.ask === 'trial' ? (asked.device as ConfiguredDevice) : undefined;
      end = device
        ? radio.trial(device, asked.ask === 'trial' ? asked.key : undefined, (trial) => say({ trial }))
        : radio.nearby((near) => say({ near }));
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('error', (thrown) => log.warn({ err: reasonOf(thrown) }, 'no socket for pairing'));
  // One of a gateway that was killed; the lock on the directory says that no other runs.
  rmSync(path, { force: true });
  server.listen(path, () => {
    try {
      chmodSync(path, 0o600);
    } catch (thrown) {
      log.warn({ err: reasonOf(thrown) }, 'the socket for pairing cannot be guarded');
      server.close();
    }
  });
  return {
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

const answer = z.union([z.strictObject({ near }), z.strictObject({ trial: trialReport })]);

/**
 * The radio of the gateway that runs on `dataDir`; undefined where none does.
 * @param ended the gateway went away in the middle
 */
export async function pairingOf(dataDir: string, ended: () => void): Promise<PairingRadio | undefined> {
  const path = join(dataDir, SOCKET);
  const probe = await opened(path);
  if (!probe) return undefined;
  probe.destroy();

  function ask(asked: object, told: (said: z.output<typeof answer>) => void): () => void {
    let over = false;
    const socket = connect(path, () => void socket.write(`${JSON.stringify(asked)}\n`));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!over) ended();
    });
    lines(socket, (text) => {
      const { data } = answer.safeParse(parsed(text));
      if (data && !over) told(data);
    });
    return () => {
      over = true;
      socket.destroy();
    };
  }

  return {
    nearby: (told) => ask({ ask: 'nearby' }, (said) => 'near' in said && told(said.near)),
    trial: (device, key, told) => ask({ ask: 'trial', device, key }, (said) => 'trial' in said && told(said.trial)),
  };
}

function opened(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT' || thrown.code === 'ECONNREFUSED') resolve(undefined);
      else reject(thrown);
    });
  });
}

function lines(socket: Socket, take: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > LONGEST) return socket.destroy();
    for (const part of parts) take(part);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
