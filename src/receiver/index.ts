// The reference platform: receives what gateways send, gives receipts for what is on its disk, and lets people deal with it.
// It speaks only the public contract (src/contract/uplink), as any other platform would have to.

import type { UplinkSecrets } from '#contract/config.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, every, SECOND } from '#contract/time.ts';
import type { AnswerMessage } from '#contract/uplink/messages.ts';
import { topics, type Upward } from '#contract/uplink/topics.ts';
import { alertBook } from './alert-book.ts';
import { commandBook } from './command-book.ts';
import { ReceiverError } from './errors.ts';
import type { ReceiverEvent } from './events.ts';
import { faultBook, storeHistory } from './fault-book.ts';
import { gatewayBook } from './gateway-book.ts';
import { identityIn } from './identity.ts';
import { type Understood, understand } from './intake.ts';
import { type Line, mqttLine } from './line.ts';
import { measurementBook } from './measurement-book.ts';
import { alertKey } from './model.ts';
import { oddMessages } from './odd.ts';
import { operators } from './operators.ts';
import { type Change, type Parts, platformEvent } from './parts.ts';
import { openStore } from './store.ts';
import { views } from './views.ts';
import { type HttpOptions, type Web, webServer } from './web.ts';

export { ReceiverError } from './errors.ts';
export type { ReceiverEvent } from './events.ts';

export interface ReceiverOptions {
  /** The broker: mqtt://, mqtts://, ws:// or wss:// */
  url: string;
  tenant: string;
  /** Everything it keeps lies here; made where missing. */
  dataDir: string;
  /** Of the page. 127.0.0.1 unless people on other machines, behind TLS, are to see it; port 0 takes a free one. */
  http: HttpOptions;
  clock: Clock;
  log: Log;
  ids: Ids;
  /** Or how to read them, at each attempt to connect. */
  secrets?: UplinkSecrets | (() => UplinkSecrets);
  username?: string;
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

/**
 * Two sessions at the broker. On `alarms` goes what a gateway says again until it has our word: it may be acknowledged to the broker
 * even while the disk takes nothing, so a full disk never hides an alarm from the operators. What goes on `records` the gateway forgets
 * on PUBACK: PUBACK waits for the disk there, and a backlog of history never stands before a call for help.
 */
const CARRIES = {
  alarms: ['alert', 'state', 'birth', 'answer'],
  records: ['fault', 'history', 'measurement'],
} as const satisfies Record<string, readonly Upward[]>;

const HEAL_EVERY = 2 * SECOND;

/** @throws {ReceiverError} `broker-url`, `data-dir`, `http-port`: what only a person can mend. Anything later is told and healed. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { url, tenant, dataDir, clock, log, ids, onEvent = () => {} } = options;
  if (!/^(mqtts?|wss?):$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    throw new ReceiverError(
      'broker-url',
      `"${url}" is not an MQTT address; expected mqtt://, mqtts://, ws:// or wss://`,
    );
  const identity = identityIn(dataDir);

  let web: Web | undefined;
  const changed = (change: Change) => web?.changed(change);
  const store = openStore({
    dir: dataDir,
    wall: () => clock.now().wall,
    log,
    told(trouble) {
      onEvent({ kind: 'store', writable: !trouble, detail: trouble ? `${trouble.code}: ${trouble.detail}` : '' });
      changed({ what: 'health' });
    },
  });
  const lines = { alarms: { up: false, detail: 'connecting' }, records: { up: false, detail: 'connecting' } };
  let alarms: Line | undefined;
  const parts: Parts = {
    tenant,
    store,
    clock,
    ids,
    log,
    tell: onEvent,
    changed,
    publish: (topic, payload, how) => alarms?.publish(topic, payload, how),
  };

  const alerts = alertBook(parts);
  const gateways = gatewayBook(parts);
  const faults = faultBook(parts);
  const measurements = measurementBook(parts);
  const commands = commandBook(parts, (gateway) => {
    const status = gateways.get(gateway)?.status;
    return status !== 'silent' && status !== 'offline' && lines.alarms.up;
  });
  const odd = oddMessages(parts);
  const seen = views({
    tenant,
    clock,
    store,
    alerts,
    gateways,
    faults,
    measurements,
    commands,
    lines,
    notUnderstood: odd,
  });
  const people = await operators({ dir: dataDir, store, clock, log });
  const pages = webServer({ clock, log, people, views: seen, http: options.http });

  /** False when it must not be acknowledged, since the disk did not take it. */
  function take(topic: string, payload: Uint8Array, retain: boolean): boolean {
    try {
      const read = understand(tenant, topic, payload);
      if (read.ok) {
        const done = use(read, retain);
        if (done) odd.cut(topic, payload, read.cut);
        return done;
      }
      odd.keep(topic, payload, read.why);
    } catch (thrown) {
      // A defect of ours must not take the others' alarms with it.
      log.error({ topic, reason: reasonOf(thrown) }, 'a message could not be handled');
      odd.keep(topic, payload, `could not be handled: ${reasonOf(thrown)}`);
    }
    return true;
  }

