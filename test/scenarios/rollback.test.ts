// An update that was taken back: a later version wrote everything (journal with open alerts, history, registry, the last good
// configuration, what detectors remember), and this one starts on it. It is armed, keeps what is open and what was paired,
// and calls for help; and the later version finds all of it again.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { describe, expect } from 'vitest';
import type { Format } from '#contract/format.ts';
import type { Restored } from '#contract/store.ts';
import { topics } from '#contract/uplink/topics.ts';
import { GATEWAY, TENANT, writeConfig } from '#fakes/gateway.ts';
import { runVerb } from '#fakes/verb.ts';
import { until } from '#fakes/wait.ts';
import { copyName, LAST_GOOD, stamped } from '#src/config/last-good.ts';
import { close, openWhole } from '#src/store/database.ts';
import { readStretch } from '#src/store/history-read.ts';
import { rejoinHistory } from '#src/store/history-rejoin.ts';
import { historyKind, historyRing } from '#src/store/history-ring.ts';
import { journalKind } from '#src/store/journal-kind.ts';
import { type Everything, readAll, rowsOf } from '#src/store/journal-rows.ts';
import { journalWriter } from '#src/store/journal-writer.ts';
import type { Kind } from '#src/store/kind.ts';
import { besideName, changeRegistry, REGISTRY, REGISTRY_LAST_GOOD } from '#src/store/registry.ts';
import { parseRegistry, registryFormat } from '#src/store/registry-file.ts';
import { recordsOf } from '#src/store/stretch.ts';
import { additive, breaking, laterRegistry, writeUnknown } from '../store/later.ts';
import { KEY, paired, registryOf } from '../store/registry-rig.ts';
import { alert, delivery, entry } from '../store/rig.ts';
import { inHouse } from './house.ts';

const BUDGET = 64_000_000;
/** The history with a step that this version does not know. */
const laterHistory = (readableFrom: number): Kind => {
  const kind = historyKind(BUDGET);
  return {
    ...kind,
    migrations: [...kind.migrations, { readableFrom, sql: 'CREATE TABLE pictures (first INTEGER PRIMARY KEY)' }],
  };
};
const memory = { model: [1, 2, 3] };
const inLaterFormat = JSON.stringify({ $format: { version: 2, readableFrom: 2 }, $state: memory });

interface Case {
  journal: Kind;
  history: Kind;
  /** Of registry and configuration. */
  format: (own: Format) => Format;
}
const cases: [string, Case][] = [
  [
    'can be read by this version',
    {
      journal: additive,
      history: laterHistory(2),
      format: ({ version }) => ({ version: version + 1, readableFrom: version }),
    },
  ],
  [
    'cannot be read by this version',
    {
      journal: breaking,
      history: laterHistory(3),
      format: ({ version }) => ({ version: version + 1, readableFrom: version + 1 }),
    },
  ],
];

const NEWER = ['journal.db', 'history.db', REGISTRY, REGISTRY_LAST_GOOD, LAST_GOOD];
const bytesOf = (dir: string) => NEWER.map((name) => readFileSync(join(dir, name)).toString('latin1'));

