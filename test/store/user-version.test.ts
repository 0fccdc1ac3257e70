import { describe, expect, it } from 'vitest';
import { standingOf } from '#base/format.ts';
import { formatOf, userVersionOf } from '#src/store/user-version.ts';

const formats = Array.from({ length: 255 }, (_, i) => i + 1).flatMap((version) =>
  [1, version - 1, version].filter((from) => from >= 1).map((readableFrom) => ({ version, readableFrom })),
);

describe('a format in a user_version', () => {
  it('comes back as it was, in a number that SQLite takes', () => {
    for (const format of formats) {
      const number = userVersionOf(format);
      expect(formatOf(number)).toEqual(format);
      expect(number).toBeGreaterThan(0);
      expect(number).toBeLessThan(2 ** 31);
    }
  });

  it('is the bare number of the files that there were before it', () => {
    expect([1, 2].map(formatOf)).toEqual([1, 2].map((version) => ({ version, readableFrom: version })));
    expect([0, 3, 99, 257, -1, 2 ** 30].map(formatOf)).toEqual(Array(6).fill(undefined));
  });

  it('is no format with any one of its bits fallen over', () => {
    for (const format of formats)
      for (let bit = 0; bit < 32; bit += 1) {
        const flipped = formatOf(userVersionOf(format) ^ (1 << bit));
        // Of a bare number another bare one is left, whose tables are not there.
        if (flipped) expect([userVersionOf(format), bit]).toEqual(['of all formats', 'none']);
      }
  });
});

it('a file is read by the version that it names and by all later ones', () => {
  const stands = (version: number, readableFrom: number, own: number) =>
    standingOf({ version, readableFrom }, { version: own, readableFrom: 1 });
  expect([1, 2, 3, 4, 5].map((own) => stands(4, 3, own))).toEqual([
    'unreadable',
    'unreadable',
    'newer',
    'own',
    'older',
  ]);
});
