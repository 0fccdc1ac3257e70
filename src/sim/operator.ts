// The demo's operator: acts on the reference platform's page through the same requests as a person's browser.

import { HearthwardError } from '#contract/errors.ts';

class OperatorError extends HearthwardError {}

export interface Operator {
  /** Does it to the newest open alert, acknowledging to one that nobody has yet; says whether there was one. */
  act(act: 'acknowledge' | 'on-the-way' | 'resolve' | 'hush', note?: string): Promise<boolean>;
}

/** As GET /api/alerts lists them. */
interface ListedAlert {
  key: string;
  data: { state: string; raisedAt: { mono: number } };
}

/** @param address of the page, with the operator token in its fragment, as the receiver tells it once. */
export async function logIn(address: string, name: string): Promise<Operator> {
  const { origin, hash } = new URL(address);
  const token = new URLSearchParams(hash.slice(1)).get('token');
  const reply = await fetch(`${origin}/api/login`, json({ token, name }));
  if (!reply.ok) throw new OperatorError('login', `the receiver refuses the operator (${reply.status})`);
  const cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? '';
  return {
    async act(act, note) {
      const { alerts } = (await (await fetch(`${origin}/api/alerts`, { headers: { cookie } })).json()) as {
        alerts: ListedAlert[];
      };
      const open = alerts
        .filter(({ data }) => data.state !== 'resolved' && data.state !== 'cancelled')
        .filter(({ data }) => act !== 'acknowledge' || data.state !== 'acknowledged')
        .toSorted((a, b) => b.data.raisedAt.mono - a.data.raisedAt.mono)[0];
      if (!open) return false;
      const done = await fetch(
        `${origin}/api/alerts/${encodeURIComponent(open.key)}/${act}`,
        json(note === undefined ? {} : { note }, cookie),
      );
      return done.ok;
    },
  };
}

const json = (body: object, cookie?: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...(cookie !== undefined && { cookie }) },
  body: JSON.stringify(body),
});
