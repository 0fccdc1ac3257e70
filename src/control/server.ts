// The local admin API: HTTP over a Unix socket, one table of routes. What goes wrong here costs the caller an answer and the
// gateway nothing.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { CONTROL_SOCKET, type Permit } from '#contract/control/route.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, later, SECOND } from '#contract/time.ts';
import { RequestRefused } from './errors.ts';
import type { Gateway } from './gateway.ts';
import { createServer } from './http.ts';
import { LIMITS } from './limits.ts';
import { listenPrivately } from './listen.ts';
import { refuse, reply } from './reply.ts';
import { understood } from './request.ts';
import type { Served } from './table.ts';

export interface ControlServer {
  close(): void;
}

export interface ControlOptions {
  dataDir: string;
  routes: readonly Served[];
  gateway: Gateway;
  clock: Clock;
  log: Log;
  /** What whoever can open this socket may do. */
  grants?: Permit;
  socket?: string;
}

const times = {
  maxHeaderSize: LIMITS.headers,
  headersTimeout: LIMITS.requestMs,
  requestTimeout: LIMITS.requestMs,
  keepAliveTimeout: SECOND,
};

/** Serves until closed. A directory that takes no socket costs the API, nothing else. */
export function serveControl({ grants = 'write', socket = CONTROL_SOCKET, ...options }: ControlOptions): ControlServer {
  const { dataDir, routes, gateway, clock, log } = options;
  const underWay = { requests: 0, streams: 0 };

  async function answer(request: IncomingMessage, response: ServerResponse, unhurry: () => void): Promise<void> {
    if (underWay.requests > LIMITS.requests)
      throw new RequestRefused('too-many', 'too many requests at once; try again in a moment');
    const { route, asked } = await understood(request, routes, grants);
    if (response.destroyed) return;
    if (route.permit === 'write')
      log.info({ event: 'control', method: route.method, path: route.path }, 'asked locally');
    if (route.form === 'stream') {
      unhurry();
      beginStream(response);
    }
    await reply[route.form](route, asked, gateway, response);
  }

  function beginStream(response: ServerResponse): void {
    if (underWay.streams >= LIMITS.streams)
      throw new RequestRefused('too-many', `${LIMITS.streams} callers listen already; end one of them`);
    underWay.streams += 1;
    response.once('close', () => {
      underWay.streams -= 1;
    });
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    underWay.requests += 1;
    const unhurry = clock.at(later(clock.now().mono, LIMITS.requestMs), 'control-deadline', () =>
      refuse(response, new RequestRefused('too-slow', 'the gateway took too long')),
    );
    response.once('close', () => {
      underWay.requests -= 1;
      unhurry();
    });
    answer(request, response, unhurry).catch((thrown: unknown) => {
      if (thrown instanceof RequestRefused) return refuse(response, thrown);
      log.error({ err: reasonOf(thrown), url: request.url }, 'a request of the local admin API failed');
      refuse(response, new RequestRefused('failed', reasonOf(thrown)));
    });
  }

  const server = createServer(times, handle);
  server.maxConnections = LIMITS.connections;
  const stopListening = listenPrivately(server, dataDir, socket, log);

  return {
    close() {
      stopListening();
      server.closeAllConnections();
    },
  };
}
