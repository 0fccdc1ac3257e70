// Chance that is the same for the same seed: a draw belongs to what it is for, so that another line in a scenario moves no other.

/** A number in [0, 1) for a seed and whatever else it depends on. */
export function chance(seed: number, ...what: (string | number)[]): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const char of what.join('/')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  // FNV alone leaves neighbours alike: the finisher of MurmurHash3 spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
