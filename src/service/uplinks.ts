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
import type { Trouble, Uplink } from '#contract/uplink/port.ts';
import { grantFaults, sessionFaults, type UplinkFault } from '#contract/uplink/reasons.ts';
import { createUplink } from '#src/channels/mqtt/index.ts';
import { readSecrets } from '#src/config/secrets.ts';
import type { Pipeline } from '#src/core/ports.ts';
import { watchSurroundings } from './surroundings.ts';

export interface ChannelState {
  channel: string;
  /** It has a session, or a trouble that says why not. */
  settled: boolean;
  trouble: Trouble | undefined;
  /** What the other end grants too little of. */
  shortOf: readonly { code: UplinkFault; detail: string }[];
  /** Messages that the other end has not taken, or given its receipt for. */
  waiting: number;
}

export interface Uplinks {
  /**
   * Makes the running uplinks those of `configs`; returns whether any is new and must be offered what is open. Those that
   * stay as they are and have no session try again: whoever asked for it may have mended what kept them from it.
   */
  apply(configs: readonly UplinkConfig[]): Promise<boolean>;
  offer(entry: OutboxEntry): void;
  /** Every channel has a session, or a fault that says why not. */
  settled(): boolean;
  /** How each channel is. */
  states(): ChannelState[];
  stop(): Promise<void>;
}

const CURSOR = 'history-cursor';
/** The journal's fact: up to where a channel's platform has the history. One beside it has cursors of its own. */
const cursorName = (channel: string, history: string): string =>
  history === 'history.db' ? `${CURSOR}/${channel}` : `${CURSOR}@${history}/${channel}`;

