// The first phase of a start: what the gateway stands on is opened, which takes as long as the card takes. There is no
// pipeline yet, so what is reported meanwhile waits.

import { basename } from 'node:path';
import { ulids } from '#base/ids.ts';
import type { AnyDetector } from '#contract/detector.ts';
import { firstFormat } from '#contract/format.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log, LogLevel } from '#contract/log.ts';
import type { History } from '#contract/store.ts';
import type { SystemClock } from '#src/clock/system.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import type { Pipeline } from '#src/core/ports.ts';
import type { AdvertCounters } from '#src/hosting/radio/bluetooth/advert-counters.ts';
import { openHistory } from '#src/store/history.ts';
import { historyIn } from '#src/store/history-ring.ts';
import { type OpenedJournal, openJournal } from '#src/store/journal.ts';
import { type DataLock, lockData } from '#src/store/lock.ts';
import { type ReadConfiguration, readConfiguration } from './config-in-force.ts';
import { jsonLog } from './log.ts';
import { type LogSink, logSink } from './log-sink.ts';
import { furthestCursor } from './open-channel.ts';
import { type Reports, reports } from './reports.ts';
import { storeTrouble } from './store-watch.ts';

export interface OpenOptions {
  configFile: string;
  dataDir: string;
  schema: ConfigSchema;
  detectors: readonly AnyDetector[];
  clock: SystemClock;
  version: string;
  logLevel: LogLevel;
}

/** Those to whom the stores and the log report. */
export interface Receivers {
  home: Pick<Pipeline, 'fault' | 'rewrite'>;
  counters: Pick<AdvertCounters, 'rewrite'>;
}

export interface Opened extends OpenedJournal {
  lock: DataLock;
  /** The configuration, read. */
  read: ReadConfiguration;
  sink: LogSink;
  log: Log;
  ids: Ids;
  history: History;
  /** The name of its file: another one where `history.db` is of a later version. */
  historyFile: string;
  reported: Reports<Receivers>;
}

/** Name of the journal's fact: the latest wall time seen. */
export const FLOOR = 'floor';

/** @throws NoConfigError, or StoreError `in-use` when another gateway runs on the same data. */
export async function open(options: OpenOptions): Promise<Opened> {
  const lock = lockData(options.dataDir);
  try {
    const read = await readConfiguration({ ...options, file: options.configFile });
    return { lock, read, ...(await openStores(options, read)) };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

async function openStores(
  { configFile, dataDir, clock, version, logLevel, detectors }: OpenOptions,
  { first }: ReadConfiguration,
): Promise<Omit<Opened, 'lock' | 'read'>> {
  const reported = reports<Receivers>();
  const fault: Pipeline['fault'] = (...report) => reported.send(({ home }) => home.fault(...report));
  const journalLost = () =>
    reported.send(({ home, counters }) => {
      home.rewrite();
      counters.rewrite();
    });
  const sink = logSink(clock, 1, (unread, dropped) =>
    fault('log-unread', 'gateway', unread, unread ? { dropped } : {}),
  );
  const log = jsonLog(sink, () => clock.now().wall, logLevel);
  log.info({ event: 'starting', version, config: configFile, data: dataDir }, 'starting');
  const opened = await openJournal({
    dir: dataDir,
    clock,
    log,
    events: storeTrouble('journal', fault, journalLost),
    formats: Object.fromEntries(detectors.map(({ id, format = firstFormat }) => [id, format])),
  });
  const { facts } = opened.restored;
  // A clock that starts in the past goes on from the latest time that the journal has seen.
  clock.notBefore(Number(facts[FLOOR] ?? 0));
  const historyFile = basename(historyIn(dataDir));
  const history = openHistory({
    dir: dataDir,
    budgetBytes: first.config.storage.historyMegabytes * 1_000_000,
    clock,
    log,
    events: storeTrouble('history', fault),
    // A ring that had to begin anew goes on above what the platform has already.
    above: furthestCursor(facts),
  });
  return { ...opened, sink, log, ids: ulids(clock), history, historyFile, reported };
}
