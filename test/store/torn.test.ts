// Torn and bit-flipped journals by the hundred: each start works, says what happened, and brings back every row that the
// damage did not touch. HEARTHWARD_TORN_FILES files (`npm run test:torn`: 1,000).

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { close, openWhole } from '#src/store/database.ts';
import { journalKind } from '#src/store/journal-kind.ts';
import { readAll, rowsOf } from '#src/store/journal-rows.ts';
import { journalWriter } from '#src/store/journal-writer.ts';
import { rootsOf } from '#src/store/schema.ts';
import { alert, delivery, entry, tempDir } from './rig.ts';

const FILES = Number(process.env.HEARTHWARD_TORN_FILES ?? 60);
const PAGE = 4_096;
const FRAME = PAGE + 24;

/** A row as its table, its key and its text. */
interface Row {
  table: string;
  key: string;
  text: string;
}
/** What a power cut, or the card, left behind, with what was true of it. */
interface Sample {
  file: Buffer;
  wal: Buffer;
  rows: Row[];
  /** Pages of each row, by `table key`. */
  pages: Map<string, Set<number>>;
}

let samples: Sample[];
/** Every text that was ever committed. */
const committed = new Set<string>();

function rowsIn(db: Database.Database): Row[] {
  const all = (table: string, key: string, text: string) =>
    (db.prepare(`SELECT ${key} AS key, ${text} AS text FROM ${table}`).all() as Omit<Row, 'table'>[]).map((row) => ({
      table,
      ...row,
    }));
  return [
    ...all('alerts', 'id', 'json'),
    ...all('deliveries', "alert || ' ' || channel", 'json'),
    ...all('outbox', "slot || ' ' || channel", 'body'),
    ...all('checkpoints', 'id', 'json'),
    ...all('facts', 'name', 'json'),
  ];
}

const nameOf = ({ table, key }: Row) => `${table} ${key}`;

/** Text that occurs nowhere else, so that a page tells whose it is. */
const noise = (seed: string, length: number): string => {
  let text = '';
  for (let i = 0; text.length < length; i += 1) text += `<${seed}:${i}>`;
  return text;
};

/** By its text alone: each page on which a piece of it stands that names it. */
function pagesOf(image: Buffer, { key, text }: Row): Set<number> {
  const pages = new Set<number>();
  const name = /<[a-z]\d+(\.\d)?|"district-a\d+"/.exec(text)?.[0] ?? key;
  const own = (piece: string) => piece.includes(`${name}:`) || piece.includes(`${name} `) || name.endsWith('"');
  const pieces = Array.from({ length: Math.ceil(text.length / 8) }, (_, i) => text.slice(i * 8, i * 8 + 32));
  const telling = pieces.filter((piece) => piece.includes(name) && own(piece));
  for (const piece of telling.length > 0 ? telling : [key])
    for (let found = image.indexOf(piece); found >= 0; found = image.indexOf(piece, found + 1)) {
      pages.add(Math.floor(found / PAGE) + 1);
      pages.add(Math.floor((found + piece.length - 1) / PAGE) + 1);
    }
  return pages;
}

beforeAll(() => {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-torn-'));
  samples = [];
  const path = join(dir, 'journal.db');
  const { db } = openWhole(path, journalKind, 0, () => undefined);
  const writer = journalWriter(db);
  const commit = (change: Parameters<typeof rowsOf>[0]) => {
    writer.commit([rowsOf(change)]);
    for (const { text } of rowsIn(db)) committed.add(text);
  };
  const long = (id: string, rev: number, length: number, state?: 'resolved') => ({
    ...alert(id, state ?? 'raised', rev),
    because: [{ fact: noise(`${id}.${rev}`, length) }],
    // The last of its text.
    zone: noise(`${id}.${rev} end`, 40),
  });
  const keep = (wal: Buffer) => {
    // The image is SQLite's own reading of both.
    const image = db.serialize();
    const rows = rowsIn(db);
    samples.push({
      file: readFileSync(path),
      wal,
      rows,
      pages: new Map(rows.map((row) => [nameOf(row), pagesOf(image, row)])),
    });
  };
  for (let n = 0; n < 60; n += 1) {
    const id = `a${n}`;
    const facts = { [`fact-${n % 4}`]: noise(`f${n}`, 60) };
    commit({
      alerts: [long(id, 1, n % 7 === 6 ? 9_000 : 40 + (n % 7) * 500)],
      deliveries: [{ ...delivery(id), channel: `district-${id}` }],
      put: [{ ...entry(id, 1, 2 * n, `district-${id}`), body: noise(`m${n}`, 200) }],
      facts,
    });
    if (n % 3 === 0)
      commit({
        alerts: [long(id, 2, 300, 'resolved')],
        put: [{ ...entry(id, 2, 2 * n + 1, `district-${id}`), body: noise(`n${n}`, 200) }],
        checkpoints: { [`d${n % 5}`]: noise(`c${n}`, 90) },
      });
    if (n % 6 === 0) commit({ drop: [entry(id, 2, 2, `district-${id}`)] });
    if (n === 40) {
      writer.checkpoint();
      keep(readFileSync(`${path}-wal`));
    }
  }
  keep(readFileSync(`${path}-wal`));
  db.pragma('wal_checkpoint(TRUNCATE)');
  keep(Buffer.alloc(0));
  close(db);
  rmSync(dir, { recursive: true });
});

