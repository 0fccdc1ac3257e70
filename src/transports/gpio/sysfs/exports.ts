// Exports lines and takes them back: ours only. A line comes out with its direction and polarity as wanted, read back.

import type { Clock } from '#contract/time.ts';
import { later } from '#contract/time.ts';
import { linkError } from '../errors.ts';
import { pause } from '../tools.ts';
import { type SysfsPlace, sysfsFailure } from './chips.ts';
import type { Claims } from './claims.ts';
import type { SysfsIo } from './io.ts';

/** udev gives the group its rights after the export; so long is waited for it. */
const RIGHTS_WITHIN = 2_000;
const LOOK_AGAIN = 20;

/** What a line is to be. An output's level is the electrical one, driven from the first instant on. */
export type Wanted = { as: 'input'; activeLow: boolean } | { as: 'output'; activeLow: boolean; high: boolean };

export interface Exported {
  number: number;
  /** `gpio529` below the root. */
  folder: string;
  inode: string;
  /** Why the line is no longer as it was set up; undefined while it is. */
  disturbed(): string | undefined;
  /** An output becomes inactive first. Throws nothing. */
  release(): void;
}

export interface Exports {
  /** Frees what an earlier run left exported; throws `busy` where the line is somebody else's. Takes no hold. */
  look(place: SysfsPlace): void;
  /** Rejects with `busy`, `denied`, `missing`, or `refused` for a line that sysfs cannot serve. */
  take(place: SysfsPlace, wanted: Wanted, signal: AbortSignal): Promise<Exported>;
}

interface State {
  readonly io: SysfsIo;
  readonly claims: Claims;
  readonly clock: Clock;
  /** Numbers of the lines that this gateway holds. */
  readonly held: Set<number>;
}

export function lineExports(parts: Omit<State, 'held'>): Exports {
  const lines: State = { ...parts, held: new Set() };
  return {
    look: (place) => look(lines, place),
    take: (place, wanted, signal) => take(lines, place, wanted, signal),
  };
}

function look(lines: State, { number, chip, offset }: SysfsPlace): void {
  const { io, claims, held } = lines;
  const inode = io.inode(folderOf(number));
  const line = `line ${offset} of ${chip}`;
  if (held.has(number)) throw linkError('busy', `${line} is in use by another device of the gateway`);
  if (inode === undefined) return claims.drop(number);
  if (!claims.isOurs(number, inode))
    throw linkError(
      'busy',
      `${line} is exported already, and not by the gateway (if by nobody: echo ${number} > ${io.root}/unexport)`,
    );
  letGo(lines, number, inode);
}

/** Leaves alone what is not that export any more. */
function letGo(lines: State, number: number, inode: string): void {
  const { io } = lines;
  const folder = folderOf(number);
  if (io.inode(folder) === inode) {
    quietly(() => io.read(`${folder}/direction`) === 'out' && io.write(`${folder}/value`, '0'));
    quietly(() => io.write('unexport', `${number}`));
  }
  forget(lines, number);
}

function forget({ held, claims }: State, number: number): void {
  held.delete(number);
  claims.drop(number);
}

async function take(lines: State, place: SysfsPlace, wanted: Wanted, signal: AbortSignal): Promise<Exported> {
  const { io } = lines;
  const { number } = place;
  const folder = folderOf(number);
  signal.throwIfAborted();
  look(lines, place);
  const inode = exported(lines, place);
  try {
    await rights(lines, folder, wanted, signal);
    setUp(io, folder, wanted);
    const wrong = disturbed(io, folder, inode, wanted);
    if (wrong !== undefined) throw linkError('failed', `after its set-up ${wrong}`);
  } catch (thrown) {
    letGo(lines, number, inode);
    throw thrown;
  }
  return {
    number,
    folder,
    inode,
    disturbed: () => disturbed(io, folder, inode, wanted),
    release: () => letGo(lines, number, inode),
  };
}

/** Exports a line, and notes it as ours. @returns the inode by which the export is known. */
function exported(lines: State, { number, chip, offset }: SysfsPlace): string {
  const { io, claims, held } = lines;
  held.add(number);
  claims.note(number, null);
  try {
    io.write('export', `${number}`);
  } catch (thrown) {
    forget(lines, number);
    throw sysfsFailure(`line ${offset} of ${chip} cannot be exported`, thrown);
  }
  const folder = folderOf(number);
  const inode = io.inode(folder);
  if (inode === undefined) {
    quietly(() => io.write('unexport', `${number}`));
    forget(lines, number);
    throw linkError('refused', `the kernel did not call line ${number} "${folder}": its driver has names of its own`);
  }
  claims.note(number, inode);
  return inode;
}

async function rights({ io, clock }: State, folder: string, { as }: Wanted, signal: AbortSignal): Promise<void> {
  const isMissing = (file: string) => io.inode(`${folder}/${file}`) === undefined;
  if (isMissing('direction'))
    throw linkError('refused', `${folder} has no direction file: its chip cannot turn it round`);
  if (as === 'input' && isMissing('edge'))
    throw linkError('refused', `${folder} has no edge file: its chip has no interrupts, sysfs cannot watch it`);
  const needed = ['value', 'direction', 'active_low', ...(as === 'input' ? ['edge'] : [])];
  const nextClosed = () => needed.find((file) => !io.mayWrite(`${folder}/${file}`));
  const until = later(clock.now().mono, RIGHTS_WITHIN);
  for (let file = nextClosed(); file !== undefined; file = nextClosed()) {
    if (clock.now().mono >= until) throw linkError('denied', `no right to write ${io.root}/${folder}/${file}`);
    await pause(clock, LOOK_AGAIN, signal);
  }
}

function setUp(io: SysfsIo, folder: string, wanted: Wanted): void {
  const write = (file: string, text: string) => {
    try {
      io.write(`${folder}/${file}`, text);
    } catch (thrown) {
      throw sysfsFailure(`${folder}/${file} does not take "${text}"`, thrown);
    }
  };
  write('active_low', wanted.activeLow ? '1' : '0');
  // `high` and `low` are electrical and set level and direction in one: `out` would begin low, whatever is meant.
  write('direction', wanted.as === 'input' ? 'in' : wanted.high ? 'high' : 'low');
  if (wanted.as === 'input') write('edge', 'both');
}

function disturbed(io: SysfsIo, folder: string, inode: string, { as, activeLow }: Wanted): string | undefined {
  try {
    if (io.inode(folder) !== inode) return `${folder} is no longer exported by us`;
    const now = { direction: io.read(`${folder}/direction`), activeLow: io.read(`${folder}/active_low`) === '1' };
    if (now.direction !== (as === 'input' ? 'in' : 'out')) return `the direction of ${folder} is "${now.direction}"`;
    if (now.activeLow !== activeLow) return `active_low of ${folder} is ${now.activeLow ? 1 : 0}`;
    const edge = as === 'input' ? io.read(`${folder}/edge`) : 'both';
    return edge === 'both' ? undefined : `edge of ${folder} is "${edge}"`;
  } catch (thrown) {
    return sysfsFailure(folder, thrown).message;
  }
}

const folderOf = (number: number): string => `gpio${number}`;

function quietly(work: () => unknown): void {
  try {
    work();
  } catch {
    // A line that went away in the meantime is what was wanted.
  }
}
