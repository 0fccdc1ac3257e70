// What the broker grants too little of: the session works on with what it grants, and a fault says what is missing.

import type { Log } from '#contract/log.ts';
import type { Shortage } from '#contract/uplink/reasons.ts';
import type { Session } from './session.ts';

export interface Shortages {
  /** A session is there. `guess`: bytes that the broker seems to take. Ends `uplink-packet-limit` where larger ones are taken than when it began. */
  connected(session: Session, guess: number | undefined): void;
  /** A message was cut or held back for its size. */
  tooLarge(what: string, session: Session, guess: number | undefined): void;
  /** A birth was taken whole, which is the largest message of a quiet home: unless one was too large before, none is. */
  birthTaken(): void;
  /** Reports what has changed. */
  report(): void;
}

/** @param changed undefined where the broker grants enough; of each code first when that is known, then at each change */
export function createShortages(log: Log, changed: (code: Shortage, detail: string | undefined) => void): Shortages {
  /** As far as it is known, and as far as it was reported. */
  const known = new Map<Shortage, string | undefined>();
  const reported = new Map<Shortage, string | undefined>();
  /** Kinds of messages that were too large for `limit` bytes. */
  let small: { limit: number; guessed: boolean; kinds: Set<string> } | undefined;

  return {
    connected(session, guess) {
      const { retain, qos, packet } = session.granted();
      known.set('uplink-no-retain', retain ? undefined : 'state and birth are sent without retain');
      known.set('uplink-no-qos', qos === 1 ? undefined : 'sent with QoS 0; alerts again until their receipt');
      if (small && Math.min(packet, guess ?? packet) > small.limit) {
        small = undefined;
        known.set('uplink-packet-limit', undefined);
      }
    },
    tooLarge(what, session, guess) {
      const { packet } = session.granted();
      const limit = Math.min(packet, guess ?? packet);
      if (small?.limit !== limit) small = { limit, guessed: limit < packet, kinds: small?.kinds ?? new Set() };
      small.kinds.add(what);
      const kinds = [...small.kinds].toSorted().join(', ');
      const takes = small.guessed ? 'seems to take' : 'takes';
      known.set('uplink-packet-limit', `${takes} ${limit} bytes; cut or held back: ${kinds}`);
    },
    birthTaken() {
      if (!small) known.set('uplink-packet-limit', undefined);
    },
    report() {
      for (const [code, detail] of known) {
        if (reported.has(code) && reported.get(code) === detail) continue;
        reported.set(code, detail);
        if (detail !== undefined) log.warn({ code, detail }, 'broker grants too little');
        changed(code, detail);
      }
    },
  };
}
