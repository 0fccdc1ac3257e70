// Which file system a folder lies on, as /proc/self/mountinfo has it (proc_pid_mountinfo(5)).

import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Box } from '#contract/diagnosis.ts';

export interface Mount {
  /** `179:2` */
  device: string;
  point: string;
  type: string;
  source: string;
  /** Of the mount and of the file system. */
  options: string[];
}

/** `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext4 /dev/root rw,errors=continue` */
export const parseMounts = (text: string): Mount[] =>
  text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , device, , point, own] = left.split(' ');
    const [type, source = '', deep = ''] = right.split(' ');
    return device && point && own && type
      ? [{ device, point: plain(point), type, source: plain(source), options: [...own.split(','), ...deep.split(',')] }]
      : [];
  });

/** Spaces and the like stand as octal numbers. */
const plain = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** The mount that `path` lies on, or its nearest folder that is there. */
export async function mountOf(box: Box, path: string): Promise<Mount | undefined> {
  const real = await nearestReal(path);
  const mounts = parseMounts((await box.textOf('/proc/self/mountinfo')) ?? '');
  const holds = ({ point }: Mount) => point === '/' || real === point || real.startsWith(`${point}/`);
  // Of two at the same point the later one is on top.
  return mounts
    .filter(holds)
    .reduce<Mount | undefined>(
      (best, mount) => (best && best.point.length > mount.point.length ? best : mount),
      undefined,
    );
}

async function nearestReal(path: string): Promise<string> {
  for (let there = path; ; there = dirname(there)) {
    const real = await realpath(there).catch(() => undefined);
    if (real !== undefined || there === dirname(there)) return real ?? '/';
  }
}
