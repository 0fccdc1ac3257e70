// Plays the gateway's end of the uplink: connects as one, publishes what it is given, and keeps all that comes down.

import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { HearthwardError } from '#contract/errors.ts';
import { type Clock, later } from '#contract/time.ts';
import { topics, type Upward } from '#contract/uplink/topics.ts';
import { type DisconnectReason, speaksOtherVersion, troubleOf } from '#src/channels/mqtt/disconnect.ts';
import { type Outcome, openSession, type Session } from '#src/channels/mqtt/session.ts';
import { defaultTimes } from '#src/channels/mqtt/times.ts';

/** Code `no-connection`: the broker cannot be reached, does not let this gateway in, or went away. */
export class ConformanceError extends HearthwardError {}

export interface Heard {
  /** As the contract calls the topic. */
  what: 'receipt' | 'command' | 'platform';
  payload: Uint8Array;
  retained: boolean;
}

export interface Player {
  /** Everything that came down, oldest first, over all connections. */
  heard: readonly Heard[];
  /** Connected and subscribed. @throws {ConformanceError} */
  connect(): Promise<void>;
  /** Resolves at PUBACK. @throws {ConformanceError} when the connection is lost first. */
  publish(what: Upward, body: string): Promise<Outcome>;
  /** The first answer of `look` that is not undefined, asked now and at each message; undefined when `ms` are over. */
  wait<Found>(look: () => Found | undefined, ms: number): Promise<Found | undefined>;
  /** Drops the connection without DISCONNECT, so that the broker publishes the will. */
  cut(): void;
  /** Disconnects in order. */
  leave(): Promise<void>;
}

export function createPlayer(io: {
  config: UplinkConfig;
  secrets: UplinkSecrets;
  clock: Clock;
  will: () => string;
}): Player {
  const { config, secrets, clock } = io;
  const heard: Heard[] = [];
  const looking = new Set<() => void>();
  let version: 5 | 4 = 5;
  let session: Session | undefined;
  let lost: ((reason: ConformanceError) => void) | undefined;
  let gone: ConformanceError | undefined;

  const names: Record<string, Heard['what']> = {
    [topics.down(config, 'receipt')]: 'receipt',
    [topics.down(config, 'command')]: 'command',
    [topics.platform(config.tenant)]: 'platform',
  };
  const wanted = Object.fromEntries(Object.keys(names).map((topic) => [topic, { qos: 1 as const }]));

  const attempt = (): Promise<DisconnectReason | undefined> =>
    new Promise((resolve) => {
      const will = { topic: topics.up(config, 'state'), body: io.will() };
      session = openSession(
        { config, secrets, version, will, clock, times: defaultTimes },
        {
          connected: () => resolve(undefined),
          message(topic, payload, retained) {
            const what = names[topic];
            if (!what) return;
            heard.push({ what, payload, retained });
            for (const look of [...looking]) look();
          },
          ended(end) {
            session?.turns.flush();
            session = undefined;
            gone = noConnection(end);
            resolve(end);
            lost?.(gone);
          },
        },
      );
    });

  /** The result of `ask`; rejects where the connection is lost first. */
  const orLost = <Answer>(ask: (session: Session, done: (answer: Answer) => void) => void): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (!session) return reject(gone);
      lost = reject;
      ask(session, resolve);
    });

  return {
    heard,
    async connect() {
      let end = await attempt();
      if (end && version === 5 && (speaksOtherVersion(end) || end.cause === 'closed-early')) {
        version = 4;
        end = await attempt();
      }
      if (end) throw noConnection(end);
      await orLost<Outcome>((open, done) => open.subscribe(wanted, done));
    },
    publish: (what, body) =>
      orLost((open, done) => open.publish(topics.up(config, what), body, what === 'state' || what === 'birth', done)),
    wait: (look, ms) =>
      new Promise((resolve, reject) => {
        const end = (found: ReturnType<typeof look>) => {
          looking.delete(again);
          cancel();
          resolve(found);
        };
        const again = () => {
          const found = look();
          if (found !== undefined) end(found);
        };
        const cancel = clock.at(later(clock.now().mono, ms), 'conformance wait', () => end(undefined));
        lost = (reason) => {
          looking.delete(again);
          cancel();
          reject(reason);
        };
        looking.add(again);
        again();
      }),
    cut() {
      session?.abort();
      session = undefined;
    },
    async leave() {
      await session?.leave();
      session = undefined;
    },
  };
}

const noConnection = (end: DisconnectReason) =>
  new ConformanceError('no-connection', `no connection to the broker: ${troubleOf(end).detail}`, { cause: end.cause });
