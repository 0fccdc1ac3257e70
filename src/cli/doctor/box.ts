// The box as checks look at it: its files, its users, and what the other rooms know of it.

import { execFile } from 'node:child_process';
import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Box, Who } from '#contract/diagnosis.ts';
import { SECOND } from '#contract/time.ts';
import { readSecrets } from '#src/config/secrets.ts';
import { pairedIn } from '#src/store/diagnosis/index.ts';
import { gatewayOf, holdersOf } from './processes.ts';

/** All that doctor was given. */
export interface Given extends Pick<Box, 'clock' | 'config' | 'dataDir' | 'secretsDir' | 'noLogin'> {
  /** Before every path of the system; empty but for recorded trees. */
  root: string;
}

export function boxOf(given: Given): Box {
  const { root, clock, config, dataDir, secretsDir, noLogin } = given;
  const box: Box = {
    clock,
    config,
    dataDir,
    secretsDir,
    noLogin,
    at: (path) => (root === '' ? path : join(root, path)),
    textOf: async (path) => {
      try {
        return (await readFile(box.at(path), 'utf8')).trim();
      } catch {
        return undefined;
      }
    },
    namesIn: async (path) => {
      try {
        return (await readdir(box.at(path))).sort();
      } catch {
        return [];
      }
    },
    // The programs are of this machine, and know nothing of a recorded one.
    answerOf: async (program, ...args) => (root === '' ? answerOf(program, ...args) : undefined),
    gateway: () => gatewayOf(given),
    whoRuns: () => whoRuns(box, given),
    mayUse: (path, who) => mayUse(box.at(path), who),
    userName: (uid) => userName(box, uid),
    groupName: async (gid) => (await groups(box)).find((group) => group.gid === gid)?.name ?? `${gid}`,
    holdersOf: (path) => holdersOf(root, box.at(path)),
    secretsOf: (channel) => (secretsDir === undefined ? {} : readSecrets(secretsDir, channel)),
    paired: async () => (dataDir === undefined ? [] : pairedIn(dataDir)),
  };
  return box;
}

function answerOf(program: string, ...args: string[]): Promise<string | undefined> {
  const options = { timeout: 3 * SECOND, killSignal: 'SIGKILL', env: { ...process.env, LC_ALL: 'C' } } as const;
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (error, stdout) => resolve(error ? undefined : stdout.trim()));
    child.stdin?.end();
  });
}

async function whoRuns(box: Box, given: Given): Promise<Who> {
  const gateway = await gatewayOf(given);
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

async function mayUse(file: string, who: Who): Promise<boolean> {
  if (who.as === 'caller')
    return access(file, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
  const { mode, uid, gid } = await stat(file);
  if (who.uid === 0) return true;
  const shift = uid === who.uid ? 6 : who.gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & READ_AND_WRITE) === READ_AND_WRITE;
}

const READ_AND_WRITE = 0o6;

async function userName(box: Box, uid: number): Promise<string> {
  const line = ((await box.textOf('/etc/passwd')) ?? '').split('\n').find((line) => line.split(':')[2] === `${uid}`);
  return line?.split(':')[0] ?? `${uid}`;
}

const groupsOf = async (box: Box, user: string): Promise<number[]> =>
  (await groups(box)).filter(({ members }) => members.includes(user)).map(({ gid }) => gid);

async function groups(box: Box): Promise<{ name: string; gid: number; members: string[] }[]> {
  return ((await box.textOf('/etc/group')) ?? '').split('\n').flatMap((line) => {
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
