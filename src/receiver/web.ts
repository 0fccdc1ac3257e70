// The page and the read API: routes, who may call them, and the live stream.

import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { reasonOf } from '#contract/errors.ts';
import { type HealthOrder, healthActs, healthOrders, isHealthAct } from '#contract/health.ts';
import type { Log } from '#contract/log.ts';
import { presenceActs } from '#contract/presence.ts';
import { type Clock, every, MINUTE, SECOND } from '#contract/time.ts';
import type { Operators } from './operators.ts';
import type { Change } from './parts.ts';
import type { Views } from './views.ts';

export interface Web {
  listen(host: string, port: number): Promise<string>;
  /** Tells every open page. */
  changed(change: Change): void;
  stop(): Promise<void>;
}

/** Unread bytes after which a page that does not read is let go: it comes back and gets the whole picture. */
const MOST_UNREAD = 64_000_000;
/** Nothing that is asked here is large, and nobody may keep a connection busy by sending it slowly. */
const LARGEST_REQUEST = 16_384;
const REQUEST_WITHIN = 10 * SECOND;
const IDLE = MINUTE;
const REQUESTS_A_CONNECTION = 1_000;
/** Each is some memory, however little it says; those beyond are closed at once. */
const MOST_CONNECTIONS = 2_000;
const slowness = (ms: number) => ({
  bodyLimit: LARGEST_REQUEST,
  requestTimeout: ms,
  keepAliveTimeout: IDLE,
  maxRequestsPerSocket: REQUESTS_A_CONNECTION,
  http: { headersTimeout: ms, connectionsCheckingInterval: Math.ceil(ms / 4) },
});
const COOKIE = 'hearthward_session';
const pageDir = join(import.meta.dirname, 'page');

const types = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;
const assets: readonly { path: string; name: string; kind: keyof typeof types }[] = [
  { path: '/', name: 'index', kind: 'html' },
  { path: '/favicon.svg', name: 'favicon', kind: 'svg' },
  ...['app', 'card'].map((name) => ({ path: `/${name}.css`, name, kind: 'css' as const })),
  ...['app', 'ask', 'bare', 'card', 'dom', 'fairly', 'live', 'side', 'words'].map((name) => ({
    path: `/${name}.js`,
    name,
    kind: 'js' as const,
  })),
];

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const loginBody = z.object({ token: z.string().min(1).max(200), name: z.string().trim().min(1).max(120) });
const actBody = z
  .object({
    note: z.string().trim().max(2_000).optional(),
    /** Of the alert, as its operator saw it. */
    rev: z.int().positive().optional(),
  })
  .default({});
