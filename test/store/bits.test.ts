// A history with each of its bits flipped, one at a time: what is read was written, and nothing is missing without a word.
// HEARTHWARD_BITS_STEP=1 takes every bit (`npm run test:bits`: half an hour); HEARTHWARD_BITS_PART=2/4 the second fourth.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HistoryRecord } from '#contract/store.ts';
import { close, openWhole } from '#src/store/database.ts';
import { storeError } from '#src/store/errors.ts';
import { type Damage, damageAtEnds, readStretch } from '#src/store/history-read.ts';
import { historyKind, historyRing } from '#src/store/history-ring.ts';
import type { Db } from '#src/store/kind.ts';
import { decodeBlock } from '#src/store/record-codec.ts';
import { batchOf, press, tempDir, temperature } from './rig.ts';

const STEP = Number(process.env.HEARTHWARD_BITS_STEP ?? 0);
const [PART, PARTS] = (process.env.HEARTHWARD_BITS_PART ?? '1/1').split('/').map(Number) as [number, number];
/** In npm test: a prime, so that it walks through bytes and bits. */
const SHORT_STEP = 499;
const PAGE = 4_096;
const PAGE_HEAD = 12;
const HOURS = 12 * 3_600_000;

const kind = historyKind(1_024 * 1_024);
const record = (i: number): HistoryRecord => (i % 4 ? temperature(i) : press(i));
const temperatures = (from: number, count: number) => Array.from({ length: count }, (_, i) => temperature(from + i));
const mixed = (from: number, count: number) => Array.from({ length: count }, (_, i) => record(from + i));

/** Each `write` appends a transaction of one batch. */
const files: [string, number, (write: (records: HistoryRecord[]) => void) => void][] = [
  [
    'of few and large blocks',
    1_024 * 1_024,
    (write) => {
      for (let i = 0; i < 3_000; i += 500) write(mixed(i, 500));
    },
  ],
  [
    'of many small blocks, which has come round, and in which one ring was written to long after the other',
    130_000,
    (write) => {
      for (let i = 0; i < 2_400; i += 8) write(mixed(i, 8));
      for (let i = 2_400; i < 2_420; i += 1) write(temperatures(i, 1));
    },
  ],
];

interface Look extends Damage {
  /** Positions of the blocks that were read, with their bytes. */
  blocks: string[];
  atEnds: Damage;
}

function look(db: Db): Look {
  const { blocks, damaged, unfit } = readStretch(db, 0, Number.POSITIVE_INFINITY);
  const named = blocks.map(({ first, body }) => `${first} ${Buffer.from(body).toString('latin1')}`);
  // Half of the time, where every bit has its turn.
  const atEnds = STEP === 0 || damaged > 0 ? damageAtEnds(db) : { damaged: 0, unfit: 0 };
  return { blocks: named, damaged, unfit, atEnds };
}

describe.each(files)('a history %s', (_, budgetBytes, fill) => {
  it('whichever bit fell over, reads nothing that was not written, and misses nothing in silence', {
    timeout: HOURS,
  }, async () => {
    const path = join(tempDir('fast'), 'history.db');
    const made = openWhole(path, kind, 1, () => undefined);
    const ring = historyRing(made.db, budgetBytes, 0);
    fill((records) => ring.append([batchOf(records)]));
    const held = look(made.db);
    const { blocks } = readStretch(made.db, 0, Number.POSITIVE_INFINITY);
    close(made.db);
    expect(held).toMatchObject({ damaged: 0, unfit: 0, atEnds: { damaged: 0, unfit: 0 } });
    const counts = blocks.map(({ first, body }) => decodeBlock(first, body)?.length ?? 0);
    const known = new Map(held.blocks.map((block, i) => [block, counts[i] ?? 0]));
    expect(sum(counts)).toBe(ring.records());
    const whole = readFileSync(path);

    const wrong: string[] = [];
    const tally = { flips: 0, whole: 0, told: 0, counted: 0, atStart: 0, missing: 0 };
    for (const at of bitsOf(whole.length)) {
      const [byte, bit] = [at >> 3, at & 7];
      // Connections are let go of between turns only.
      if (tally.flips % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(path, whole.with(byte, (whole[byte] ?? 0) ^ (1 << bit)));
      const verdict = verdictOn(path, known);
      tally.flips += 1;
      tally[verdict.how] += 1;
      if (verdict.missing > 0) tally.missing += 1;
      if (verdict.wrong !== undefined) wrong.push(`byte ${byte} bit ${bit}: ${verdict.wrong}`);
    }
    if (STEP > 0) process.stdout.write(`${whole.length} bytes, ${JSON.stringify(tally)}\n`);
    expect(wrong).toEqual([]);
    // A part may lie where nothing is.
    if (PARTS > 1) return;
    expect(tally.counted).toBeGreaterThan(20);
    expect(tally.missing).toBeGreaterThan(20);
  });
});

/** Every STEPth bit; in npm test, those of the pages' heads closer than the rest. */
function* bitsOf(length: number): Generator<number> {
  const step = STEP || SHORT_STEP;
  const share = Math.ceil((length * 8) / PARTS);
  for (let at = share * (PART - 1); at < Math.min(length * 8, share * PART); at += step) yield at;
  if (STEP > 0) return;
  for (let page = 0; page < length; page += PAGE)
    for (let at = page * 8; at < (page + PAGE_HEAD) * 8; at += 5) yield at;
}

interface Verdict {
  how: 'whole' | 'told' | 'counted' | 'atStart';
  /** Records that were not read. */
  missing: number;
  wrong?: string | undefined;
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0);

/** `known`: each block that was written, with its count of records. */
function verdictOn(path: string, known: ReadonlyMap<string, number>): Verdict {
  const written = sum(known.values());
  const told: string[] = [];
  let db: Db | undefined;
  try {
    ({ db } = openWhole(path, kind, 1, (detail) => told.push(detail)));
    const { blocks, damaged, unfit, atEnds } = look(db);
    const missing = written - sum(blocks.map((block) => known.get(block) ?? 0));
    if (!blocks.every((block) => known.has(block)))
      return { how: 'whole', missing, wrong: 'a block that was not written' };
    if (new Set(blocks).size < blocks.length) return { how: 'whole', missing, wrong: 'a block was read twice' };
    if (told.length > 0) return { how: 'told', missing };
    const how = atEnds.damaged > 0 ? 'atStart' : damaged + unfit > 0 ? 'counted' : 'whole';
    if (atEnds.damaged > damaged) return { how, missing, wrong: 'the start counted more than there are' };
    return { how, missing, wrong: missing === damaged ? undefined : `${missing} are missing, ${damaged} were counted` };
  } catch (error) {
    const { code, message } = storeError(error);
    // What the worker sets the file aside for.
    return { how: 'told', missing: written, wrong: code === 'damaged' ? undefined : `${code}: ${message}` };
  } finally {
    if (db) close(db);
    rmSync(`${path}-wal`, { force: true });
    rmSync(`${path}-shm`, { force: true });
  }
}
