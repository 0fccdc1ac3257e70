// The command lines and the output of libgpiod's tools, 1.x (Debian 12) and 2.x (Debian 13): text only.
// Read from the manual pages and sources of 1.6.3 and 2.2.1.

import type { LineSpec } from '#contract/transport.ts';

/** A line as the tools of this boot call it. */
export interface Place {
  /** The kernel's name, `gpiochip0`. */
  chip: string;
  offset: number;
}
export type Wiring = Pick<LineSpec, 'activeLow' | 'bias'>;

export interface Dialect {
  major: 1 | 2;
  /** `gpioinfo` of one chip. */
  list(chip: string): string[];
  /** `gpioget`: prints 1 for active, 0 for inactive. */
  get(place: Place, wiring: Wiring): string[];
  /** `gpiomon`: a line for each edge, as it comes. */
  monitor(place: Place, wiring: Wiring): string[];
  /** `gpioset`: holds the line until it is killed. */
  hold(place: Place, wiring: Wiring, active: boolean): string[];
  /** What monitor and holder print when the line is theirs. 1.x prints nothing: there one asks gpioinfo for the consumer. */
  banner: RegExp | undefined;
  /** An edge as `monitor` prints it; `mono` is the kernel's stamp in whole ms of CLOCK_MONOTONIC. */
  edge(line: string): { active: boolean; mono: number } | undefined;
}

const v1: Dialect = {
  major: 1,
  list: (chip) => [chip],
  get: ({ chip, offset }, wiring) => [...wired1(wiring), chip, `${offset}`],
  // Without --line-buffered the edges stay in the tool's buffer until it holds 4 KiB of them.
  monitor: ({ chip, offset }, wiring) => ['--line-buffered', '--format=%e %s %n', ...wired1(wiring), chip, `${offset}`],
  hold: ({ chip, offset }, wiring, active) => ['--mode=signal', ...wired1(wiring), chip, `${offset}=${active ? 1 : 0}`],
  banner: undefined,
  edge(line) {
    const [, rising, seconds, nanos] = /^([01]) (\d+) (\d+)$/.exec(line) ?? [];
    return rising === undefined ? undefined : { active: rising === '1', mono: stamp(seconds, nanos) };
  },
};

const v2: Dialect = {
  major: 2,
  list: (chip) => ['--chip', chip],
  get: ({ chip, offset }, wiring) => ['--numeric', ...wired2(wiring), '--chip', chip, `${offset}`],
  monitor: ({ chip, offset }, wiring) => [
    '--banner',
    '--event-clock',
    'monotonic',
    '--format',
    '%E %S',
    ...wired2(wiring),
    '--chip',
    chip,
    `${offset}`,
  ],
  hold: ({ chip, offset }, wiring, active) => [
    '--banner',
    ...wired2(wiring),
    '--chip',
    chip,
    `${offset}=${active ? 1 : 0}`,
  ],
  banner: /^(Monitoring|Setting) line /,
  edge(line) {
    const [, edge, seconds, nanos] = /^(rising|falling) (\d+)\.(\d{9})$/.exec(line) ?? [];
    return edge === undefined ? undefined : { active: edge === 'rising', mono: stamp(seconds, nanos) };
  },
};

/** The dialect of the tool that answered `--version` with this text; undefined where it is none that we know. */
export function dialectOf(versionText: string): Dialect | undefined {
  const major = /\(libgpiod\) v?(\d+)\./.exec(versionText)?.[1];
  return major === '1' ? v1 : major === '2' ? v2 : undefined;
}

/** Chips as `gpiodetect` lists them; both versions print the same. */
export const parseChips = (text: string): { name: string; label: string }[] =>
  [...text.matchAll(/^(\S+) \[(.*)\] \(\d+ lines?\)$/gm)].map(([, name = '', label = '']) => ({ name, label }));

export interface ListedLine {
  offset: number;
  name: string | undefined;
  /** Who holds it; `kernel` where the kernel does not say. */
  consumer: string | undefined;
}

/** Lines as `gpioinfo` of one chip lists them, in either version. */
export const parseLines = (text: string): ListedLine[] =>
  [...text.matchAll(/^\s*line\s+(\d+):\s+(?:"(.*?)"|unnamed)\s+(.*)$/gm)].map(([, offset, name, rest = '']) => ({
    offset: Number(offset),
    name,
    consumer: consumerOf(rest),
  }));

function consumerOf(rest: string): string | undefined {
  if (/^(input|output)\b/.test(rest)) return /\sconsumer="?(.*?)"?$/.exec(rest)?.[1];
  return /^"(.*?)"\s/.exec(rest)?.[1] ?? (/^kernel\b/.test(rest) ? 'kernel' : undefined);
}

const wired1 = ({ activeLow, bias }: Wiring): string[] => [
  ...(activeLow ? ['--active-low'] : []),
  ...(bias ? [`--bias=${bias === 'disabled' ? 'disable' : bias}`] : []),
];
const wired2 = ({ activeLow, bias }: Wiring): string[] => [
  ...(activeLow ? ['--active-low'] : []),
  ...(bias ? ['--bias', bias] : []),
];

const stamp = (seconds = '', nanos = ''): number => Number(seconds) * 1_000 + Math.floor(Number(nanos) / 1_000_000);