describe.each(cases)('everything that a later version wrote, which %s', (name, { journal, history, format }) => {
  const isReadable = name.startsWith('can be');

  inHouse(
    'is a start: armed, with what is open and what was paired; and nothing of it is lost to the later version',
    async ({ home }) => {
      // This version, before the update: a call is open.
      const before = await home.start();
      const { dataDir } = before;
      const help = await home.called();
      await changeRegistry(dataDir, () => registryOf(paired(1)));
      await before.waitFor({ event: 'config-applied' });
      await before.stop();
      const mine = readFileSync(join(dataDir, LAST_GOOD), 'utf8');
      const pairedBefore = readFileSync(join(dataDir, REGISTRY), 'utf8');

      // The later version.
      openJournalAs(journal, dataDir, ({ db }) => {
        const since = alert('since', 'raised');
        journalWriter(db).commit([
          rowsOf({ alerts: [since], deliveries: [delivery('since')], put: [entry('since', 1, 500)] }),
          { ...rowsOf({}), checkpoints: [{ id: 'inactivity', json: inLaterFormat }] },
        ]);
        writeUnknown(db);
      });
      close(openWhole(join(dataDir, 'history.db'), history, 7, () => undefined).db);
      const registry = laterRegistry(registryOf(paired(1), paired(2)), format(registryFormat));
      for (const file of [REGISTRY, REGISTRY_LAST_GOOD]) writeFileSync(join(dataDir, file), registry);
      const config = JSON.parse(readFileSync(before.configFile, 'utf8'));
      const camera = { id: 'eye', driver: 'camera', kind: 'camera' };
      const later = JSON.stringify({ ...config, voice: { engine: 'local' }, devices: [...config.devices, camera] });
      writeConfig(before.configFile, later);
      writeFileSync(join(dataDir, LAST_GOOD), stamped(later, format({ version: 1, readableFrom: 1 })));
      if (!isReadable) {
        writeFileSync(join(dataDir, copyName(1)), mine);
        writeFileSync(join(dataDir, besideName(registryFormat.version)), pairedBefore);
      }
      const written = bytesOf(dataDir);

      const desk = await connectAsync(home.broker.url);
      const sent = new Set<string>();
      desk.on('message', (_topic, payload) => sent.add(String(payload)));
      await desk.subscribeAsync(topics.up({ tenant: TENANT, gateway: GATEWAY }, 'alert'));

      // Back to this version.
      const back = await home.start({ devices: undefined });
      for (const store of ['journal', 'history', 'registry', 'config'])
        await back.waitFor({ event: 'fault', code: 'format-newer', subject: `store:${store}`, active: true });
      for (const code of ['journal-damaged', 'history-damaged', 'registry-damaged'])
        expect(back.count({ event: 'fault', code })).toBe(0);
      const wired = Object.keys(home.devices).length;
      const bands = isReadable ? 2 : 1;
      expect(back.events.find(({ event }) => event === 'armed')).toMatchObject({ devices: wired + bands });
      const { stdout } = await runVerb(['pair', 'list', '--json', '--data', dataDir]);
      expect(stdout.trim().split('\n')).toHaveLength(bands);
      expect(stdout).not.toContain(KEY);

      // The call of before is the same call, and it is answered in the home and by the platform.
      const pressedAt = home.press();
      expect(await back.waitFor({ event: 'alert', alertId: help, count: 2 })).toMatchObject({ state: 'raised' });
      await home.switches('LIGHT', true, pressedAt);
      await back.waitFor({ event: 'received', alertId: help });
      // What the later version had not sent yet is sent, of a hazard that this one does not know as well.
      await back.waitFor({ event: 'received', alertId: 'since' });
      await until(() => sent.has(JSON.stringify({ said: 'flood.1' })), 'the message of the flood to be sent');
      await home.release();
      await back.stop();
      await desk.endAsync();
      if (!isReadable) expect(bytesOf(dataDir)).toEqual(written);

      // And the later version again.
      openJournalAs(journal, dataDir, ({ db, newer }, { restored }) => {
        expect(newer).toBeUndefined();
        const calls = restored.alerts.find(({ id }) => id === help);
        expect(calls).toMatchObject({ state: 'raised', count: 2 });
        expect(restored.alerts.map(({ id }) => id)).toContain('since');
        const states = db.prepare("SELECT id FROM alerts WHERE id IN ('flood', 'shelved') AND open = 1").all();
        expect(states).toHaveLength(2);
        const json = db.prepare("SELECT json FROM checkpoints WHERE id = 'inactivity'").pluck().get();
        expect(json).toBe(inLaterFormat);
      });
      expect(presses(history, dataDir)).toBe(2);
      const held = parseRegistry(readFileSync(join(dataDir, REGISTRY), 'utf8'), {}, format(registryFormat));
      expect('registry' in held && held.registry.devices.map(({ id }) => id)).toEqual(['band-1', 'band-2']);
    },
  );
});

function openJournalAs(
  kind: Kind,
  dir: string,
  use: (opened: ReturnType<typeof openWhole>, all: { restored: Restored }) => void,
): void {
  const opened = openWhole(join(dir, 'journal.db'), { ...journalKind, ...kind }, 7, (detail) =>
    expect(detail).toBe(''),
  );
  try {
    use(opened, readAll(opened.db) as Everything);
  } finally {
    close(opened.db);
  }
}

/** How often the button was pressed, by the history as the later version has it. */
function presses(kind: Kind, dir: string): number {
  const path = join(dir, 'history.db');
  const { db } = openWhole(path, kind, 7, (detail) => expect(detail).toBe(''));
  rejoinHistory(path, kind.migrations.length, historyRing(db, BUDGET, 0), 7);
  const { records } = recordsOf(readStretch(db, 0, 1_000_000), 0, 1_000_000);
  close(db);
  return records.filter(({ record }) => record.kind === 'reading' && record.reading.value === 'press').length;
}
