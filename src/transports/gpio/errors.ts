// What goes wrong with a GPIO line, in the words a link gives for being down.

import { reasonOf } from '#contract/errors.ts';
import type { LinkDown } from '#contract/transport.ts';
import { TransportError } from '../errors.ts';

/** `code` is `gpio-` and the reason; `context` is the LinkDown. */
export const linkError = (reason: LinkDown['reason'], detail: string): TransportError =>
  new TransportError(`gpio-${reason}`, detail, { reason, detail });

/** A failed attempt as what a link tells. */
export function linkDownOf(thrown: unknown): LinkDown {
  const reason = thrown instanceof TransportError ? (thrown.context.reason as LinkDown['reason']) : 'failed';
  return { reason, detail: reasonOf(thrown) };
}
