// The reference platform: receives what gateways send, gives receipts for what is on its disk, and lets people deal with it.
// It speaks only the public contract (src/contract/uplink), as any other platform would have to.

import { reasonOf } from '#contract/errors.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, every, SECOND } from '#contract/time.ts';
import { type Books, heal, openBooks } from './books.ts';
import { ReceiverError } from './errors.ts';
import type { ReceiverEvent } from './events.ts';
import { identityIn } from './identity.ts';
import { operators } from './operators.ts';
import type { Parts } from './parts.ts';
import { type Broker, brokerSessions, connecting, type Sessions } from './sessions.ts';
import { openStore } from './store.ts';
import { views } from './views.ts';
import { type HttpOptions, type Web, webServer } from './web.ts';

export { ReceiverError } from './errors.ts';
export type { ReceiverEvent } from './events.ts';

export interface ReceiverOptions extends Broker {
  tenant: string;
  /** Everything it keeps lies here; made where missing. */
  dataDir: string;
  /** Of the page. 127.0.0.1 unless people on other machines, behind TLS, are to see it; port 0 takes a free one. */
  http: HttpOptions;
  clock: Clock;
  log: Log;
  ids: Ids;
  onEvent?: (event: ReceiverEvent) => void;
}

export interface Receiver {
  /** The page's address; at the start that made the operator token, with it in the fragment. */
  url: string;
  /** The page's address and nothing else. */
  page: string;
  /** The operator token, at the start that made it. Only its hash is kept. */
  newToken: string | undefined;
  stop(): Promise<void>;
}

const HEAL_EVERY = 2 * SECOND;

/** What the books speak to, and what is made after them. */
interface Outside {
  web?: Web;
  sessions?: Sessions;
}

/** @throws {ReceiverError} `broker-url`, `data-dir`, `http-port`: what only a person can mend. Anything later is reported and healed. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { tenant, dataDir, clock, log, http } = options;
  refuseAddress(options.url);
  const identity = identityIn(dataDir);
  const outside: Outside = {};
  const parts = partsOf(options, outside);
  const { store } = parts;
  const standing = connecting();
  const books = openBooks(parts, () => standing.alarms.up);
  const people = await operators({ dir: dataDir, store, clock, log });
  const shown = views({ ...books, tenant, clock, store, lines: standing, notUnderstood: books.odd });
  const web = webServer({ clock, log, people, views: shown, http });
  const sessions = brokerSessions(options, identity, books, standing);
  Object.assign(outside, { web, sessions });
  const cancelHeal = every(clock, HEAL_EVERY, 'receiver heals', () => healIfTroubled(books, sessions));

  const stop = async () => {
    cancelHeal();
    await sessions.stop();
    books.commands.stop();
    books.gateways.stop();
    await web.stop();
    store.close();
  };
  const address = await serve(web, http).catch(async (thrown) => {
    await stop();
    throw thrown;
  });
  warnOfReach(http, log);
  sessions.start();
  const page = `${address}/`;
  return {
    url: people.newToken === undefined ? page : `${page}#token=${people.newToken}`,
    page,
    newToken: people.newToken,
    stop,
  };
}

function refuseAddress(url: string): void {
  if (/^(mqtts?|wss?):$/.test(URL.canParse(url) ? new URL(url).protocol : '')) return;
  throw new ReceiverError('broker-url', `"${url}" is not an MQTT address; expected mqtt://, mqtts://, ws:// or wss://`);
}

function partsOf(options: ReceiverOptions, outside: Outside): Parts {
  const { tenant, dataDir, clock, ids, log, onEvent = () => {} } = options;
  const changed: Parts['changed'] = (change) => outside.web?.changed(change);
  const store = openStore({
    dir: dataDir,
    wall: () => clock.now().wall,
    log,
    report(trouble) {
      onEvent({ kind: 'store', writable: !trouble, detail: trouble ? `${trouble.code}: ${trouble.detail}` : '' });
      changed({ what: 'health' });
    },
  });
  const publish: Parts['publish'] = (...message) => outside.sessions?.publish(...message);
  return { tenant, store, clock, ids, log, tell: onEvent, changed, publish };
}

function healIfTroubled(books: Books, sessions: Sessions): void {
  if (!books.parts.store.trouble() || !heal(books)) return;
  sessions.retry();
  books.parts.changed({ what: 'health' });
}

/** Resolves with the page's address. */
async function serve(web: Web, { host, port }: HttpOptions): Promise<string> {
  try {
    return await web.listen(host, port);
  } catch (thrown) {
    const reason = `the page cannot be served at ${host}:${port}: ${reasonOf(thrown)}`;
    throw new ReceiverError('http-port', reason, {}, thrown);
  }
}

function warnOfReach({ host }: HttpOptions, log: Log): void {
  if (/^(127\.|localhost$|::1$)/.test(host)) return;
  log.warn({ host }, 'the page is served beyond this machine: put TLS before it');
}
