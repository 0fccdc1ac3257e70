// The local admin API from a caller's side: asks the gateway that runs on a data directory.

import type { ClientRequest, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { z } from 'zod';
import { type AnswerForm, CONTROL_SOCKET, errorAnswer, type Route } from '#contract/control/route.ts';
import { reasonOf } from '#contract/errors.ts';
import { type Cancel, type Clock, later, SECOND } from '#contract/time.ts';
import { GatewayUnanswered, type Refusal, RequestRefused } from './errors.ts';
import { request as open } from './http.ts';

/** A gateway that is healthy answers within milliseconds; one whose card stalls as well. */
const ANSWERS_WITHIN_MS = 5 * SECOND;

interface Asking<Query, Body> {
  query?: Query;
  body?: Body;
}

export interface ControlClient {
  /** @throws GatewayUnanswered, or RequestRefused with the gateway's own words. */
  ask<Query extends z.ZodObject, Body extends z.ZodType, Answer extends z.ZodType, Form extends 'one' | 'lines'>(
    route: Route<Query, Body, Answer, Form>,
    asking?: Asking<z.input<Query>, z.input<Body>>,
  ): Promise<Form extends 'one' ? z.output<Answer> : z.output<Answer>[]>;
  /**
   * Reads a stream until what is returned is called, or it ends: `ended` says why where it should not have. The next line
   * is read when the one before was taken: a caller that is slow is so to the gateway too.
   */
  listen<Query extends z.ZodObject, Body extends z.ZodType, Answer extends z.ZodType>(
    route: Route<Query, Body, Answer, 'stream'>,
    asking: Asking<z.input<Query>, z.input<Body>>,
    listener: {
      line(line: z.output<Answer>): void | Promise<void>;
      ended(why?: GatewayUnanswered | RequestRefused): void;
    },
  ): () => void;
}

export function controlClient(dataDir: string, clock: Clock): ControlClient {
  /** Ends a request that has no answer in time; returns what calls that off. */
  const hurry = (request: ClientRequest): Cancel =>
    clock.at(later(clock.now().mono, ANSWERS_WITHIN_MS), 'control-client', () =>
      request.destroy(new GatewayUnanswered('silent', silentText(dataDir))),
    );

  return {
    async ask(route, asking = {}) {
      const { request, head } = begin(dataDir, route, asking);
      const unhurry = hurry(request);
      try {
        return answerOf(route, await textOf(await head), dataDir) as never;
      } catch (thrown) {
        throw unanswered(thrown, dataDir);
      } finally {
        unhurry();
      }
    },

    listen(route, asking, { line, ended }) {
      let over = false;
      const { request, head } = begin(dataDir, route, asking);
      const unhurry = hurry(request);
      const end = (why?: unknown) => {
        if (over) return;
        over = true;
        ended(why === undefined ? undefined : unanswered(why, dataDir));
      };
      head
        .finally(unhurry)
        .then((response) => linesOf(response, (text) => (over ? undefined : line(lineOf(route, text, dataDir)))))
        .then(() => end(), end);
      return () => {
        over = true;
        unhurry();
        request.destroy();
      };
    },
  };
}

/** Sends a request; `head` is an answer that says yes, whose body is still to come. */
function begin(
  dataDir: string,
  { method, path }: Pick<Route, 'method' | 'path'>,
  { query, body }: Asking<unknown, unknown>,
): { request: ClientRequest; head: Promise<IncomingMessage> } {
  const search = new URLSearchParams(query as Record<string, string> | undefined).toString();
  const socketPath = join(dataDir, CONTROL_SOCKET);
  const request = open({ socketPath, method, path: search ? `${path}?${search}` : path, agent: false });
  request.setHeader('content-type', 'application/json');
  const head = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', (thrown) => reject(unanswered(thrown, dataDir)));
  }).then(async (response) => {
    if (response.statusCode === 200) return response;
    throw refusalOf(await textOf(response), dataDir);
  });
  request.end(body === undefined ? '' : JSON.stringify(body));
  return { request, head };
}

/** Reads to the end of the stream. Rejects where it breaks off. */
async function linesOf(response: IncomingMessage, take: (line: string) => void | Promise<void>): Promise<void> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) await take(part);
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const lines: string[] = [];
  await linesOf(response, (line) => void lines.push(line));
  return lines.join('\n');
}

function answerOf(route: Route<z.ZodObject, z.ZodType, z.ZodType, AnswerForm>, text: string, dataDir: string): unknown {
  if (route.form === 'one') return lineOf(route, text, dataDir);
  return text === '' ? [] : text.split('\n').map((line) => lineOf(route, line, dataDir));
}

function lineOf(route: Pick<Route, 'answer' | 'path'>, text: string, dataDir: string): never {
  const { success, data, error } = route.answer.safeParse(parsed(text));
  if (success) return data as never;
  throw new GatewayUnanswered(
    'other-version',
    `the gateway on ${dataDir} answers in a form that is not known here: is it of another version? (${route.path})`,
    error,
  );
}

function refusalOf(text: string, dataDir: string): RequestRefused | GatewayUnanswered {
  const { data } = errorAnswer.safeParse(parsed(text));
  if (data?.error.code === 'not-found')
    return new GatewayUnanswered(
      'other-version',
      `the gateway on ${dataDir} does not know this question: it is of another version; restart it`,
    );
  return new RequestRefused((data?.error.code ?? 'failed') as Refusal, data?.error.message ?? 'no reason was given');
}

function unanswered(thrown: unknown, dataDir: string): GatewayUnanswered | RequestRefused {
  if (thrown instanceof GatewayUnanswered || thrown instanceof RequestRefused) return thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR' || code === 'ENOTSOCK')
    return new GatewayUnanswered('no-gateway', `no gateway runs on ${dataDir}`, thrown);
  if (code === 'EACCES' || code === 'EPERM')
    return new GatewayUnanswered(
      'denied',
      `the gateway on ${dataDir} belongs to another user: run this as that user, or with sudo`,
      thrown,
    );
  return new GatewayUnanswered('gone', `the gateway on ${dataDir} went away: ${reasonOf(thrown)}`, thrown);
}

const silentText = (dataDir: string) =>
  `a gateway is there on ${dataDir} and does not answer within ${ANSWERS_WITHIN_MS / SECOND} s: it hangs, or is stopped`;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
