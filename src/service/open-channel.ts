// One channel of the configuration, open: what it needs is given to it, and what it reports goes to the pipeline.

import type {
  AnyChannelKind,
  Channel,
  ChannelConfig,
  ChannelEvents,
  ChannelFault,
  ChannelTrouble,
  HistoryCursor,
} from '#contract/channel.ts';
import type { UplinkSecrets } from '#contract/config.ts';
import { type Person, usersOf } from '#contract/device.ts';
import { reasonOf } from '#contract/errors.ts';
import { isVital, mayLeave } from '#contract/health.ts';
import type { Ids } from '#contract/ids.ts';
import type { Json } from '#contract/json.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import { sessionFaults } from '#contract/session-fault.ts';
import type { History, Journal } from '#contract/store.ts';
import type { Clock } from '#contract/time.ts';
import { readSecrets } from '#src/config/secrets.ts';
import type { Pipeline } from '#src/core/ports.ts';

export interface OpenDeps {
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
  /** What the journal kept, and by channel since then: where the sending of history has come to. */
  facts: Record<string, Json>;
  cursors: Map<string, number>;
  /** Who lives in the home, and where measurements of them go. */
  people?: () => readonly Person[];
}

export interface OpenChannel {
  readonly kind: AnyChannelKind;
  readonly config: ChannelConfig;
  /** Undefined where it could not even be opened; its trouble says why. */
  channel: Channel | undefined;
  /** It has said whether there is a session. */
  settled: boolean;
  trouble: ChannelTrouble | undefined;
  /** What the other end grants too little of, as far as that is known: undefined where it grants enough. */
  limits: Map<ChannelFault, string | undefined>;
}

const CURSOR = 'history-cursor';
/** The journal's fact: up to where a channel has the history. One beside it has cursors of its own. */
const cursorName = (channel: string, history: string): string =>
  history === 'history.db' ? `${CURSOR}/${channel}` : `${CURSOR}@${history}/${channel}`;

/** Position up to which some channel has a history, of what the journal kept. */
export const furthestCursor = (facts: Record<string, Json>): number =>
  Math.max(0, ...Object.entries(facts).map(([name, value]) => (name.startsWith(CURSOR) ? Number(value) : 0)));

export function openChannel(kind: AnyChannelKind, config: ChannelConfig, deps: OpenDeps): OpenChannel {
  const { clock, ids, log, version, history, pipeline } = deps;
  const one: OpenChannel = { kind, config, channel: undefined, settled: false, trouble: undefined, limits: new Map() };
  const report = eventsOf(one, pipeline());
  try {
    one.channel = kind.open({
      ...{ config, clock, ids, log, version, history },
      secrets: () => secretsOf(deps.secretsDir, config.channel),
      events: report,
      inventory: () => ({
        devices: pipeline().devices(),
        alerts: pipeline().openAlerts(),
        faults: pipeline().faults(),
      }),
      cursor: cursorOf(config.channel, deps),
      leaves: (reading) => leaves(reading, deps),
      bootId: clock.now().bootId,
    });
    one.channel.start();
  } catch (thrown) {
    // The home is protected all the same, and the fault says why nobody else hears of it.
    log.error({ channel: config.channel, reason: reasonOf(thrown) }, 'channel cannot start');
    report.session({ code: 'uplink-refused', detail: reasonOf(thrown) });
  }
  return one;
}

function eventsOf(one: OpenChannel, pipeline: Pipeline): ChannelEvents {
  const { channel } = one.config;
  return {
    sent: pipeline.sent,
    arrived: (msgId) => pipeline.arrived(msgId, channel),
    command: pipeline.command,
    session(trouble) {
      one.settled = true;
      one.trouble = trouble;
      reportFaults(one, pipeline);
    },
    limited(code, detail) {
      one.limits.set(code, detail);
      if (one.settled) reportFaults(one, pipeline);
    },
  };
}

/** Every fault of the channel as it is now. What nobody knows yet, whether the other end grants enough, stays as it was. */
function reportFaults({ config, trouble, limits }: OpenChannel, pipeline: Pipeline): void {
  const subject = `uplink:${config.channel}` as const;
  for (const code of new Set<ChannelFault>([...sessionFaults, ...limits.keys()])) {
    if (code === trouble?.code) continue;
    const reason = limits.get(code);
    pipeline.fault(code, subject, reason !== undefined, reason === undefined ? {} : { reason });
  }
  if (trouble) pipeline.fault(trouble.code, subject, true, { reason: trouble.detail, ...trouble.context });
}

const secretsOf = (dir: string | undefined, channel: string): UplinkSecrets =>
  dir === undefined ? {} : readSecrets(dir, channel);

function cursorOf(channel: string, { cursors, facts, journal, historyFile }: OpenDeps): HistoryCursor {
  const fact = cursorName(channel, historyFile ?? 'history.db');
  return {
    get: () => cursors.get(channel) ?? Number(facts[fact] ?? 0),
    save(position) {
      cursors.set(channel, position);
      // Lost, it only means that a batch is sent twice.
      journal.commit({ facts: { [fact]: position } }).catch(() => undefined);
    },
  };
}

/** A value of the body stays where the people it may be of want it; a device that is nobody's tells of nobody. */
function leaves({ deviceId, quantity }: Reading, { pipeline, people }: OpenDeps): boolean {
  if (!isVital(quantity)) return true;
  const device = pipeline()
    .devices()
    .find(({ id }) => id === deviceId);
  return !device || mayLeave(people?.() ?? [], usersOf(device));
}