type Damage =
  | {
      how: 'flip';
      where: 'file' | 'log';
      at: number /** In the head of the page or frame there: rare by chance. */;
      head: boolean;
      bit: number;
      length: number;
    }
  | { how: 'cut'; at: number }
  | { how: 'zero'; at: number; pages: number };

const part = fc.noBias(fc.double({ min: 0, max: 0.999999, noNaN: true }));
const damages: fc.Arbitrary<Damage> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      how: fc.constant('flip' as const),
      where: fc.constantFrom('file' as const, 'log' as const),
      at: part,
      head: fc.boolean(),
      bit: fc.nat(7),
      length: fc.constantFrom(1, 1, 1, 40, 600),
    }),
  },
  { weight: 2, arbitrary: fc.record({ how: fc.constant('cut' as const), at: part }) },
  {
    weight: 2,
    arbitrary: fc.record({ how: fc.constant('zero' as const), at: part, pages: fc.integer({ min: 1, max: 8 }) }),
  },
);

/** A byte of the head of the page or frame that `at` lies in. */
function headAt(at: number, inFile: boolean): number {
  const [start, size, head] = inFile ? [0, PAGE, 12] : [32, FRAME, 24];
  return at < start ? at : at - ((at - start) % size) + ((at - start) % head);
}

/** The damaged files, and the pages that the damage touched. */
function damage(sample: Sample, list: Damage[]): { file: Buffer; wal: Buffer; touched: Set<number> } {
  let file = Buffer.from(sample.file);
  const wal = Buffer.from(sample.wal);
  const inFile = new Set<number>();
  const inLog = new Set<number>();
  for (const each of list) {
    if (each.how === 'cut') {
      const length = Math.floor(each.at * file.length);
      for (let page = Math.floor(length / PAGE) + 1; page <= sample.file.length / PAGE; page += 1) inFile.add(page);
      file = file.subarray(0, length);
    } else if (each.how === 'zero') {
      const first = Math.floor((each.at * file.length) / PAGE);
      file.fill(0, Math.min(first * PAGE, file.length), Math.min((first + each.pages) * PAGE, file.length));
      for (let i = 1; i <= each.pages; i += 1) inFile.add(first + i);
    } else {
      const bytes = each.where === 'file' || wal.length === 0 ? file : wal;
      const anywhere = Math.floor(each.at * bytes.length);
      const from = each.head ? headAt(anywhere, bytes === file) : anywhere;
      for (let at = from; at < Math.min(from + each.length, bytes.length); at += 1) {
        bytes[at] = (bytes[at] ?? 0) ^ (1 << each.bit);
        if (bytes === file) inFile.add(Math.floor(at / PAGE) + 1);
        else if (at >= 32) inLog.add(Math.floor((at - 32) / FRAME));
      }
    }
  }
  // The newest frame of a page is what counts; what stands in the file under it does not.
  const newest = new Map<number, number>();
  const salts = sample.wal.subarray(16, 24);
  for (let frame = 0, at = 32; at + FRAME <= sample.wal.length; frame += 1, at += FRAME) {
    // Behind the last one lie those of an earlier log.
    if (!sample.wal.subarray(at + 8, at + 16).equals(salts)) break;
    newest.set(sample.wal.readUInt32BE(at), frame);
  }
  const touched = new Set([...inFile].filter((page) => !newest.has(page)));
  for (const [page, frame] of newest) if (inLog.has(frame)) touched.add(page);
  return { file, wal, touched };
}

