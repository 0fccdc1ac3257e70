// The local admin API: HTTP over a Unix socket, one table of routes, every limit in this file. What goes wrong here costs the
// caller an answer and the gateway nothing.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type AnswerForm, CONTROL_SOCKET, type Permit } from '#contract/control/route.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, later, SECOND } from '#contract/time.ts';
import { RequestRefused, statusOf } from './errors.ts';
import type { Gateway } from './gateway.ts';
import { createServer } from './http.ts';
import { lineWriter } from './line-writer.ts';
import { listenPrivately } from './listen.ts';
import type { Asked, Served } from './table.ts';

export const LIMITS = {
  /** Beyond, a connection is closed unanswered. */
  connections: 64,
  /** Requests under way, streams included; beyond, the answer is `too-many`. */
  requests: 32,
  streams: 8,
  /** Bytes. */
  headers: 8_192,
  body: 65_536,
  /** For a request to come in, and for its answer; a stream has no end. */
  requestMs: 10 * SECOND,
} as const;

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

  const server = createServer(
    {
      maxHeaderSize: LIMITS.headers,
      headersTimeout: LIMITS.requestMs,
      requestTimeout: LIMITS.requestMs,
      keepAliveTimeout: SECOND,
    },
    handle,
  );
  server.maxConnections = LIMITS.connections;
  const stopListening = listenPrivately(server, dataDir, socket, log);

  return {
    close() {
      stopListening();
      server.closeAllConnections();
    },
  };
}

/** The one place where it is decided who may do what. */
const permits = (grants: Permit, asks: Permit): boolean => asks === 'read' || grants === 'write';

/** The route that a request means, and what it asks of it. @throws RequestRefused */
async function understood(
  request: IncomingMessage,
  routes: readonly Served[],
  grants: Permit,
): Promise<{ route: Served; asked: Asked }> {
  const url = URL.parse(request.url ?? '', 'http://gateway');
  const here = routes.filter(({ path }) => path === url?.pathname);
  const route = here.find(({ method }) => method === request.method);
  if (!url || here.length === 0) {
    const paths = routes.map(({ method, path }) => `${method} ${path}`).join(', ');
    throw new RequestRefused('not-found', `there is nothing at ${url?.pathname ?? 'this address'}; there is: ${paths}`);
  }
  if (!route)
    throw new RequestRefused(
      'wrong-method',
      `${url.pathname} takes ${here.map(({ method }) => method).join(' or ')}, not ${request.method}`,
    );
  if (!permits(grants, route.permit))
    throw new RequestRefused('not-permitted', `${route.path} changes something, and this socket is for looking only`);
  const query = checked(route.query, Object.fromEntries(url.searchParams), 'the query') as Asked['query'];
  const body = checked(route.body, await bodyOf(request), 'the body');
  return { route, asked: { query, body } };
}

function checked(schema: z.ZodType, given: unknown, what: string): unknown {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  throw new RequestRefused('bad-request', `${what} is not as expected: ${z.prettifyError(error)}`);
}

/** The JSON of a request; nothing is an empty object. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LIMITS.body) throw new RequestRefused('too-large', `a body has at most ${LIMITS.body} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new RequestRefused('bad-request', 'the body is not JSON');
  }
}

const NDJSON = 'application/x-ndjson';

/** How each form of an answer is written. */
const reply: Record<
  AnswerForm,
  (route: Served, asked: Asked, gateway: Gateway, response: ServerResponse) => Promise<void>
> = {
  async one(route, asked, gateway, response) {
    const answer = await route.handler(gateway, asked);
    if (response.headersSent) return;
    response.setHeader('content-type', 'application/json').end(`${JSON.stringify(answer)}\n`);
  },
  async lines(route, asked, gateway, response) {
    const answers = (await route.handler(gateway, asked)) as Iterable<object>;
    if (response.headersSent) return;
    response.setHeader('content-type', NDJSON);
    for (const line of answers) {
      if (response.destroyed) return;
      if (!response.write(`${JSON.stringify(line)}\n`)) await drained(response);
    }
    response.end();
  },
  async stream(route, asked, gateway, response) {
    response.setHeader('content-type', NDJSON).flushHeaders();
    const writer = lineWriter(response, (count) => JSON.stringify({ type: 'missed', count }));
    const end = route.handler(gateway, asked, { push: writer.push, end: () => void response.end() }) as () => void;
    response.once('close', end);
  },
};

/** More may be written, or the reader has gone. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });

function refuse(response: ServerResponse, { code, message }: RequestRefused): void {
  // In the middle of an answer nothing but the end can be said.
  if (response.headersSent) return void response.destroy();
  response
    .writeHead(statusOf[code], { 'content-type': 'application/json', connection: 'close' })
    .end(`${JSON.stringify({ error: { code, message } })}\n`);
}
