// The pages that are open, each at the far end of a stream: they hear what changed, and what time it is.

import type { ServerResponse } from 'node:http';
import { type Cancel, type Clock, every, SECOND } from '#contract/time.ts';
import type { Operators } from './operators.ts';
import type { Change } from './parts.ts';
import type { Views } from './views.ts';

/** Unread bytes after which a page that does not read is let go: it comes back and gets the whole picture. */
const MOST_UNREAD = 64_000_000;

interface Page {
  raw: ServerResponse;
  /** Of the session that it was opened in; undefined for a program with the token. */
  secret: string | undefined;
}

export interface OpenPages {
  readonly pages: Set<Page>;
  readonly views: Views;
  readonly cancelBeat: Cancel;
}

export function openPages({ clock, people, views }: { clock: Clock; people: Operators; views: Views }): OpenPages {
  const pages = new Set<Page>();
  /** Keeps proxies from closing a quiet stream, ends those whose session is over, and tells the page the time. */
  const cancelBeat = every(clock, 10 * SECOND, 'receiver page beat', () => {
    for (const { raw, secret } of pages) {
      if (secret !== undefined && people.who(secret) === undefined) raw.end();
      else write(raw, 'now', { now: clock.now().wall });
    }
  });
  return { pages, views, cancelBeat };
}

/** It gets the whole picture first. */
export function addPage({ pages, views }: OpenPages, page: Page): void {
  pages.add(page);
  page.raw.on('close', () => pages.delete(page));
  page.raw.on('error', () => pages.delete(page));
  write(page.raw, 'picture', views.picture());
}

export function showChange({ pages, views }: OpenPages, change: Change): void {
  if (pages.size === 0) return;
  const part = views.part(change);
  for (const { raw } of pages) write(raw, 'part', part);
}

/** Ends the pages of one session. */
export function endSession({ pages }: OpenPages, ended: string): void {
  for (const { raw, secret } of pages) if (secret === ended) raw.end();
}

export function endPages({ pages, cancelBeat }: OpenPages): void {
  cancelBeat();
  for (const { raw } of pages) raw.end();
}

function write(raw: ServerResponse, event: string, data: unknown): void {
  if (raw.writableLength > MOST_UNREAD) raw.destroy();
  else raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
