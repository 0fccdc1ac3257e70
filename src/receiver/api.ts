// The API behind the page: what may be read, and what a person who is logged in may do.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { alertOutcomes } from '#contract/alert.ts';
import { type HealthOrder, healthActs, healthOrders, isHealthAct } from '#contract/health.ts';
import { presenceActs } from '#contract/presence.ts';
import type { Views } from './views.ts';

/** A request of somebody who may make it. */
export interface Named extends FastifyRequest {
  /** Empty for a program with the token. */
  operator: string;
}

const actBody = z
  .object({
    note: z.string().trim().max(2_000).optional(),
    /** With `resolve`: whether help was needed. */
    outcome: z.enum(alertOutcomes).optional(),
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

export const refuse = (reply: FastifyReply, status: number, code: string) =>
  reply.code(status).send({ error: { code, message: code.replaceAll('-', ' ') } });

export function readRoutes(server: FastifyInstance, views: Views): void {
  server.get('/api/session', (request, reply) => reply.send({ name: (request as Named).operator }));
  server.get('/api/alerts', (_request, reply) => reply.send(views.alerts()));
  server.get('/api/gateways', (_request, reply) => reply.send(views.gateways()));
  server.get('/api/faults', (_request, reply) => reply.send(views.faults()));
  server.get('/api/measurements', (request, reply) => {
    const measurements = views.measurements(eventsQuery.parse(request.query).limit);
    return measurements ? reply.send(measurements) : refuse(reply, 503, 'store-unreadable');
  });
  server.get('/api/health', (_request, reply) => reply.send(views.health()));
  server.get('/api/not-understood', (_request, reply) => reply.send(views.notUnderstood()));
  server.get('/api/events', (request, reply) => {
    const { after, limit } = eventsQuery.parse(request.query);
    const events = views.events(after, limit);
    return events ? reply.type('application/json; charset=utf-8').send(events) : refuse(reply, 503, 'store-unreadable');
  });
}

export function actRoutes(server: FastifyInstance, views: Views): void {
  server.post('/api/alerts/:id/:act', async (request, reply) => {
    const { id, act } = z.object({ id: z.string().max(300), act: acts }).parse(request.params);
    const { note, outcome, rev } = actBody.parse(request.body ?? {});
    if (act === 'resolve' && !note) return refuse(reply, 400, 'note-required');
    const given = views.act(id, act, (request as Named).operator, {
      note: note || undefined,
      outcome: act === 'resolve' ? outcome : undefined,
      rev,
    });
    if (given === 'no-such-alert') return refuse(reply, 404, given);
    if (given === 'already-closed') return refuse(reply, 409, given);
    return reply.code(202).send({ command: given });
  });

  server.post('/api/gateways/:gateway/:act', async (request, reply) => {
    const path = z.object({ gateway: z.string().max(300), act: orders }).parse(request.params);
    const says = isHealthAct(path.act)
      ? ({ act: path.act, ...healthOrders[path.act].parse(request.body ?? {}) } as HealthOrder)
      : { act: path.act };
    const given = views.tell(path.gateway, says, (request as Named).operator);
    if (given === 'no-such-gateway') return refuse(reply, 404, given);
    return reply.code(202).send({ command: given });
  });
}
