// A request as it comes in: the route that it means, whether it is permitted, and what it asks, checked by the route's schemas.

import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Permit } from '#contract/control/route.ts';
import { RequestRefused } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { Asked, Served } from './table.ts';

/** The one place where it is decided who may do what. */
const permits = (grants: Permit, asks: Permit): boolean => asks === 'read' || grants === 'write';

/** The route that a request means, and what it asks of it. @throws RequestRefused */
export async function understood(
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
