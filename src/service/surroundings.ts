// What a connection depends on beside its configuration: the files of its secrets, and the network of this box. Looked at
// while a channel has no session, so that a renewed certificate, a mended mode or a cable back in its socket need no restart
// and no long wait.

import { networkInterfaces } from 'node:os';
import { type Cancel, type Clock, every, SECOND } from '#contract/time.ts';
import { secretsSignature } from '#src/config/secrets.ts';

const LOOK_EVERY_MS = 2 * SECOND;

/** Addresses of the interfaces that are up and have a carrier: Node lists no others. */
export const networkSignature = (): string =>
  Object.entries(networkInterfaces())
    .flatMap(([name, all]) => (all ?? []).map(({ address }) => `${name} ${address}`))
    .toSorted()
    .join(', ');

/** Calls `changed` for each channel that waits and whose surroundings are not as they were at the last look. */
export function watchSurroundings(io: {
  clock: Clock;
  secretsDir: string | undefined;
  /** `waiting`: it has no session, or one that does not take all. */
  channels(): readonly { channel: string; waiting: boolean }[];
  changed(channel: string): void;
  network?: () => string;
}): Cancel {
  const { clock, secretsDir, network = networkSignature } = io;
  const seen = new Map<string, string>();
  return every(clock, LOOK_EVERY_MS, 'uplink-surroundings', () => {
    for (const { channel, waiting } of io.channels()) {
      const now = `${network()} | ${secretsDir === undefined ? '' : secretsAsTheyAre(secretsDir, channel)}`;
      const before = seen.get(channel);
      seen.set(channel, now);
      if (waiting && before !== undefined && before !== now) io.changed(channel);
    }
  });
}

/** A directory that cannot be looked into is like any other that changed when it can be. */
function secretsAsTheyAre(dir: string, channel: string): string {
  try {
    return secretsSignature(dir, channel);
  } catch {
    return 'closed';
  }
}
