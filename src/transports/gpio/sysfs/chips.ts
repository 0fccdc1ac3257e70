// Finds a line's number in sysfs: the chip by its label, then base + offset, anew each time. Numbers differ per kernel
// (the base of a Raspberry Pi's chip is 0, 399 or 512) and are never asked for.

import { reasonOf } from '#contract/errors.ts';
import type { LineSpec, LinkDown } from '#contract/transport.ts';
import { linkError } from '../errors.ts';
import type { SysfsIo } from './io.ts';

export interface SysfsPlace {
  /** The kernel's number of this boot. */
  number: number;
  chip: string;
  offset: number;
}

export interface SysfsChip {
  /** `gpiochip512`. */
  name: string;
  label: string;
  base: number;
  lines: number;
  /** Line names by offset, from the device tree; empty where it has none, or where they cannot be told apart. */
  names: string[];
}

/** Why this kernel's sysfs cannot serve GPIO lines; undefined where it can, as far as files show. */
export function notOffered(io: SysfsIo): LinkDown | undefined {
  if (io.inode('.') === undefined)
    return { reason: 'missing', detail: `the kernel has no ${io.root} (its option CONFIG_GPIO_SYSFS)` };
  if (io.inode('export') === undefined)
    return { reason: 'missing', detail: `${io.root} has no export file (kernel option CONFIG_GPIO_SYSFS_LEGACY)` };
  if (chips(io).length === 0) return { reason: 'missing', detail: `${io.root} shows no GPIO chip` };
  if (!io.mayWrite('export') || !io.mayWrite('unexport'))
    return { reason: 'denied', detail: `no right to write ${io.root}/export and unexport` };
  return undefined;
}

/** All chips; one whose files cannot be read is left out, since it may be going away just now. */
export function chips(io: SysfsIo): SysfsChip[] {
  const names = io.list('.').filter((name) => /^gpiochip\d+$/.test(name));
  const parents = names.map((name) => io.inode(`${name}/device`));
  return names.flatMap((name, index) => {
    try {
      const [base, lines] = [Number(io.read(`${name}/base`)), Number(io.read(`${name}/ngpio`))];
      if (!Number.isInteger(base) || !Number.isInteger(lines)) return [];
      const parent = parents[index];
      // Chips that share one device share its list of names, and nothing says where each begins in it.
      const shared = parent === undefined || parents.filter((other) => other === parent).length > 1;
      return [{ name, label: io.read(`${name}/label`), base, lines, names: shared ? [] : lineNames(io, name, lines) }];
    } catch {
      return [];
    }
  });
}

/** Throws `missing`, or `refused` for a name or offset that is there more than once. */
export function findLine(io: SysfsIo, { chip: label, line }: Pick<LineSpec, 'chip' | 'line'>): SysfsPlace {
  const all = chips(io);
  const labelled = all.filter((chip) => chip.label === label);
  if (labelled.length === 0) {
    const there = all.map((chip) => chip.label).join(', ') || 'none';
    throw linkError('missing', `no chip is labelled "${label}" in ${io.root}; there is: ${there}`);
  }
  const named = labelled.flatMap((chip) => offsetsOf(chip, line).map((offset) => placeOf(chip, offset)));
  const found = named.length > 0 ? named : labelled.flatMap((chip) => numbered(chip, line));
  const [only, ...others] = found;
  if (others.length > 0) throw linkError('refused', `${found.length} lines are called "${line}": give its offset`);
  if (only) return only;
  const nameless = labelled.every((chip) => chip.names.length === 0);
  throw linkError(
    'missing',
    nameless && !/^\d+$/.test(line)
      ? `sysfs does not tell the line names of chip "${label}": give the offset in place of "${line}"`
      : `chip "${label}" has no line "${line}"`,
  );
}

const placeOf = ({ name, base }: SysfsChip, offset: number): SysfsPlace => ({
  number: base + offset,
  chip: name,
  offset,
});
const offsetsOf = ({ names }: SysfsChip, line: string): number[] =>
  names.flatMap((name, offset) => (name !== '' && name === line ? [offset] : []));
const numbered = (chip: SysfsChip, line: string): SysfsPlace[] =>
  /^\d+$/.test(line) && Number(line) < chip.lines ? [placeOf(chip, Number(line))] : [];

function lineNames(io: SysfsIo, chip: string, lines: number): string[] {
  try {
    const names = io.read(`${chip}/device/of_node/gpio-line-names`).split('\0');
    if (names.at(-1) === '') names.pop();
    return names.length > lines ? [] : names;
  } catch {
    return [];
  }
}

/** A failed write to `export`, `unexport` or a line's files, in the words of a link. */
export function sysfsFailure(what: string, thrown: unknown): ReturnType<typeof linkError> {
  const { code } = thrown as NodeJS.ErrnoException;
  const reason = code === undefined ? 'failed' : (reasons[code] ?? 'failed');
  return linkError(reason, `${what}: ${reasonOf(thrown)}`);
}

const reasons: Record<string, LinkDown['reason']> = {
  EBUSY: 'busy',
  EACCES: 'denied',
  EPERM: 'denied',
  EINVAL: 'missing',
  ENOENT: 'missing',
  ENODEV: 'missing',
};
