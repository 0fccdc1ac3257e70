// Finds a line by its chip's label and its name. Chip numbers differ per kernel and are never asked for.

import type { Clock } from '#contract/time.ts';
import type { LineSpec } from '#contract/transport.ts';
import { type Dialect, type ListedLine, type Place, parseChips, parseLines } from './dialect.ts';
import { linkError } from './errors.ts';
import { failure, pause, type Tools } from './tools.ts';

export interface Located {
  dialect: Dialect;
  place: Place;
  /** Who held the line when it was looked at. */
  consumer: string | undefined;
}

/** What is said where the character device shows nothing at all. */
export const NO_CHIP = 'the kernel shows no GPIO chip: there is no /dev/gpiochip* (its option CONFIG_GPIO_CDEV)';

/** Rejects with `tool-missing`, `denied`, `missing` or, for a name that several lines carry, `refused`. */
export async function locate(tools: Tools, spec: LineSpec, signal: AbortSignal): Promise<Located> {
  const dialect = await tools.dialect();
  const chips = await chipsLabelled(tools, spec.chip, signal);
  const found: Located[] = [];
  for (const chip of chips) {
    const lines = await linesOf(tools, dialect, chip, signal);
    for (const { offset, consumer } of matching(lines, spec.line))
      found.push({ dialect, place: { chip, offset }, consumer });
  }
  const [only, ...others] = found;
  if (!only) throw linkError('missing', `chip "${spec.chip}" has no line "${spec.line}"`);
  if (others.length > 0) throw linkError('refused', `${found.length} lines are called "${spec.line}": give its offset`);
  return only;
}

/** Who holds a line now. */
export async function consumerOf(tools: Tools, { dialect, place }: Located, signal: AbortSignal) {
  const lines = await linesOf(tools, dialect, place.chip, signal);
  return lines.find(({ offset }) => offset === place.offset)?.consumer;
}

async function linesOf(tools: Tools, dialect: Dialect, chip: string, signal: AbortSignal): Promise<ListedLine[]> {
  return parseLines(await tools.run('gpioinfo', dialect.list(chip), signal));
}

async function chipsLabelled(tools: Tools, label: string, signal: AbortSignal): Promise<string[]> {
  // One chip that may not be opened ends 1.x, and makes 2.x fail after it has listed the others.
  const { stdout, stderr } = await tools.hear('gpiodetect', [], signal);
  const chips = parseChips(stdout);
  const names = chips.filter((chip) => chip.label === label).map(({ name }) => name);
  if (names.length > 0) return names;
  if (stderr) throw failure('gpiodetect', stderr.trim());
  throw linkError('missing', chips.length === 0 ? NO_CHIP : `no chip is labelled "${label}"`);
}

function matching(lines: ListedLine[], line: string): ListedLine[] {
  const named = lines.filter(({ name }) => name === line);
  if (named.length > 0 || !/^\d+$/.test(line)) return named;
  return lines.filter(({ offset }) => offset === Number(line));
}

/** Waits until the kernel says that `consumer` has the line: how one learns it where a tool prints no banner. */
export async function untilHeld(
  tools: Tools,
  clock: Clock,
  line: Located,
  consumer: 'gpiomon' | 'gpioset',
  signal: AbortSignal,
): Promise<void> {
  while ((await consumerOf(tools, line, signal)) !== consumer) await pause(clock, LOOK_AGAIN, signal);
}

const LOOK_AGAIN = 10;
