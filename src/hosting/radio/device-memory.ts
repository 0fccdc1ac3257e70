// What a radio's process knows of its devices beside their configuration: their secrets, and what is kept of each.

import type { Clock } from '#contract/time.ts';
import { readDeviceSecret } from '#src/config/secrets.ts';
import type { HostPorts } from '../ports.ts';
import { watchSecret } from './device-secret.ts';
import type { ToChild, ToParent } from './messages.ts';
import type { RadioProfile } from './profile.ts';

export interface DeviceMemory<Kept> {
  /** As the gateway knows them now. */
  learn(known: Pick<Extract<ToChild<unknown, Kept>, { say: 'apply' }>, 'secrets' | 'kept'>): void;
  extras: NonNullable<HostPorts['extras']>;
  forget(deviceId: string): void;
}

export function deviceMemory<Kept, Found>({
  profile,
  clock,
  secretsDir,
  say,
}: {
  profile: Pick<RadioProfile<never, Kept, Found>, 'secret' | 'extras'>;
  clock: Clock;
  secretsDir: string | undefined;
  say(message: ToParent<Kept, Found>): void;
}): DeviceMemory<Kept> {
  // By ids, of which one may be `constructor`.
  let secrets: ReadonlyMap<string, string> = new Map();
  const kept = new Map<string, Kept>();

  /** That of the registry, where it was paired; else that of its file. */
  function secretOf(id: string): string | undefined {
    const paired = secrets.get(id);
    if (paired !== undefined || profile.secret === undefined || secretsDir === undefined) return paired;
    return readDeviceSecret(secretsDir, id, profile.secret);
  }

  return {
    learn(known) {
      secrets = new Map(Object.entries(known.secrets));
      // What was heard here since is newer.
      for (const [id, one] of Object.entries(known.kept)) if (!kept.has(id)) kept.set(id, one);
    },
    extras(id, renew) {
      const secret = watchSecret(
        clock,
        () => secretOf(id),
        () => renew('its secret has changed'),
      );
      const io = profile.extras({
        secret: secret.read,
        kept: kept.get(id),
        keep(one, urgent) {
          kept.set(id, one);
          say({ say: 'keep', device: id, kept: one, urgent });
        },
      });
      return { io, close: async () => secret.stop() };
    },
    forget: (id) => void kept.delete(id),
  };
}
