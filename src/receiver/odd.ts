// What was not understood, or was cut to be shown, kept for a person to look at: the newest, with the reason and the first bytes.

import { readTopic } from '#contract/uplink/topics.ts';
import { fairly } from './fair.ts';
import type { NotUnderstood } from './model.ts';
import type { Parts } from './parts.ts';
import { KEEP } from './schema.ts';

/** Bytes of each that are kept. */
const RAW_KEPT = 4_096;
const SHOWN = 20;
/** Characters of each on the page: a flood of nonsense must not become a flood to every page. */
const GLANCE = 160;
/** Characters of a reason and of a topic: both may quote what was sent. */
const WHY = 300;
/** Of one gateway: of all that are kept, and of those on the page before others had their turn. */
const OF_ONE = { kept: 100, shown: 5 } as const;

export type OddMessages = ReturnType<typeof oddMessages>;

export function oddMessages({ store, clock, tell, changed }: Parts) {
  const stored = store.read((rows) => rows.notUnderstood(KEEP.notUnderstood));
  const kept: NotUnderstood[] = stored.ok ? stored.value : [];
  let count = kept.length;

  function makeRoom(owner: string): void {
    if (kept.filter((row) => ownerOf(row) === owner).length > OF_ONE.kept)
      kept.splice(
        kept.findLastIndex((row) => ownerOf(row) === owner),
        1,
      );
    kept.length = Math.min(kept.length, KEEP.notUnderstood);
  }

  function keep(topic: string, payload: Uint8Array, why: string): void {
    const start = new TextDecoder().decode(payload.subarray(0, RAW_KEPT));
    const row = { receivedAt: clock.now().wall, topic: cut(topic), why: cut(why), bytes: payload.length, start };
    kept.unshift(row);
    makeRoom(ownerOf(row));
    count += 1;
    store.write((rows) => rows.addNotUnderstood(row));
    tell({ kind: 'not-understood', topic: row.topic, why: row.why });
    changed({ what: 'health' });
  }

  return {
    count: () => count,
    /** Whole, for the API. */
    all: () => kept,
    /** For the page. */
    newest: () =>
      fairly(kept, ownerOf, OF_ONE.shown)
        .slice(0, SHOWN)
        .map((row) => ({ ...row, start: row.start.slice(0, GLANCE) })),
    keep,
    /** What was taken, but is shown cut. Gateways say the same again and again: it is kept once. */
    cut(topic: string, payload: Uint8Array, what: readonly string[]): void {
      if (what.length === 0) return;
      const why = cut(`shown cut: ${what.join(', ')}`);
      const known = kept.some((row) => row.topic === topic && row.why === why && row.bytes === payload.length);
      if (!known) keep(topic, payload, why);
    },
  };
}

const cut = (text: string): string => (text.length > WHY ? `${text.slice(0, WHY - 1)}…` : text).toWellFormed();
const ownerOf = ({ topic }: NotUnderstood): string => readTopic(topic)?.gateway ?? '';
