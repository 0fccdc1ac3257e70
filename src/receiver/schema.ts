// The tables of the receiver and the statements that write and read them.

import type Database from 'better-sqlite3';
import { fitted } from './fit.ts';
import type { KeptAlert, KeptCommand, KeptFault, KeptGateway, KeptMeasurement, NotUnderstood } from './model.ts';

/** Newest rows that are kept of what has no end. */
export const KEEP = { readings: 10_000, faultEvents: 20_000, notUnderstood: 500 } as const;

/** What is received is a row before its receipt; what is shown (alerts, gateways, faults, commands) is kept as JSON beside its keys. */
export const schema = `
  CREATE TABLE IF NOT EXISTS alert_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    gateway TEXT NOT NULL, event_id TEXT NOT NULL, alert_id TEXT NOT NULL, rev INTEGER NOT NULL,
    received_at INTEGER NOT NULL, body TEXT NOT NULL,
    UNIQUE (gateway, event_id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS alerts (
    gateway TEXT NOT NULL, alert_id TEXT NOT NULL, open INTEGER NOT NULL, received_at INTEGER NOT NULL, kept TEXT NOT NULL,
    PRIMARY KEY (gateway, alert_id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS alerts_by_age ON alerts (open, received_at);
  CREATE INDEX IF NOT EXISTS alerts_by_gateway ON alerts (gateway, open, received_at);
  CREATE TABLE IF NOT EXISTS gateways (gateway TEXT PRIMARY KEY, kept TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS faults (
    gateway TEXT NOT NULL, code TEXT NOT NULL, subject TEXT NOT NULL, kept TEXT NOT NULL,
    PRIMARY KEY (gateway, code, subject)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS fault_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    gateway TEXT NOT NULL, event_id TEXT NOT NULL, received_at INTEGER NOT NULL, body TEXT NOT NULL,
    UNIQUE (gateway, event_id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS commands (
    id TEXT PRIMARY KEY, gateway TEXT NOT NULL, alert_id TEXT NOT NULL, made_at INTEGER NOT NULL, kept TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS commands_by_age ON commands (made_at);
  CREATE TABLE IF NOT EXISTS readings (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    gateway TEXT NOT NULL, position INTEGER NOT NULL, device TEXT NOT NULL, quantity TEXT NOT NULL,
    value TEXT NOT NULL, quality TEXT NOT NULL, wall TEXT NOT NULL, mono INTEGER NOT NULL, boot_id TEXT NOT NULL,
    UNIQUE (gateway, position, boot_id, mono, device, quantity)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS measurements (
    gateway TEXT NOT NULL, measurement_id TEXT NOT NULL, rev INTEGER NOT NULL, person TEXT,
    received_at INTEGER NOT NULL, kept TEXT NOT NULL,
    PRIMARY KEY (gateway, measurement_id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS measurements_by_age ON measurements (received_at);
  CREATE TABLE IF NOT EXISTS not_understood (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL, topic TEXT NOT NULL, why TEXT NOT NULL, bytes INTEGER NOT NULL, start TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS sessions (hash TEXT PRIMARY KEY, name TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
`;

export interface AlertEventRow {
  seq: number;
  gateway: string;
  eventId: string;
  alertId: string;
  rev: number;
  receivedAt: number;
  body: string;
}
export interface SessionRow {
  hash: string;
  name: string;
  expiresAt: number;
}
export interface ReadingRow {
  gateway: string;
  position: number;
  device: string;
  quantity: string;
  /** JSON. */
  value: string;
  quality: string;
  wall: string;
  mono: number;
  bootId: string;
}
interface Kept {
  kept: string;
}

export type Statements = ReturnType<typeof statements>;

