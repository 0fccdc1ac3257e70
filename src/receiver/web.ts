// The page and its API: who may call them, and the files that a browser is given.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, MINUTE, SECOND } from '#contract/time.ts';
import { actRoutes, type Named, readRoutes, refuse } from './api.ts';
import { addPage, endPages, endSession, type OpenPages, openPages, showChange } from './open-pages.ts';
import type { Operators } from './operators.ts';
import type { Change } from './parts.ts';
import type { Views } from './views.ts';

export interface Web {
  listen(host: string, port: number): Promise<string>;
  /** Tells every open page. */
  changed(change: Change): void;
  stop(): Promise<void>;
}

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
  const { log, people, views, http } = options;
  const pages = openPages(options);
  const server = guardedServer(http, log);
  for (const { path, name, kind } of assets) {
    const body = readFileSync(join(pageDir, `${name}.${kind}`));
    server.get(path, (_request, reply) => reply.type(types[kind]).send(body));
  }
  sessionRoutes(server, people, pages);
  server.register(async (inside: FastifyInstance) => {
    admitKnown(inside, people);
    readRoutes(inside, views);
    actRoutes(inside, views);
    inside.get('/api/stream', (request, reply) => {
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', connection: 'keep-alive' });
      addPage(pages, { raw, secret: cookieOf(request) });
    });
  });
  return {
    listen: async (host, port) => server.listen({ host, port }),
    changed: (change) => showChange(pages, change),
    async stop() {
      endPages(pages);
      await server.close();
    },
  };
}

/** No request is large, slow, or of another site; what goes wrong is told to its sender in short. */
function guardedServer(http: HttpOptions, log: Log): FastifyInstance {
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
  return server;
}

function sessionRoutes(server: FastifyInstance, people: Operators, pages: OpenPages): void {
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
    if (secret !== undefined) {
      people.logout(secret);
      endSession(pages, secret);
    }
    reply.header('set-cookie', `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
    return reply.send({});
  });
}

/** Lets in who is logged in, or, to look only, who has the token. */
function admitKnown(inside: FastifyInstance, people: Operators): void {
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
}

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
