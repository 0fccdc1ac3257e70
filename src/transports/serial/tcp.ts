// A serial line behind a serial server (ser2net, a converter box, the simulated home): plain bytes over TCP.

import { connect } from 'node:net';
import type { SerialServer } from '#contract/serial-port.ts';
import type { LinkDown } from '#contract/transport.ts';
import type { Line, LineEvents } from './line.ts';

/** Idle time before the kernel asks whether the server is still there; it gives up about ten seconds later. */
const KEEP_ALIVE_MS = 5_000;

export function connectServer({ host, port }: SerialServer, events: LineEvents): Line {
  const released = Promise.withResolvers<void>();
  let state: 'opening' | 'open' | 'over' = 'opening';
  let failure: NodeJS.ErrnoException | undefined;

  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
  socket.on('connect', () => {
    if (state !== 'opening') return;
    state = 'open';
    events.opened();
  });
  socket.on('data', (chunk) => {
    if (state === 'open') events.bytes(chunk);
  });
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => {
    released.resolve();
    if (state === 'over') return;
    const reason = state === 'open' ? 'lost' : reasonFor(failure?.code);
    state = 'over';
    events.lost({ reason, detail: failure?.message ?? `${host}:${port} closed the connection` });
  });

  return {
    write: (bytes, done) => {
      socket.write(Uint8Array.from(bytes), (error) => done(error));
    },
    close() {
      state = 'over';
      socket.destroy();
      return released.promise;
    },
  };
}

function reasonFor(code: string | undefined): LinkDown['reason'] {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return 'missing';
    default:
      return 'failed';
  }
}
