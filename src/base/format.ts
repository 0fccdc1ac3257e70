// How a file, by its format, stands to the program that finds it.

import type { Format } from '#contract/format.ts';

/**
 * `newer`: more is in it than this program knows, and what it knows it may read and write, leaving the rest as it is.
 * `unreadable`: newer, and not to be touched.
 */
export type Standing = 'own' | 'older' | 'newer' | 'unreadable';

export function standingOf(file: Format, own: Format): Standing {
  if (file.version === own.version) return 'own';
  if (file.version < own.version) return 'older';
  return file.readableFrom <= own.version ? 'newer' : 'unreadable';
}

/** A format as it was read from a file; undefined for anything else. */
export function readFormat(version: unknown, readableFrom: unknown): Format | undefined {
  const whole = (one: unknown): one is number => Number.isInteger(one) && (one as number) >= 1;
  return whole(version) && whole(readableFrom) && readableFrom <= version ? { version, readableFrom } : undefined;
}
