// The channels to platforms: one uplink for each that the config names.

import type { UplinkConfig } from '#contract/config.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { type Person, usersOf } from '#contract/device.ts';
import { reasonOf } from '#contract/errors.ts';
import { isVital, mayLeave } from '#contract/health.ts';
import type { Ids } from '#contract/ids.ts';
import type { Json } from '#contract/json.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import type { History, Journal } from '#contract/store.ts';
import type { Clock } from '#contract/time.ts';
import type { Uplink } from '#contract/uplink/port.ts';
import { readSecrets } from '#src/config/secrets.ts';
import { createUplink } from '#src/uplink/index.ts';
import type { Pipeline } from './ports.ts';

const sessionFaults = ['uplink-down', 'uplink-refused', 'uplink-taken-over'] as const;

export interface Uplinks {
  /** Makes the running uplinks those of `configs`; returns whether any is new and must be offered what is open. */
  apply(configs: readonly UplinkConfig[]): Promise<boolean>;
  offer(entry: OutboxEntry): void;
  /** Every channel has a session, or a fault that says why not. */
  settled(): boolean;
  stop(): Promise<void>;
}

const CURSOR = 'history-cursor/';

/** Position up to which some platform has the history, of what the journal kept. */
export const furthestCursor = (facts: Record<string, Json>): number =>
  Math.max(0, ...Object.entries(facts).map(([name, value]) => (name.startsWith(CURSOR) ? Number(value) : 0)));

export function createUplinks(deps: {
  clock: Clock;
  ids: Ids;
  log: Log;
  secretsDir: string | undefined;
  version: string;
  pipeline: () => Pipeline;
  history: History;
  journal: Journal;
  facts: Record<string, Json>;
  /** Who lives in the home, and where measurements of them go. */
  people?: () => readonly Person[];
}): Uplinks {
  const { clock, log, journal } = deps;
  const running = new Map<string, { configured: string; uplink: Uplink | undefined; settled: boolean }>();
  const cursors = new Map<string, number>();

  /** A value of the body stays where the people it may be of want it; a device that is nobody's tells of nobody. */
  function leaves({ deviceId, quantity }: Reading): boolean {
    if (!isVital(quantity)) return true;
    const device = deps
      .pipeline()
      .devices()
      .find(({ id }) => id === deviceId);
    return !device || mayLeave(deps.people?.() ?? [], usersOf(device));
  }

  function begin(config: UplinkConfig): { configured: string; uplink: Uplink | undefined; settled: boolean } {
    const { channel } = config;
    const pipeline = deps.pipeline();
    const seat = { configured: JSON.stringify(config), uplink: undefined as Uplink | undefined, settled: false };
    const fact = `${CURSOR}${channel}`;
    if (!cursors.has(channel)) cursors.set(channel, Number(deps.facts[fact] ?? 0));
    try {
      seat.uplink = createUplink({
        config,
        secrets: deps.secretsDir === undefined ? {} : readSecrets(deps.secretsDir, channel),
        clock,
        ids: deps.ids,
        log,
        outbox: [],
        history: deps.history,
        leaves,
        cursor: {
          get: () => cursors.get(channel) ?? 0,
          save(position) {
            cursors.set(channel, position);
            // Lost, it only means that a batch is sent twice.
            journal.commit({ facts: { [fact]: position } }).catch(() => undefined);
          },
        },
        bootId: clock.now().bootId,
        version: deps.version,
        events: {
          sent: (entry) => pipeline.sent(entry),
          received: (eventId) => pipeline.received(eventId, channel),
          command: (command) => seat.uplink?.answer(pipeline.command(command)),
          session(trouble) {
            seat.settled = true;
            for (const code of sessionFaults)
              if (code !== trouble?.code) pipeline.fault(code, `uplink:${channel}`, false);
            if (trouble) pipeline.fault(trouble.code, `uplink:${channel}`, true, { reason: trouble.detail });
          },
          inventory: () => ({ devices: pipeline.devices(), alerts: pipeline.openAlerts(), faults: pipeline.faults() }),
        },
      });
      seat.uplink.start();
    } catch (thrown) {
      // Secrets that cannot be used: the home is protected all the same, and the fault says why nobody else hears of it.
      seat.settled = true;
      log.error({ channel, reason: reasonOf(thrown) }, 'uplink cannot start');
      pipeline.fault('uplink-refused', `uplink:${channel}`, true, { reason: reasonOf(thrown) });
    }
    return seat;
  }

  return {
    async apply(configs) {
      const wanted = new Map(configs.map((config) => [config.channel, config]));
      const left: OutboxEntry[] = [];
      for (const [channel, { configured, uplink }] of running) {
        const next = wanted.get(channel);
        if (JSON.stringify(next) === configured) continue;
        running.delete(channel);
        await uplink?.stop();
        if (next && sameHome(next, JSON.parse(configured))) left.push(...(uplink?.waiting() ?? []));
        for (const code of [...sessionFaults, 'uplink-no-receipt'] as const)
          deps.pipeline().fault(code, `uplink:${channel}`, false);
      }
      const fresh = configs.filter(({ channel }) => !running.has(channel));
      for (const config of fresh) running.set(config.channel, begin(config));
      for (const entry of left) running.get(entry.channel)?.uplink?.offer(entry);
      return fresh.length > 0;
    },
    offer: (entry) => running.get(entry.channel)?.uplink?.offer(entry),
    settled: () => [...running.values()].every(({ settled }) => settled),
    async stop() {
      await Promise.all([...running.values()].map(({ uplink }) => uplink?.stop()));
    },
  };
}

/** Messages are made for an address: what waits under another one is not this platform's. */
const sameHome = (one: UplinkConfig, other: UplinkConfig): boolean =>
  one.tenant === other.tenant && one.gateway === other.gateway;
