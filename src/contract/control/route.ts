// A route of the local admin API as both ends know it: where it is, what it takes, what it answers. HTTP/1.1 over a Unix
// socket in the data directory; docs/control.md has the rules, docs/control-reference.md every route.

import { z } from 'zod';

/** The socket's name in the data directory. Its owner alone may open it. */
export const CONTROL_SOCKET = 'control.sock';

/** `read` looks and changes nothing. `write` changes what the gateway does, says or listens to. */
export type Permit = 'read' | 'write';

/**
 * `one`: a JSON object. `lines`: a list, an object a line, that ends. `stream`: an object a line as they come, until the
 * caller goes away or what was asked for is over.
 */
export type AnswerForm = 'one' | 'lines' | 'stream';

export interface Route<
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
  Form extends AnswerForm = AnswerForm,
> {
  method: 'GET' | 'POST';
  path: `/${string}`;
  permit: Permit;
  /** One sentence, for the reference. */
  about: string;
  query: Query;
  body: Body;
  form: Form;
  /** The object, or each line. */
  answer: Answer;
}

/** For a route that takes no query, or no body. */
export const nothing = z.strictObject({});
export type Nothing = typeof nothing;

/** Gives a route its types. */
export function defineRoute<
  Answer extends z.ZodType,
  Form extends AnswerForm,
  Query extends z.ZodObject = Nothing,
  Body extends z.ZodType = Nothing,
>(
  route: Omit<Route<Query, Body, Answer, Form>, 'query' | 'body'> & { query?: Query; body?: Body },
): Route<Query, Body, Answer, Form> {
  return { query: nothing as unknown as Query, body: nothing as unknown as Body, ...route };
}

/** Why a request got no answer: with each of them a sentence that says what to do. */
export const controlErrors = [
  'not-found',
  'wrong-method',
  'not-permitted',
  'bad-request',
  'too-large',
  'too-many',
  'too-slow',
  'failed',
] as const;

export const errorAnswer = z.object({
  error: z.object({ code: z.string(), message: z.string() }),
});