/** Position up to which some platform has a history, of what the journal kept. */
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
  /** The name of its file. */
  historyFile?: string;
  journal: Journal;
  facts: Record<string, Json>;
  /** Who lives in the home, and where measurements of them go. */
  people?: () => readonly Person[];
  /** Which network there is, in a text that changes with it. */
  network?: () => string;
}): Uplinks {
  const { clock, log, journal } = deps;
  const running = new Map<string, Seat>();
  const cursors = new Map<string, number>();
  /** Alerts are about to be made anew. */
  let rewriting = false;

  /** A value of the body stays where the people it may be of want it; a device that is nobody's tells of nobody. */
  function leaves({ deviceId, quantity }: Reading): boolean {
    if (!isVital(quantity)) return true;
    const device = deps
      .pipeline()
      .devices()
      .find(({ id }) => id === deviceId);
    return !device || mayLeave(deps.people?.() ?? [], usersOf(device));
  }

  /** Every fault of the channel as it is now. What nobody knows yet, whether the broker grants enough, stays as it was. */
  function report(channel: string, { trouble, shortOf }: Seat): void {
    for (const code of [...sessionFaults, ...grantFaults]) {
      const isTrouble = trouble?.code === code;
      const known = isTrouble || (sessionFaults as readonly string[]).includes(code) || shortOf.has(code);
      if (!known) continue;
      const reason = isTrouble ? trouble.detail : shortOf.get(code);
      const context = {
        ...(reason && { reason }),
        ...(isTrouble && trouble.mqtt !== undefined && { mqtt: trouble.mqtt }),
      };
      deps.pipeline().fault(code, `uplink:${channel}`, reason !== undefined, context);
    }
  }

  function session(channel: string, seat: Seat, trouble: Trouble | undefined): void {
    seat.settled = true;
    seat.trouble = trouble;
    report(channel, seat);
  }

  function begin(config: UplinkConfig): Seat {
    const { channel } = config;
    const pipeline = deps.pipeline();
    const seat: Seat = { config, uplink: undefined, settled: false, trouble: undefined, shortOf: new Map() };
    const fact = cursorName(channel, deps.historyFile ?? 'history.db');
    if (!cursors.has(channel)) cursors.set(channel, Number(deps.facts[fact] ?? 0));
    try {
      seat.uplink = createUplink({
        config,
        secrets: () => (deps.secretsDir === undefined ? {} : readSecrets(deps.secretsDir, channel)),
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
          session: (trouble) => session(channel, seat, trouble),
          shortOf(code, detail) {
            seat.shortOf.set(code, detail);
            if (seat.settled) report(channel, seat);
          },
          inventory: () => ({ devices: pipeline.devices(), alerts: pipeline.openAlerts(), faults: pipeline.faults() }),
        },
      });
      seat.uplink.start();
    } catch (thrown) {
      // The home is protected all the same, and the fault says why nobody else hears of it.
      log.error({ channel, reason: reasonOf(thrown) }, 'uplink cannot start');
      session(channel, seat, { code: 'uplink-refused', detail: reasonOf(thrown) });
    }
    return seat;
  }

  /**
   * Kept by the journal from before the address was changed: it would tell one platform of a home in the name of another.
   * Alerts are made anew for the address of now, in the same slot; of all else the present state is told anyway.
   */
  function misaddressed(entry: OutboxEntry): void {
    log.warn(
      { channel: entry.channel, kind: entry.kind, id: entry.msgId },
      'message for an earlier address is not sent',
    );
    if (entry.kind === 'alert' && !rewriting) {
      rewriting = true;
      queueMicrotask(() => {
        rewriting = false;
        deps.pipeline().rewrite();
      });
    }
    if (entry.kind !== 'alert') journal.commit({ drop: [entry] }).catch(() => undefined);
  }

  const stopWatching = watchSurroundings({
    clock,
    secretsDir: deps.secretsDir,
    ...(deps.network && { network: deps.network }),
    channels: () => [...running].map(([channel, { trouble }]) => ({ channel, waiting: trouble !== undefined })),
    changed: (channel) => running.get(channel)?.uplink?.retry(),
  });

  return {
    async apply(configs) {
      const wanted = new Map(configs.map((config) => [config.channel, config]));
      const left: OutboxEntry[] = [];
      for (const [channel, { config, uplink, trouble }] of running) {
        const next = wanted.get(channel);
        if (JSON.stringify(next) === JSON.stringify(config)) {
          if (trouble) uplink?.retry();
          continue;
        }
        running.delete(channel);
        await uplink?.stop();
        if (next && sameHome(next, config)) left.push(...(uplink?.waiting() ?? []));
        // One that begins anew says itself how it is: until then what was on is on.
        if (!next)
          for (const code of [...sessionFaults, ...grantFaults, 'uplink-no-receipt'] as const)
            deps.pipeline().fault(code, `uplink:${channel}`, false);
      }
      const fresh = configs.filter(({ channel }) => !running.has(channel));
      for (const config of fresh) running.set(config.channel, begin(config));
      for (const entry of left) running.get(entry.channel)?.uplink?.offer(entry);
      return fresh.length > 0;
    },
    offer(entry) {
      const seat = running.get(entry.channel);
      if (seat && madeFor(seat.config, entry)) seat.uplink?.offer(entry);
      else if (seat) misaddressed(entry);
    },
    settled: () => [...running.values()].every(({ settled }) => settled),
    states: () =>
      [...running].map(([channel, { settled, trouble, shortOf, uplink }]) => ({
        ...{ channel, settled, trouble },
        shortOf: [...shortOf].flatMap(([code, detail]) => (detail === undefined ? [] : [{ code, detail }])),
        waiting: uplink?.waiting().length ?? 0,
      })),
    async stop() {
      stopWatching();
      await Promise.all([...running.values()].map(({ uplink }) => uplink?.stop()));
    },
  };
}

interface Seat {
  config: UplinkConfig;
  uplink: Uplink | undefined;
  settled: boolean;
  trouble: Trouble | undefined;
  /** What the broker grants too little of, as far as that is known: undefined where it grants enough. */
  shortOf: Map<UplinkFault, string | undefined>;
}

/** By its `source`, which every message of ours has. One of another making is not judged. */
function madeFor({ tenant, gateway }: UplinkConfig, { body }: OutboxEntry): boolean {
  try {
    const { source } = JSON.parse(body) as { source?: unknown };
    return typeof source !== 'string' || source === `/${tenant}/${gateway}`;
  } catch {
    return true;
  }
}

/** Messages are made for an address: what waits under another one is not this platform's. */
const sameHome = (one: UplinkConfig, other: UplinkConfig): boolean =>
  one.tenant === other.tenant && one.gateway === other.gateway;