const acts = z.enum(['acknowledge', 'on-the-way', 'resolve', 'hush']);
const orders = z.enum([...presenceActs, ...healthActs]);
const eventsQuery = z.object({
  after: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

/** How the page is reached. */
export interface HttpOptions {
  host: string;
  port: number;
  /** Addresses or networks (`10.0.0.0/8`) of reverse proxies: only they are believed about whom they speak for (`X-Forwarded-For`). */
  trustProxy?: string[];
  /** A request that has not come whole within so many ms is let go; 10 s. */
  requestMs?: number;
}

export function webServer(options: {
  clock: Clock;
  log: Log;
  people: Operators;
  views: Views;
  http: HttpOptions;
}): Web {
  const { clock, log, people, views, http } = options;
  const streams = new Set<{ raw: ServerResponse; secret: string | undefined }>();
  const server = fastify({
    logger: false,
    forceCloseConnections: true,
    trustProxy: http.trustProxy ?? false,
    // An alert's key as it may stand in a path, each character of it as up to nine.
    routerOptions: { maxParamLength: 2_000 },
    ...slowness(http.requestMs ?? REQUEST_WITHIN),
  });
  server.server.maxConnections = MOST_CONNECTIONS;

  server.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (request.method !== 'GET' && !sameOrigin(request)) return refuse(reply, 403, 'other-origin');
    return undefined;
  });
  server.setErrorHandler((error, request, reply) => {
    const status = error instanceof z.ZodError ? 400 : ((error as { statusCode?: number }).statusCode ?? 500);
    if (status >= 500) log.error({ url: request.url, reason: reasonOf(error) }, 'a request failed');
    const message = status >= 500 ? 'failed' : reasonOf(error);
    reply.code(status).send({ error: { code: status === 400 ? 'bad-request' : 'failed', message } });
  });

  for (const { path, name, kind } of assets) {
    const body = readFileSync(join(pageDir, `${name}.${kind}`));
    server.get(path, (_request, reply) => reply.type(types[kind]).send(body));
  }

  server.post('/api/login', async (request, reply) => {
    const { token, name } = loginBody.parse(request.body);
    const verdict = await people.knows(token, request.ip);
    if (verdict === 'wait') return refuse(reply, 429, 'too-many-attempts');
    if (verdict === 'wrong') return refuse(reply, 401, 'wrong-token');
    const secret = people.begin(name);
    const secure = request.headers.origin?.startsWith('https:') ? '; Secure' : '';
    reply.header('set-cookie', `${COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Strict${secure}`);
    return reply.send({ name });
  });
  server.post('/api/logout', async (request, reply) => {
    const secret = cookieOf(request);
    if (secret) people.logout(secret);
    for (const stream of streams) if (stream.secret === secret) stream.raw.end();
    reply.header('set-cookie', `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
    return reply.send({});
  });

  server.register(async (inside: FastifyInstance) => {
    inside.decorateRequest('operator', '');
    inside.addHook('onRequest', async (request, reply) => {
      const name = people.who(cookieOf(request));
      const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
      (request as Named).operator = name ?? '';
      if (name !== undefined) return undefined;
      // A token without a name may look; acting is done in a person's name.
      const mayTry = request.method === 'GET' && bearer !== undefined;
      const verdict = mayTry ? await people.knows(bearer, request.ip) : 'wrong';
      if (verdict === 'wait') return refuse(reply, 429, 'too-many-attempts');
      return verdict === 'right' ? undefined : refuse(reply, 401, 'not-logged-in');
    });

    inside.get('/api/session', (request, reply) => reply.send({ name: (request as Named).operator }));
    inside.get('/api/alerts', (_request, reply) => reply.send(views.alerts()));
    inside.get('/api/gateways', (_request, reply) => reply.send(views.gateways()));
    inside.get('/api/faults', (_request, reply) => reply.send(views.faults()));
    inside.get('/api/measurements', (request, reply) => {
      const measurements = views.measurements(eventsQuery.parse(request.query).limit);
      return measurements ? reply.send(measurements) : refuse(reply, 503, 'store-unreadable');
    });
    inside.get('/api/health', (_request, reply) => reply.send(views.health()));
    inside.get('/api/not-understood', (_request, reply) => reply.send(views.notUnderstood()));
    inside.get('/api/events', (request, reply) => {
      const { after, limit } = eventsQuery.parse(request.query);
      const events = views.events(after, limit);
      return events
        ? reply.type('application/json; charset=utf-8').send(events)
        : refuse(reply, 503, 'store-unreadable');
    });

    inside.post('/api/alerts/:id/:act', async (request, reply) => {
      const { id, act } = z.object({ id: z.string().max(300), act: acts }).parse(request.params);
      const { note, rev } = actBody.parse(request.body ?? {});
      if (act === 'resolve' && !note) return refuse(reply, 400, 'note-required');
      const given = views.act(id, act, (request as Named).operator, { note: note || undefined, rev });
      if (given === 'no-such-alert') return refuse(reply, 404, given);
      if (given === 'already-closed') return refuse(reply, 409, given);
      return reply.code(202).send({ command: given });
    });

    inside.post('/api/gateways/:gateway/:act', async (request, reply) => {
      const path = z.object({ gateway: z.string().max(300), act: orders }).parse(request.params);
      const says = isHealthAct(path.act)
        ? ({ act: path.act, ...healthOrders[path.act].parse(request.body ?? {}) } as HealthOrder)
        : { act: path.act };
      const given = views.tell(path.gateway, says, (request as Named).operator);
      if (given === 'no-such-gateway') return refuse(reply, 404, given);
      return reply.code(202).send({ command: given });
    });

    inside.get('/api/stream', (request, reply) => {
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', connection: 'keep-alive' });
      const stream = { raw, secret: cookieOf(request) };
      streams.add(stream);
      raw.on('close', () => streams.delete(stream));
      raw.on('error', () => streams.delete(stream));
      write(raw, 'picture', views.picture());
    });
  });

  function write(raw: ServerResponse, event: string, data: unknown): void {
    if (raw.writableLength > MOST_UNREAD) raw.destroy();
    else raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Keeps proxies from closing a quiet stream, ends those whose session is over, and tells the page the time. */
  const cancelBeat = every(clock, 10 * SECOND, 'receiver page beat', () => {
    for (const { raw, secret } of streams) {
      if (secret !== undefined && people.who(secret) === undefined) raw.end();
      else write(raw, 'now', { now: clock.now().wall });
    }
  });

  return {
    async listen(host, port) {
      return server.listen({ host, port });
    },
    changed(change) {
      if (streams.size === 0) return;
      const part = views.part(change);
      for (const { raw } of streams) write(raw, 'part', part);
    },
    async stop() {
      cancelBeat();
      for (const { raw } of streams) raw.end();
      await server.close();
    },
  };
}

interface Named extends FastifyRequest {
  operator: string;
}

const refuse = (reply: FastifyReply, status: number, code: string) =>
  reply.code(status).send({ error: { code, message: code.replaceAll('-', ' ') } });

/** Browsers say where a request comes from; a program without a browser says nothing, and has no cookie to be misused. */
function sameOrigin({ headers: { origin, host, 'sec-fetch-site': site } }: FastifyRequest): boolean {
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

function cookieOf({ headers: { cookie = '' } }: FastifyRequest): string | undefined {
  for (const pair of cookie.split(';')) {
    const [name, value] = pair.trim().split('=');
    if (name === COOKIE && value) return value;
  }
  return undefined;
}
