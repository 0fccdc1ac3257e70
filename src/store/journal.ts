// The journal: alerts, their deliveries and what waits to be sent, on the disk before anybody is shown that they are.
// The main thread hands changes to a worker and goes on; changes that come while the worker is busy share its next
// sync.

import { join } from 'node:path';
import type { Log } from '#contract/log.ts';
import type { Journal, Restored, StoreEvents } from '#contract/store.ts';
import { type Clock, SECOND } from '#contract/time.ts';
import type { Formats } from './checkpoints.ts';
import { StoreError } from './errors.ts';
import { type ChangeRows, nothingRestored, rowsOf } from './journal-rows.ts';
import type { JournalNews, JournalRequest, JournalWorkerData } from './journal-worker.ts';
import { troubles } from './trouble.ts';
import { linkWorker, within } from './worker-link.ts';

export interface OpenJournal {
  dir: string;
  clock: Clock;
  log: Log;
  /**
   * `damaged` is reported each time a file is set aside: the new one holds nothing until the caller commits again what
   * is open.
   */
  events: StoreEvents;
  /** The format of what each detector remembers, by its id; the first where none is given. */
  formats?: Formats | undefined;
  /** Longest wait for the card at a start; 3,000 ms by default. */
  openWithinMs?: number;
}

export interface OpenedJournal {
  journal: Journal;
  /** Empty when the file could not be read in time; `unwritable` was reported then. */
  restored: Restored;
  /** In that case: what the file held, once it can be read. Resolves before a commit of this run does. */
  late?: Promise<Restored>;
}

/** Changes that may wait for a card that does not answer; beyond this, a commit is refused at once. */
const MOST_WAITING = 10_000;
/** Changes in one transaction. */
const MOST_TOGETHER = 256;
const CLOSE_WITHIN_MS = 5 * SECOND;

interface Waiting {
  rows: ChangeRows;
  resolve(): void;
  reject(error: unknown): void;
}

/** Opens `DIR/journal.db`. Never rejects: with no usable disk it starts empty, reports that, and keeps trying. */
export async function openJournal(options: OpenJournal): Promise<OpenedJournal> {
  const { dir, clock, log, formats = {} } = options;
  const path = join(dir, 'journal.db');
  const first = Promise.withResolvers<Restored>();
  const link = linkWorker<JournalRequest, null, JournalNews>({
    name: 'journal',
    module: new URL('./journal-worker.ts', import.meta.url),
    workerData: { path, formats } satisfies JournalWorkerData,
    clock,
    log,
    onDamaged: (detail, counts) => trouble.damaged(detail, counts),
    onNewer: (detail, context) => trouble.newer(detail, context),
    onNews(news) {
      if ('restored' in news) first.resolve(news.restored);
      else if ('rejoined' in news)
        log.info({ store: 'journal', ...news.rejoined }, 'taken up what another version wrote beside the journal');
      else
        log.warn(
          { store: 'journal', messages: news.forgotten },
          'too many faults and answers wait to be sent; the oldest gave way',
        );
    },
  });
  let queue: Waiting[] = [];
  let busy = 0;
  let closed = false;
  let whenIdle: (() => void) | undefined;

  const trouble = troubles('journal', options, () => {
    // A commit under way finds it out as well as a probe would.
    if (busy === 0) send({ do: 'probe' }, []);
  });

  function send(request: JournalRequest, callers: Waiting[]): Promise<void> {
    busy += 1;
    return link
      .call(request)
      .then(
        () => {
          trouble.writable();
          for (const { resolve } of callers) resolve();
        },
        (error) => {
          if (!closed) trouble.unwritable(error);
          for (const { reject } of callers) reject(error);
        },
      )
      .finally(() => {
        busy -= 1;
        pump();
      });
  }

  function pump(): void {
    if (busy > 0) return;
    if (queue.length === 0) {
      whenIdle?.();
      return;
    }
    const callers = queue.slice(0, MOST_TOGETHER);
    queue = queue.slice(MOST_TOGETHER);
    send({ do: 'commit', changes: callers.map(({ rows }) => rows) }, callers);
  }

  const journal: Journal = {
    async commit(change) {
      if (closed) throw new StoreError('closed', 'the journal is closed');
      if (queue.length >= MOST_WAITING)
        throw new StoreError('stalled', `the card does not answer, and ${MOST_WAITING} changes wait for it`);
      const rows = rowsOf(change);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      queue.push({ rows, resolve, reject });
      pump();
      return promise;
    },
    async close() {
      if (closed) return;
      closed = true;
      const idle = new Promise<void>((resolve) => {
        whenIdle = resolve;
      });
      pump();
      try {
        await within(clock, CLOSE_WITHIN_MS, 'the last changes were not stored', idle);
      } finally {
        trouble.close();
        await link.close({ do: 'close' }, CLOSE_WITHIN_MS);
      }
    },
  };

  // A disk that takes no writes may still be readable: then opening fails, but what it holds was announced before that.
  const opening = send({ do: 'open' }, []).then(() => Promise.race([first.promise, Promise.resolve(undefined)]));
  const wait = options.openWithinMs ?? 3 * SECOND;
  const restored = await within(clock, wait, 'the card did not let the journal open', opening).catch((error) => {
    trouble.unwritable(error);
    return undefined;
  });
  return restored ? { journal, restored } : { journal, restored: nothingRestored(), late: first.promise };
}
