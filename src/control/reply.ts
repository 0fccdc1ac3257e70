// How an answer is written, by its form; and that there is none.

import type { ServerResponse } from 'node:http';
import type { AnswerForm } from '#contract/control/route.ts';
import { type RequestRefused, statusOf } from './errors.ts';
import type { Gateway } from './gateway.ts';
import { lineWriter } from './line-writer.ts';
import type { Asked, Served } from './table.ts';

const NDJSON = 'application/x-ndjson';

/** How each form of an answer is written. */
export const reply: Record<
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

export function refuse(response: ServerResponse, { code, message }: RequestRefused): void {
  // In the middle of an answer nothing but the end can be said.
  if (response.headersSent) return void response.destroy();
  response
    .writeHead(statusOf[code], { 'content-type': 'application/json', connection: 'close' })
    .end(`${JSON.stringify({ error: { code, message } })}\n`);
}
