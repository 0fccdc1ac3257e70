// Who guesses at the operator token, and how often: by client, within bounded memory. A right token is not asked about here.

import { isIPv4, isIPv6 } from 'node:net';
import { type Clock, MINUTE, type MonoMs } from '#contract/time.ts';

/** Wrong tokens of one client in a minute, and of all together, that are answered as such; to more the answer is to wait. */
const WRONG_OF_ONE = 10;
const WRONG_OF_ALL = 1_000;

export interface Guesses {
  /** Notes one wrong token. `wait`: there were too many of this client's, or of everybody's, in this minute. */
  wrong(from: string): 'wrong' | 'wait';
}

/** @param report called for each that is answered as wrong, so at most a thousand times a minute */
export function guesses(clock: Clock, report: (client: string, count: number) => void): Guesses {
  let since: MonoMs = clock.now().mono;
  let all = 0;
  const counts = new Map<string, number>();

  return {
    wrong(from) {
      const now = clock.now().mono;
      if (now - since >= MINUTE) {
        since = now;
        all = 0;
        counts.clear();
      }
      const client = clientOf(from);
      const count = (counts.get(client) ?? 0) + 1;
      if (count > WRONG_OF_ONE || all >= WRONG_OF_ALL) return 'wait';
      all += 1;
      counts.set(client, count);
      report(client, count);
      return 'wrong';
    },
  };
}

/**
 * The client behind an address. Of IPv6 the first 64 bits: every address of its /64 is one site's to take (RFC 6177).
 * What is no address (a proxy passed on what a client wrote) is `unknown`: all of those are one.
 */
export function clientOf(address: string): string {
  const bare = address.slice(0, 64).replace(/%.*$/, '');
  const mapped = /^::ffff:(.+)$/i.exec(bare)?.[1] ?? bare;
  if (isIPv4(mapped)) return mapped;
  if (!isIPv6(bare)) return 'unknown';
  const [head = '', tail] = bare.toLowerCase().split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return `${[...first, ...Array(zeros).fill('0'), ...last].slice(0, 4).join(':')}::/64`;
}
