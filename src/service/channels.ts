// The ways out of the home: one channel for each that the configuration names, of whatever kind.

import type { AnyChannelKind, ChannelConfig, ChannelTerms, ChannelTrouble, Notice } from '#contract/channel.ts';
import type { Config } from '#contract/config.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { reasonOf } from '#contract/errors.ts';
import type { FaultCode } from '#contract/fault.ts';
import { own } from '#contract/own.ts';
import { type OpenChannel, type OpenDeps, openChannel } from './open-channel.ts';
import { watchSurroundings } from './surroundings.ts';

export interface ChannelState {
  channel: string;
  /** It has a session, or a trouble that says why not. */
  settled: boolean;
  trouble: ChannelTrouble | undefined;
  /** What the other end grants too little of. */
  shortOf: readonly { code: FaultCode; detail: string }[];
  /** Messages that the other end has not taken, or given its receipt for. */
  waiting: number;
}

export interface Channels {
  /**
   * From now on messages are made for the channels of this configuration. Returns what the core must know of each.
   * `apply` opens them.
   */
  plan(config: Config): Record<string, ChannelTerms>;
  /** The message as this channel makes it; undefined where it does not tell of such a thing. */
  render(channel: string, notice: Notice): string | undefined;
  /**
   * Makes the open channels those of the last plan; returns whether any is new and must be offered what is open. Those that
   * stay as they are and have no session try again: whoever asked for it may have mended what kept them from it.
   */
  apply(): Promise<boolean>;
  offer(entry: OutboxEntry): void;
  /** Every channel has a session, or a fault that says why not. */
  settled(): boolean;
  states(): ChannelState[];
  stop(): Promise<void>;
}

interface Planned {
  kind: AnyChannelKind;
  config: ChannelConfig;
}

export interface ChannelsDeps extends Omit<OpenDeps, 'cursors'> {
  kinds: readonly AnyChannelKind[];
  /** Which network there is, in a text that changes with it. */
  network?: () => string;
}

export function createChannels(given: ChannelsDeps): Channels {
  const { clock, log, kinds } = given;
  const deps: ChannelsDeps & OpenDeps = { ...given, cursors: new Map() };
  const open = new Map<string, OpenChannel>();
  let planned: Record<string, Planned> = {};
  /** For channels that are about to be opened. */
  let early: OutboxEntry[] = [];
  const misaddressed = misaddressedOf(given);

  const stopWatching = watchSurroundings({
    clock,
    secretsDir: given.secretsDir,
    ...(given.network && { network: given.network }),
    channels: () => [...open].map(([channel, { trouble }]) => ({ channel, waiting: trouble !== undefined })),
    changed: (channel) => open.get(channel)?.channel?.retry(),
  });

  /** Ends those that are gone or another one by now; returns what they had still to send to the same address. */
  async function closeOthers(): Promise<OutboxEntry[]> {
    const left: OutboxEntry[] = [];
    for (const [name, one] of open) {
      const next = own(planned, name);
      if (next && isSame(next, one)) {
        if (one.trouble) one.channel?.retry();
        continue;
      }
      open.delete(name);
      await one.channel?.stop();
      left.push(...(one.channel?.waiting() ?? []));
    }
    return left;
  }

  function offer(entry: OutboxEntry): void {
    const one = open.get(entry.channel);
    if (!one) {
      if (own(planned, entry.channel)) early.push(entry);
    } else if (one.kind.isFor(entry, one.config)) one.channel?.offer(entry);
    else misaddressed(entry);
  }

  return {
    plan(config) {
      const all = kinds.flatMap((kind) => kind.configured(config).map((named): Planned => ({ kind, config: named })));
      planned = Object.fromEntries(all.map((one) => [one.config.channel, one]));
      return Object.fromEntries(all.map((one) => [one.config.channel, one.kind.terms(one.config)]));
    },
    render(channel, notice) {
      const one = own(planned, channel);
      try {
        return one?.kind.render(notice, one.config);
      } catch (thrown) {
        // A defect of one channel must not keep an alert from the disk and from the others.
        const reason = reasonOf(thrown);
        log.error({ channel, kind: notice.kind, reason }, 'channel cannot make a message of it');
        queueMicrotask(() => given.pipeline().fault('uplink-refused', `uplink:${channel}`, true, { reason }));
        return undefined;
      }
    },
    async apply() {
      const left = await closeOthers();
      const fresh = Object.values(planned).filter(({ config }) => !open.has(config.channel));
      for (const { kind, config } of fresh) open.set(config.channel, openChannel(kind, config, deps));
      const waited = [...left, ...early];
      early = [];
      for (const entry of waited) offer(entry);
      return fresh.length > 0;
    },
    offer,
    settled: () => [...open.values()].every(({ settled }) => settled),
    states: () => [...open].map(([channel, one]) => stateOf(channel, one)),
    async stop() {
      stopWatching();
      await Promise.all([...open.values()].map(({ channel }) => channel?.stop()));
    },
  };
}

const isSame = (planned: Planned, { kind, config }: OpenChannel): boolean =>
  planned.kind === kind && JSON.stringify(planned.config) === JSON.stringify(config);

const stateOf = (channel: string, one: OpenChannel): ChannelState => ({
  ...{ channel, settled: one.settled, trouble: one.trouble },
  shortOf: [...one.limits].flatMap(([code, detail]) => (detail === undefined ? [] : [{ code, detail }])),
  waiting: one.channel?.waiting().length ?? 0,
});

/**
 * A message that the journal kept from before the address was changed would tell one platform of a home in the name of
 * another. Alerts are made anew for the address of now, in the same slot; of everything else the present state is sent anyway.
 */
function misaddressedOf({ log, journal, pipeline }: ChannelsDeps): (entry: OutboxEntry) => void {
  let rewriting = false;
  return (entry) => {
    const { channel, kind, msgId } = entry;
    log.warn({ channel, kind, id: msgId }, 'message for an earlier address is not sent');
    if (kind !== 'alert') {
      journal.commit({ drop: [entry] }).catch(() => undefined);
      return;
    }
    if (rewriting) return;
    rewriting = true;
    queueMicrotask(() => {
      rewriting = false;
      pipeline().rewrite();
    });
  };
}
