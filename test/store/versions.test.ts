// Journals of every version there ever was, and of one there is not yet.

import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { close, type Kind, openWhole } from '#src/store/database.ts';
import { journalKind } from '#src/store/journal-kind.ts';
import { readAll } from '#src/store/journal-rows.ts';
import { tempDir } from './rig.ts';

const fixtures = join(import.meta.dirname, '../fixtures/journal');
const latest = journalKind.migrations.length;
const later: Kind = {
  ...journalKind,
  migrations: [...journalKind.migrations, 'CREATE TABLE more (id INTEGER PRIMARY KEY)'],
};

function copyOf(version: number): { path: string; held: object } {
  const path = join(tempDir(), 'journal.db');
  copyFileSync(join(fixtures, `v${version}.db`), path);
  return { path, held: JSON.parse(readFileSync(join(fixtures, `v${version}.json`), 'utf8')) as object };
}

function found(path: string, kind: Kind) {
  const told: string[] = [];
  const { db } = openWhole(path, kind, 7, (detail) => told.push(detail));
  const all = readAll(db);
  const version = db.pragma('user_version', { simple: true });
  close(db);
  return { all, version, told };
}

describe('a journal of an earlier version', () => {
  it('has a fixture for each version', () => {
    const names = readdirSync(fixtures).filter((name) => name.endsWith('.db'));
    expect(names.sort()).toEqual(Array.from({ length: latest }, (_, i) => `v${i + 1}.db`).sort());
  });

  it.each(Array.from({ length: latest }, (_, i) => i + 1))('%i goes on with all it held', (version) => {
    const { path, held } = copyOf(version);
    expect(found(path, journalKind)).toEqual({ all: held, version: latest, told: [] });
  });

  it('goes on through a further step', () => {
    const { path, held } = copyOf(latest);
    expect(found(path, later)).toEqual({ all: held, version: latest + 1, told: [] });
  });

  it('goes on with all it held when a step fails, which leaves the file as it was', () => {
    const { path, held } = copyOf(latest);
    const broken: Kind = { ...later, migrations: [...later.migrations, 'SELECT nonsense'] };
    expect(() => openWhole(path, broken, 7, () => undefined)).toThrow('nonsense');
    expect(found(path, later)).toEqual({ all: held, version: latest + 1, told: [] });
  });
});

describe('a journal of a later version', () => {
  it('is set aside whole with a plain reason, and its rows, which prove themselves, are carried over', () => {
    const { path, held } = copyOf(latest);
    found(path, later);
    const { all, version, told } = found(path, journalKind);
    expect(told).toEqual([
      `the file is of version ${latest + 1}, and ${latest} is the latest known here; set aside as journal.db.damaged-7`,
    ]);
    expect({ all, version }).toEqual({ all: held, version: latest });
    expect(found(`${path}.damaged-7`, later)).toEqual({ all: held, version: latest + 1, told: [] });
  });
});

describe('a replacement that a power cut broke off', () => {
  it('is taken up again from what was set aside', () => {
    const { path, held } = copyOf(latest);
    renameSync(path, `${path}.damaged-3`);
    writeFileSync(`${path}.damaged-2`, 'of an earlier time');
    writeFileSync(`${path}.salvaged`, 'half made');
    const { all, told } = found(path, journalKind);
    expect(told).toEqual(['a damaged file was being replaced when the power went']);
    expect(all).toEqual(held);
    expect(existsSync(`${path}.salvaged`)).toBe(false);
  });
});
