// What was not understood, kept for a person to look at: the newest, with the reason and the first bytes.

import type { NotUnderstood } from './model.ts';
import type { Parts } from './parts.ts';
import { KEEP } from './schema.ts';

/** Bytes of each that are kept. */
const RAW_KEPT = 4_096;
const SHOWN = 20;
/** Characters of each on the page: a flood of nonsense must not become a flood to every page. */
const GLANCE = 160;

export function oddMessages({ store, clock, tell, changed }: Parts) {
  const stored = store.read((rows) => rows.notUnderstood(KEEP.notUnderstood));
  const kept: NotUnderstood[] = stored.ok ? stored.value : [];
  let count = kept.length;
  return {
    count: () => count,
    /** Whole, for the API. */
    all: () => kept,
    /** For the page. */
    newest: () => kept.slice(0, SHOWN).map((row) => ({ ...row, start: row.start.slice(0, GLANCE) })),
    keep(topic: string, payload: Uint8Array, why: string): void {
      const start = new TextDecoder().decode(payload.subarray(0, RAW_KEPT));
      const row = { receivedAt: clock.now().wall, topic, why, bytes: payload.length, start };
      kept.unshift(row);
      kept.length = Math.min(kept.length, KEEP.notUnderstood);
      count += 1;
      store.write((rows) => rows.addNotUnderstood(row));
      tell({ kind: 'not-understood', topic, why });
      changed({ what: 'health' });
    },
  };
}