  function use({ incoming, cut, body }: Extract<Understood, { ok: true }>, retain: boolean): boolean {
    const { gateway } = incoming;
    switch (incoming.what) {
      case 'alert':
        alerts.take(gateway, incoming.message, body, cut.length > 0);
        gateways.heard(gateway);
        return true;
      case 'answer':
        gateways.heard(gateway);
        answered(gateway, incoming.message);
        return true;
      case 'state': {
        const away = gateways.get(gateway)?.status !== 'online';
        gateways.state(gateway, incoming.message, retain);
        if (away && incoming.message.data.online && !retain) commands.again(gateway);
        return true;
      }
      case 'birth':
        if (gateways.birth(gateway, incoming.message, retain)) faults.birth(gateway, incoming.message);
        if (!retain) commands.again(gateway);
        return true;
      case 'fault':
        return faults.take(gateway, incoming.message);
      case 'measurement':
        return measurements.take(gateway, incoming.message);
      case 'history': {
        const added = storeHistory(parts, gateway, incoming.message);
        if (added !== undefined) gateways.counted(gateway, added);
        return added !== undefined;
      }
    }
  }

  function answered(gateway: string, message: AnswerMessage): void {
    const command = commands.answered(gateway, message);
    if (command?.alertId === undefined || command.act !== 'resolve') return;
    if (message.data.refused !== 'no-such-alert') return;
    alerts.closeOrphan(alertKey(gateway, command.alertId), command.by, command.note ?? '');
  }

  const platform = (online: boolean) => ({
    topic: topics.platform(tenant),
    payload: platformEvent(parts, 'platform', ids.next(), { online, since: new Date(clock.now().wall).toISOString() }),
  });
  let waiting: (() => void) | undefined;

  const lineOf = (name: keyof typeof CARRIES) =>
    mqttLine({
      url,
      clientId: `hearthward-platform-${name}-${identity}`,
      username: options.username,
      secrets: () => (typeof options.secrets === 'function' ? options.secrets() : (options.secrets ?? {})),
      subscribe: CARRIES[name].map((what) => topics.everyGateway(tenant, what)),
      ...(name === 'alarms' && { will: () => platform(false) }),
      clock,
      ids,
      log: log.child({ line: name }),
      handle({ topic, payload, retain }, acknowledge) {
        if (take(topic, payload, retain)) acknowledge();
        else {
          const retry = () => {
            waiting = undefined;
            if (take(topic, payload, retain)) acknowledge();
            else waiting = retry;
          };
          waiting = retry;
        }
      },
      up() {
        lines[name] = { up: true, detail: '' };
        onEvent({ kind: 'broker', line: name, up: true, detail: '' });
        changed({ what: 'health' });
        if (name === 'records') return;
        gateways.listening(true);
        const { topic, payload } = platform(true);
        alarms?.publish(topic, payload, { retain: true });
        commands.again();
      },
      down(detail) {
        if (name === 'alarms') gateways.listening(false);
        else waiting = undefined;
        lines[name] = { up: false, detail };
        onEvent({ kind: 'broker', line: name, up: false, detail });
        changed({ what: 'health' });
      },
    });
  alarms = lineOf('alarms');
  const records = lineOf('records');

  const heal = () => {
    if (!store.trouble()) return;
    const aside = store.setAside();
    if (!store.heal()) return;
    if (store.setAside() !== aside) {
      for (const book of [alerts, faults, commands]) book.rewrite();
      gateways.flush(true);
    }
    alerts.retryHeld();
    waiting?.();
    changed({ what: 'health' });
  };
  const cancelHeal = every(clock, HEAL_EVERY, 'receiver heals', heal);

  const stop = async () => {
    cancelHeal();
    await Promise.all([alarms?.stop(platform(false)), records.stop()]);
    commands.stop();
    gateways.stop();
    await pages.stop();
    store.close();
  };

  let address: string;
  try {
    address = await pages.listen(options.http.host, options.http.port);
  } catch (thrown) {
    await stop();
    const { host, port } = options.http;
    throw new ReceiverError(
      'http-port',
      `the page cannot be served at ${host}:${port}: ${reasonOf(thrown)}`,
      {},
      thrown,
    );
  }
  web = pages;
  if (!/^(127\.|localhost$|::1$)/.test(options.http.host))
    log.warn({ host: options.http.host }, 'the page is served beyond this machine: put TLS before it');
  alarms.start();
  records.start();
  const page = `${address}/`;
  return {
    url: people.newToken === undefined ? page : `${page}#token=${people.newToken}`,
    page,
    newToken: people.newToken,
    stop,
  };
}