export function statements(db: Database.Database) {
  const prepare = <Parameters extends unknown[], Row = unknown>(sql: string) => db.prepare<Parameters, Row>(sql);
  const addAlertEvent = prepare<[Omit<AlertEventRow, 'seq'>]>(
    `INSERT INTO alert_events (gateway, event_id, alert_id, rev, received_at, body)
     VALUES (@gateway, @eventId, @alertId, @rev, @receivedAt, @body) ON CONFLICT DO NOTHING`,
  );
  const putAlert = prepare<[string, string, number, number, string]>(
    'INSERT OR REPLACE INTO alerts (gateway, alert_id, open, received_at, kept) VALUES (?, ?, ?, ?, ?)',
  );
  const alert = prepare<[string, string], Kept>('SELECT kept FROM alerts WHERE gateway = ? AND alert_id = ?');
  const hasAlert = prepare<[string, string]>('SELECT 1 FROM alerts WHERE gateway = ? AND alert_id = ?');
  const closed = prepare<[number], Kept>('SELECT kept FROM alerts WHERE open = 0 ORDER BY received_at DESC LIMIT ?');
  const newestOpen = prepare<[string, number], Kept>(
    'SELECT kept FROM alerts WHERE gateway = ? AND open = 1 ORDER BY received_at DESC LIMIT ?',
  );
  const openCounts = prepare<[], { gateway: string; count: number }>(
    'SELECT gateway, count(*) AS count FROM alerts WHERE open = 1 GROUP BY gateway',
  );
  const events = prepare<[number, number], AlertEventRow>(
    `SELECT seq, gateway, event_id AS eventId, alert_id AS alertId, rev, received_at AS receivedAt, body
     FROM alert_events WHERE seq > ? ORDER BY seq LIMIT ?`,
  );
  const putGateway = prepare<[string, string]>('INSERT OR REPLACE INTO gateways (gateway, kept) VALUES (?, ?)');
  const putFault = prepare<[string, string, string, string]>(
    'INSERT OR REPLACE INTO faults (gateway, code, subject, kept) VALUES (?, ?, ?, ?)',
  );
  const addFaultEvent = prepare<[string, string, number, string]>(
    'INSERT INTO fault_events (gateway, event_id, received_at, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const putCommand = prepare<[string, string, string, number, string]>(
    'INSERT OR REPLACE INTO commands (id, gateway, alert_id, made_at, kept) VALUES (?, ?, ?, ?, ?)',
  );
  const addReading = prepare<[ReadingRow]>(
    `INSERT INTO readings (gateway, position, device, quantity, value, quality, wall, mono, boot_id)
     VALUES (@gateway, @position, @device, @quantity, @value, @quality, @wall, @mono, @bootId) ON CONFLICT DO NOTHING`,
  );
  const putMeasurement = prepare<[string, string, number, string | null, number, string]>(
    `INSERT INTO measurements (gateway, measurement_id, rev, person, received_at, kept) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET rev = excluded.rev, person = excluded.person, received_at = excluded.received_at, kept = excluded.kept
     WHERE excluded.rev > measurements.rev`,
  );
  const addNotUnderstood = prepare<[NotUnderstood]>(
    `INSERT INTO not_understood (received_at, topic, why, bytes, start) VALUES (@receivedAt, @topic, @why, @bytes, @start)`,
  );
  const trim = (table: string, keep: number) =>
    prepare<[]>(`DELETE FROM ${table} WHERE seq <= (SELECT max(seq) FROM ${table}) - ${keep}`);
  const trimReadings = trim('readings', KEEP.readings);
  const trimFaultEvents = trim('fault_events', KEEP.faultEvents);
  const trimNotUnderstood = trim('not_understood', KEEP.notUnderstood);
  const every = <T>(sql: string, ...rest: (string | number)[]): T[] =>
    (db.prepare(sql).all(...rest) as Kept[]).map((row) => read<T>(row));

  return {
    /** False for an event id that is here already. */
    addAlertEvent: (row: Omit<AlertEventRow, 'seq'>): boolean => addAlertEvent.run(row).changes > 0,
    putAlert: (kept: KeptAlert, open: boolean) =>
      putAlert.run(kept.gateway, kept.data.alertId, open ? 1 : 0, kept.receivedAt, JSON.stringify(kept)),
    alert(gateway: string, alertId: string): KeptAlert | undefined {
      const row = alert.get(gateway, alertId);
      return row && read<KeptAlert>(row);
    },
    hasAlert: (gateway: string, alertId: string): boolean => hasAlert.get(gateway, alertId) !== undefined,
    closedAlerts: (limit: number): KeptAlert[] => closed.all(limit).map((row) => read<KeptAlert>(row)),
    /** Of one gateway, newest first. */
    openAlerts: (gateway: string, limit: number): KeptAlert[] =>
      newestOpen.all(gateway, limit).map((row) => read<KeptAlert>(row)),
    openCounts: () => openCounts.all(),
    /** @param most characters of bodies, after which no more are read; one there always is. */
    events(after: number, limit: number, most: number): AlertEventRow[] {
      const rows: AlertEventRow[] = [];
      let size = 0;
      for (const row of events.iterate(after, limit)) {
        size += row.body.length;
        if (rows.length > 0 && size > most) break;
        rows.push(row);
      }
      return rows;
    },
    putGateway: (kept: KeptGateway) => putGateway.run(kept.gateway, JSON.stringify(kept)),
    gateways: () => every<KeptGateway>('SELECT kept FROM gateways'),
    putFault: (kept: KeptFault) => putFault.run(kept.gateway, kept.code, kept.subject, JSON.stringify(kept)),
    faults: () => every<KeptFault>('SELECT kept FROM faults'),
    addFaultEvent(gateway: string, id: string, receivedAt: number, body: string): boolean {
      const added = addFaultEvent.run(gateway, id, receivedAt, body).changes > 0;
      if (added) trimFaultEvents.run();
      return added;
    },
    putCommand: (kept: KeptCommand) =>
      putCommand.run(kept.id, kept.gateway, kept.alertId ?? '', kept.madeAt, JSON.stringify(kept)),
    commands: (limit: number) =>
      every<KeptCommand>('SELECT kept FROM commands ORDER BY made_at DESC, id DESC LIMIT ?', limit),
    /** How many of them were not here yet. */
    addReadings(rows: ReadingRow[]): number {
      const added = rows.reduce((count, row) => count + addReading.run(row).changes, 0);
      trimReadings.run();
      return added;
    },
    /** False for a rev that is no newer than the one here. A health file is for people to clear: nothing is trimmed. */
    putMeasurement: ({ gateway, data, receivedAt, ...kept }: KeptMeasurement): boolean =>
      putMeasurement.run(
        gateway,
        data.measurementId,
        data.rev,
        data.person,
        receivedAt,
        JSON.stringify({ gateway, data, receivedAt, ...kept }),
      ).changes > 0,
    measurements: (limit: number) =>
      every<KeptMeasurement>('SELECT kept FROM measurements ORDER BY received_at DESC, rowid DESC LIMIT ?', limit),
    addNotUnderstood(row: NotUnderstood): void {
      addNotUnderstood.run(row);
      trimNotUnderstood.run();
    },
    notUnderstood: (limit: number): NotUnderstood[] =>
      db
        .prepare<[number], NotUnderstood>(
          `SELECT received_at AS receivedAt, topic, why, bytes, start FROM not_understood ORDER BY seq DESC LIMIT ?`,
        )
        .all(limit),
    putSession: (row: SessionRow) =>
      db.prepare('INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)').run(row.hash, row.name, row.expiresAt),
    dropSession: (hash: string) => db.prepare('DELETE FROM sessions WHERE hash = ?').run(hash),
    sessions: (): SessionRow[] =>
      db.prepare<[], SessionRow>('SELECT hash, name, expires_at AS expiresAt FROM sessions').all(),
    /** Any write at all, to see whether the disk takes one. */
    probe: prepare<[number]>("INSERT OR REPLACE INTO facts VALUES ('probed-at', ?)"),
  };
}

/** A receiver before this one kept what came at its full length. */
const read = <T>({ kept }: Kept): T => fitted(JSON.parse(kept) as T).value;
