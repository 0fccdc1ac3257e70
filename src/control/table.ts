// A route with what answers it: a row of the table.

import type { z } from 'zod';
import type { AnswerForm, Route } from '#contract/control/route.ts';
import type { Gateway } from './gateway.ts';

/** What a caller asks: checked by the route's schemas. */
export interface Asked<Query = Record<string, unknown>, Body = unknown> {
  query: Query;
  body: Body;
}

/** Where the answers of a stream go. */
export interface Out {
  /** A line of JSON. */
  push(line: string): void;
  /** Nothing more will come. */
  end(): void;
}

/** An object; or all lines; or, of a stream, what ends it when its caller has gone. */
type Answers<Form extends AnswerForm, Answer> = Form extends 'one'
  ? Answer | Promise<Answer>
  : Form extends 'lines'
    ? Iterable<Answer> | Promise<Iterable<Answer>>
    : () => void;

export interface Served extends Route {
  handler(gateway: Gateway, asked: Asked, out?: Out): unknown;
}

/** A row: the route as both ends know it, and the handler, held to its types. */
export const serve = <
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
  Form extends AnswerForm,
>(
  route: Route<Query, Body, Answer, Form>,
  handler: (
    gateway: Gateway,
    asked: Asked<z.output<Query>, z.output<Body>>,
    out: Out,
  ) => Answers<Form, z.input<Answer>>,
): Served => ({ ...route, handler }) as unknown as Served;