it(`brings back what was whole of ${FILES} damaged journals, and says what happened to each`, () => {
  const dir = tempDir('fast');
  const path = join(dir, 'journal.db');
  const tally = { told: 0, whole: 0, back: 0, lost: 0 };
  fc.assert(
    fc.property(fc.nat(2), fc.array(damages, { minLength: 1, maxLength: 3 }), (which, list) => {
      const sample = samples[which] as Sample;
      const { file, wal, touched } = damage(sample, list);
      for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
      writeFileSync(path, file);
      if (wal.length > 0) writeFileSync(`${path}-wal`, wal);

      const told: { detail: string; counts: Record<string, number> }[] = [];
      const { db } = openWhole(path, journalKind, 7, (detail, counts) => told.push({ detail, counts }));
      const back = new Map(rowsIn(db).map((row) => [nameOf(row), row.text]));
      const all = readAll(db);
      journalWriter(db).commit([rowsOf({ facts: { after: true } })]);
      const usable = db.prepare("SELECT json FROM facts WHERE name = 'after'").pluck().get();
      close(db);

      expect(all.damage).toBeUndefined();
      expect(usable).toBe('true');
      // Nothing is invented.
      for (const text of back.values()) expect(committed.has(text)).toBe(true);
      const missing = sample.rows.filter((row) => back.get(nameOf(row)) !== row.text);
      const [word] = told;
      if (!word) {
        // Whole, or torn within the last transactions of the log, as by a power cut.
        tally.whole += 1;
        expect(missing.length).toBeLessThanOrEqual(wal.length > 0 ? 10 : 0);
        return;
      }
      tally.told += 1;
      tally.lost += missing.length;
      tally.back += sample.rows.length - missing.length;
      const { keptOpenAlerts, keptMessages, lostRows = 0, damagedPages = 0 } = word.counts;
      expect(keptOpenAlerts).toBe(all.damage === undefined ? all.restored.alerts.length : 0);
      expect(keptMessages).toBe(all.damage === undefined ? all.restored.outbox.length : 0);
      const untouched = missing.filter(
        (row) => ![...(sample.pages.get(nameOf(row)) ?? [])].some((page) => touched.has(page)),
      );
      // A delivery whose message is lost is left out on purpose: its alert is offered anew.
      const reallyLost = untouched.filter(({ table, key }) => {
        if (table !== 'deliveries') return true;
        return back.has(`outbox alert/${key}`);
      });
      expect(reallyLost.map(nameOf)).toEqual([]);
      if (missing.some(({ table }) => table !== 'deliveries')) expect(lostRows + damagedPages).toBeGreaterThan(0);
    }),
    { numRuns: FILES },
  );
  process.stderr.write(
    `${FILES} damaged journals: ${tally.told} told, ${tally.whole} found whole; of ${tally.back + tally.lost} rows in those told of, ${tally.back} came back\n`,
  );
  expect(tally.told).toBeGreaterThan(FILES / 4);
});

/** Counts, and what came back, of a start on these files. */
function startOn(file: Buffer, wal: Buffer) {
  const path = join(tempDir('fast'), 'journal.db');
  writeFileSync(path, file);
  writeFileSync(`${path}-wal`, wal);
  let counts: Record<string, number> | undefined;
  const { db } = openWhole(path, journalKind, 7, (_, told) => {
    counts = told;
  });
  const rows = rowsIn(db);
  close(db);
  return { counts, rows };
}

it('says that a page is damaged which counts fewer rows than it holds', () => {
  const { file, wal, rows } = samples[2] as Sample;
  const facts = Buffer.from(file);
  const count = ((rootsOf(journalKind).facts ?? 0) - 1) * PAGE + 3;
  facts.writeUInt16BE(facts.readUInt16BE(count) - 1, count);
  const start = startOn(facts, wal);
  expect(start.rows).toHaveLength(rows.length - 1);
  expect(start.counts).toMatchObject({ lostRows: 0, damagedPages: 1 });
});

it('brings back the rows of a page that a damaged frame of the log claims to be', () => {
  const { file, wal, rows, pages } = samples[1] as Sample;
  const inLog = new Set<number>();
  for (let at = 32; at + FRAME <= wal.length; at += FRAME) inLog.add(wal.readUInt32BE(at));
  const only = (row: Row) =>
    [...(pages.get(nameOf(row)) ?? [])].filter((page) => page * PAGE <= file.length && !inLog.has(page));
  const claimed = rows.filter(({ table }) => table === 'alerts').flatMap(only)[0] ?? 0;
  const theirs = rows.filter((row) => only(row).includes(claimed));
  expect(theirs.length).toBeGreaterThan(0);
  const mistaken = Buffer.from(wal);
  mistaken.writeUInt32BE(claimed, 32);
  const start = startOn(file, mistaken);
  expect(start.counts).toBeDefined();
  const back = new Map(start.rows.map((row) => [nameOf(row), row.text]));
  expect(theirs.filter((row) => back.get(nameOf(row)) !== row.text).map(nameOf)).toEqual([]);
});
