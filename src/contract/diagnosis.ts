// What a room offers to `hearthward doctor`: its checks, what they find, and what they may see of the box.

import type { Config, UplinkSecrets } from './config.ts';
import type { Json } from './json.ts';
import type { Clock } from './time.ts';
import type { Words } from './words.ts';

/** In the order in which they are shown. */
export const oks = ['bad', 'warn', 'unknown', 'good'] as const;
export type Ok = (typeof oks)[number];

export interface Finding {
  /** `disk`, `serial:/dev/…`, `broker:district`: what was looked at. */
  id: string;
  ok: Ok;
  what: Words;
  todo?: Words;
  /** The figures behind the words; never a secret. */
  facts: Record<string, Json>;
}

type Say = (id: string, what: Words, facts?: Finding['facts'], todo?: Words) => Finding;
const say =
  (ok: Ok): Say =>
  (id, what, facts = {}, todo) => ({ id, ok, what, ...(todo && { todo }), facts });
export const good = say('good');
export const warn = say('warn');
export const bad = say('bad');
export const unknown = say('unknown');

/** Looks, and changes nothing. */
export interface Check {
  id: string;
  /** What is being looked at, for the progress of a slow one. */
  title: Words;
  /** Without it, 10 s. */
  withinMs?: number;
  /** What does not apply gives no finding. What it throws is reported as `unknown`. */
  run(box: Box): Promise<Finding[]>;
}

/** A user as the kernel asks about rights. */
export interface Who {
  /** The running gateway, the owner of the data directory, or whoever called. */
  as: 'gateway' | 'owner' | 'caller';
  name: string;
  uid: number;
  gids: readonly number[];
}

export interface Holders {
  holders: { pid: number; name: string }[];
  /** Processes that we may not look into. */
  unseen: number;
}

/** The box that is looked at: where its files are, how it is configured, and as whom the gateway runs. */
export interface Box {
  clock: Clock;
  config?: Config | undefined;
  dataDir?: string | undefined;
  secretsDir?: string | undefined;
  /** No CONNECT at the broker. */
  noLogin?: boolean | undefined;
  /** Where a file of the system is to be opened: the same path, but for recorded trees. */
  at(path: string): string;
  /** The text of a system file, trimmed; undefined where it is not there or may not be read. */
  textOf(path: string): Promise<string | undefined>;
  /** Names in a folder, in order; none where there is no such folder. */
  namesIn(path: string): Promise<string[]>;
  /** What a program of the box prints; undefined where it is not installed, fails or does not answer. */
  answerOf(program: string, ...args: string[]): Promise<string | undefined>;
  /** The gateway that holds the data directory, found without touching its lock. */
  gateway(): Promise<{ pid: number } | undefined>;
  /** Who has to have the rights: the gateway as it runs now, with the groups it was started with; else its user. */
  whoRuns(): Promise<Who>;
  /** Whether `who` may read and write `path`. For anybody but the caller the mode bits decide; access lists are not read. */
  mayUse(path: string, who: Who): Promise<boolean>;
  userName(uid: number): Promise<string>;
  groupName(gid: number): Promise<string>;
  /** Who has `path` open, links followed; ourselves left out. */
  holdersOf(path: string): Promise<Holders>;
  /** Of an uplink; empty where no directory of secrets was given. @throws what is wrong with their files. */
  secretsOf(channel: string): UplinkSecrets;
  /** Ids of the devices that were paired. */
  paired(): Promise<readonly string[]>;
}
