// The format of a SQLite file, in the 31 bits of its `user_version`: they change in the transaction that changes the
// tables, and are at a fixed place in the file, where a program finds them that can read nothing else of it.
//
// From the lowest: 8 bits of version, 8 bits of the oldest version that can read it, 15 bits of a sum over both. The
// sum distinguishes a flipped bit from a later version.

import { crc32 } from 'node:zlib';
import { readFormat } from '#base/format.ts';
import type { Format } from '#contract/format.ts';

/** Files up to this version hold the bare number, and no earlier version could read them. */
const LAST_BARE = 2;

export const userVersionOf = ({ version, readableFrom }: Format): number =>
  version <= LAST_BARE && readableFrom === version
    ? version
    : (sumOf(version, readableFrom) << 16) | (readableFrom << 8) | version;

/** Undefined for a number that no version of this program writes. */
export function formatOf(userVersion: number): Format | undefined {
  const version = userVersion & 0xff;
  const bare = userVersion >= 1 && userVersion <= LAST_BARE;
  const format = readFormat(version, bare ? version : (userVersion >> 8) & 0xff);
  return format && userVersionOf(format) === userVersion ? format : undefined;
}

const sumOf = (...bytes: number[]): number => crc32(Uint8Array.from(bytes)) & 0x7fff;
