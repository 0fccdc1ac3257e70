// The box that is looked at: where its files lie, what it is told to do, and who the gateway runs as.

import { execFile } from 'node:child_process';
import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Config } from '#contract/config.ts';
import { type Clock, SECOND } from '#contract/time.ts';
import { gatewayOf } from './processes.ts';

export interface Box {
  /** Before every path of the system; empty but for recorded trees. */
  root: string;
  clock: Clock;
  config?: Config | undefined;
  dataDir?: string | undefined;
  secretsDir?: string | undefined;
  /** No CONNECT at the broker. */
  noLogin?: boolean;
}

/** A user as the kernel asks about rights. */
export interface Who {
  /** The running gateway, the owner of the data directory, or whoever called. */
  as: 'gateway' | 'owner' | 'caller';
  name: string;
  uid: number;
  gids: readonly number[];
}

export const at = ({ root }: Box, path: string): string => (root === '' ? path : join(root, path));

/** The text of a system file, trimmed; undefined where it is not there or may not be read. */
export async function textOf(box: Box, path: string): Promise<string | undefined> {
  try {
    return (await readFile(at(box, path), 'utf8')).trim();
  } catch {
    return undefined;
  }
}

/** Names in a folder, in order; none where there is no such folder. */
export async function namesIn(box: Box, path: string): Promise<string[]> {
  try {
    return (await readdir(at(box, path))).sort();
  } catch {
    return [];
  }
}

/** What a program of the box prints; undefined where it is not installed, fails or does not answer. */
export function answerOf(program: string, ...args: string[]): Promise<string | undefined> {
  const options = { timeout: 3 * SECOND, killSignal: 'SIGKILL', env: { ...process.env, LC_ALL: 'C' } } as const;
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (error, stdout) => resolve(error ? undefined : stdout.trim()));
    child.stdin?.end();
  });
}

/** Who has to have the rights: the gateway as it runs now, with the groups it was started with; else its user. */
export async function whoRuns(box: Box): Promise<Who> {
  const gateway = await gatewayOf(box);
  if (gateway) return { as: 'gateway', ...gateway, name: await userName(box, gateway.uid) };
  const owner = box.dataDir === undefined ? undefined : await stat(box.dataDir).catch(() => undefined);
  const mine = process.getuid?.() ?? 0;
  if (mine === 0 && owner && owner.uid !== 0) {
    const name = await userName(box, owner.uid);
    return { as: 'owner', name, uid: owner.uid, gids: [owner.gid, ...(await groupsOf(box, name))] };
  }
  return {
    as: 'caller',
    name: nameOfCaller(mine),
    uid: mine,
    gids: [process.getgid?.() ?? 0, ...(process.getgroups?.() ?? [])],
  };
}

/** Whether `who` may read and write `path`. Of others than the caller the mode tells; access lists are not asked. */
export async function mayUse(box: Box, path: string, who: Who, want: 'read' | 'use'): Promise<boolean> {
  const bits = want === 'use' ? 6 : 4;
  const file = at(box, path);
  if (who.as === 'caller') {
    const mode = want === 'use' ? constants.R_OK | constants.W_OK : constants.R_OK;
    return access(file, mode).then(
      () => true,
      () => false,
    );
  }
  const { mode, uid, gid } = await stat(file);
  if (who.uid === 0) return true;
  const shift = uid === who.uid ? 6 : who.gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

export const groupName = async (box: Box, gid: number): Promise<string> =>
  (await groups(box)).find((group) => group.gid === gid)?.name ?? `${gid}`;

export async function userName(box: Box, uid: number): Promise<string> {
  const line = ((await textOf(box, '/etc/passwd')) ?? '').split('\n').find((line) => line.split(':')[2] === `${uid}`);
  return line?.split(':')[0] ?? `${uid}`;
}

const groupsOf = async (box: Box, user: string): Promise<number[]> =>
  (await groups(box)).filter(({ members }) => members.includes(user)).map(({ gid }) => gid);

async function groups(box: Box): Promise<{ name: string; gid: number; members: string[] }[]> {
  return ((await textOf(box, '/etc/group')) ?? '').split('\n').flatMap((line) => {
    const [name, , gid, members = ''] = line.split(':');
    return name && gid ? [{ name, gid: Number(gid), members: members.split(',') }] : [];
  });
}

function nameOfCaller(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    return `${uid}`;
  }
}
