// Builds the stand-ins for libgpiod's tools, and finds and signals the ones that run.
// They are in C so that option parsing, buffering and error texts are those of the C library, as in the originals.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the simulated chip's socket to the stand-ins. */
export const CHIP_ENV = 'HEARTHWARD_SIM_LINES';

const source = import.meta.dirname;
const names = {
  1: ['gpiodetect', 'gpioinfo', 'gpiofind', 'gpioget', 'gpiomon', 'gpioset'],
  2: ['gpiodetect', 'gpioinfo', 'gpioget', 'gpiomon', 'gpioset'],
} as const;

/** A folder with the tools of one major version. */
export function gpioTools(major: 1 | 2): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), `gpio-tools-v${major}-`));
  const program = join(dir, 'stand-in');
  execFileSync('gcc', ['-O1', '-o', program, join(source, `v${major}.c`), join(source, 'chip.c')]);
  for (const name of names[major]) symlinkSync(program, join(dir, name));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export interface Process {
  pid: number;
  name: string;
  /** Of proc(5): `T` is stopped, `Z` dead and not reaped. */
  state: string;
  args: string[];
}

/** Children of a process, dead ones not yet reaped among them. */
export function childrenOf(parent: number): Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const child = processOf(Number(entry));
      return child?.parent === parent ? [child] : [];
    });
}

export function processOf(pid: number): (Process & { parent: number }) | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return { pid, name, state, parent: Number(parent), args };
  } catch {
    return undefined;
  }
}
