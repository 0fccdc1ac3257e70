// How a store that a later version wrote to is described.

import { basename } from 'node:path';
import type { Opened } from './database.ts';
import type { Unknown } from './journal-rows.ts';

export interface Newer {
  detail: string;
  context: Record<string, string | number>;
}

/** @param path the store's own file. Undefined where this version knows everything in it. */
export function describeNewer(path: string, { newer, path: used }: Pick<Opened, 'newer' | 'path'>, unknown?: Unknown) {
  const { openAlerts = 0, closedAlerts = 0, messages = 0, checkpoints = [] } = unknown ?? {};
  const counts = { openAlerts, closedAlerts, messages, checkpoints: checkpoints.length };
  const strange = Object.entries(counts).filter(([, count]) => count > 0);
  if (!newer && strange.length === 0) return undefined;
  const name = basename(path);
  const context: Newer['context'] = {
    file: name,
    ...Object.fromEntries(strange.map(([what, count]) => [`${what}Left`, count])),
  };
  if (newer) Object.assign(context, newer);
  if (used === path) return { detail: `${name} holds what only a later version of this program knows`, context };
  context.used = basename(used);
  return { detail: `${name} can be read by a later version of this program only; ${context.used} is used`, context };
}
