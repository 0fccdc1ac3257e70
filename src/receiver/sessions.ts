// The platform's two sessions at the broker. On `alarms` goes what a gateway says again until it has our word: it may be
// acknowledged to the broker even while the disk takes nothing, so a full disk never hides an alarm from the operators.
// What goes on `records` the gateway forgets on PUBACK: PUBACK waits for the disk there, and a backlog of history never
// stands before a call for help.

import type { UplinkSecrets } from '#contract/config.ts';
import { topics, type Upward } from '#contract/uplink/topics.ts';
import { type Books, type Incoming, take } from './books.ts';
import { type Line, type LineOptions, mqttLine } from './line.ts';
import { type Parts, platformEvent } from './parts.ts';
import type { LineHealth } from './views.ts';

const CARRIES = {
  alarms: ['alert', 'state', 'birth', 'answer'],
  records: ['fault', 'history', 'measurement'],
} as const satisfies Record<string, readonly Upward[]>;
type Name = keyof typeof CARRIES;

/** How each session stands. */
export type Standing = Record<Name, LineHealth>;

export const connecting = (): Standing => ({
  alarms: { up: false, detail: 'connecting' },
  records: { up: false, detail: 'connecting' },
});

export interface Broker {
  /** mqtt://, mqtts://, ws:// or wss:// */
  url: string;
  /** Or how to read them, at each attempt to connect. */
  secrets?: UplinkSecrets | (() => UplinkSecrets);
  username?: string;
}

export interface Sessions {
  start(): void;
  publish: Line['publish'];
  /** Takes again what the disk did not take. */
  retry(): void;
  stop(): Promise<void>;
}

interface State {
  readonly books: Books;
  readonly standing: Standing;
  /** A record that the disk did not take. What comes behind it is not read before it is acknowledged. */
  waiting: { record: Incoming; acknowledge(): void } | undefined;
}

/** @param identity of this platform: names its sessions at the broker. */
export function brokerSessions(broker: Broker, identity: string, books: Books, standing: Standing): Sessions {
  const { parts } = books;
  const { tenant, clock, ids, log } = parts;
  const state: State = { books, standing, waiting: undefined };

  const session = (name: Name, more: Pick<LineOptions, 'will'> = {}): Line =>
    mqttLine({
      url: broker.url,
      clientId: `hearthward-platform-${name}-${identity}`,
      username: broker.username,
      secrets: () => (typeof broker.secrets === 'function' ? broker.secrets() : (broker.secrets ?? {})),
      subscribe: CARRIES[name].map((what) => topics.everyGateway(tenant, what)),
      clock,
      ids,
      log: log.child({ line: name }),
      handle: (message, acknowledge) => handle(state, message, acknowledge),
      up: () => cameUp(state, name),
      down: (detail) => wentDown(state, name, detail),
      ...more,
    });
  const alarms = session('alarms', { will: () => presence(parts, false) });
  const records = session('records');

  return {
    start() {
      alarms.start();
      records.start();
    },
    publish: alarms.publish,
    retry() {
      const { waiting } = state;
      state.waiting = undefined;
      if (waiting) handle(state, waiting.record, waiting.acknowledge);
    },
    async stop() {
      await Promise.all([alarms.stop(presence(parts, false)), records.stop()]);
    },
  };
}

function handle(state: State, record: Incoming, acknowledge: () => void): void {
  if (take(state.books, record)) acknowledge();
  else state.waiting = { record, acknowledge };
}

function cameUp({ books, standing }: State, name: Name): void {
  const { parts, gateways, commands } = books;
  standing[name] = { up: true, detail: '' };
  parts.tell({ kind: 'broker', line: name, up: true, detail: '' });
  parts.changed({ what: 'health' });
  if (name === 'records') return;
  gateways.listening(true);
  const { topic, payload } = presence(parts, true);
  parts.publish(topic, payload, { retain: true });
  commands.again();
}

function wentDown(state: State, name: Name, detail: string): void {
  const { parts, gateways } = state.books;
  if (name === 'alarms') gateways.listening(false);
  // The broker hands it over again.
  else state.waiting = undefined;
  state.standing[name] = { up: false, detail };
  parts.tell({ kind: 'broker', line: name, up: false, detail });
  parts.changed({ what: 'health' });
}

/** Says to gateways whether the platform is there. */
function presence(parts: Parts, online: boolean): { topic: string; payload: string } {
  const since = new Date(parts.clock.now().wall).toISOString();
  return {
    topic: topics.platform(parts.tenant),
    payload: platformEvent(parts, 'platform', parts.ids.next(), { online, since }),
  };
}
