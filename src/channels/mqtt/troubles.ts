// What the home is told of an uplink: at most one trouble, and only when it is another one; and what the broker grants too
// little of.

import type { Log } from '#contract/log.ts';
import type { Shortage, Trouble, UplinkEvents } from '#contract/uplink/port.ts';
import { hex, PACKET_TOO_LARGE, reasonFor } from '#contract/uplink/reasons.ts';
import type { Outcome, Session } from './session.ts';

export interface Troubles {
  /** Why there is no session; undefined: there is one. */
  link(trouble: Trouble | undefined): void;
  /** Notes whether the broker takes what is not from the outbox. */
  note(what: string, outcome: Outcome): void;
  /** The broker refused a message of the outbox, which remembers that itself. */
  refused(what: string, reason: number): void;
  refuses(what: string): boolean;
  /** A session is there. `guess`: bytes that the broker seems to take. Ends `uplink-packet-limit` where larger ones are taken than when it began. */
  connected(session: Session, guess: number | undefined): void;
  /** A message was cut or held back for its size. */
  tooLarge(what: string, session: Session, guess: number | undefined): void;
  /** The session is over, and with it what was refused in it. */
  ended(): void;
  /** Tells what is new. Who is told may have something to send at once, so this is called when all else is done. */
  tell(): void;
}

/** @param waiting the outbox's message that the broker would not take, if any */
export function createTroubles({
  log,
  waiting,
  told,
  shortOf,
}: {
  log: Log;
  waiting(): { kind: string; reason: number } | undefined;
  told: UplinkEvents['session'];
  shortOf: UplinkEvents['shortOf'];
}): Troubles {
  let ofLink: Trouble | undefined;
  /** What the broker would not take in this session, with its reason, until it does. */
  const refusals = new Map<string, number>();
  /** Undefined until there is something to tell: the first session, or why there is none. */
  let last: string | undefined;
  /** As far as it is known: details, or undefined where the broker grants enough. */
  const shortages = new Map<Shortage, string | undefined>();
  const toldShortages = new Map<Shortage, string | undefined>();
  /** Kinds of messages that were too large for `limit` bytes. */
  let small: { limit: number; guessed: boolean; kinds: Set<string> } | undefined;

  function ofRefusals(): Trouble | undefined {
    const one = waiting();
    const [what, reason] =
      one && one.reason !== PACKET_TOO_LARGE
        ? [one.kind, one.reason]
        : // That one is told as a shortage.
          ([...refusals].find(([, reason]) => reason !== PACKET_TOO_LARGE) ?? []);
    if (what === undefined || reason === undefined) return undefined;
    const { fault, text } = reasonFor(reason);
    return { code: fault, detail: `${what} refused with reason ${hex(reason)}: ${text.en}`, mqtt: reason };
  }

  /**
   * What makes a trouble another one: other words of the broker; and what somebody in the home is mending, step by step.
   * How exactly a line breaks is not news each time.
   */
  const sayings = ({ code, mqtt, detail }: Trouble) => [code, mqtt, ofLink && code === 'uplink-refused' ? detail : ''];

  /** No session comes before a session that does not take all. */
  function tellTrouble(): void {
    const trouble = ofLink ?? ofRefusals();
    const news = trouble ? sayings(trouble).join(' ') : 'well';
    if (news === last) return;
    last = news;
    told(trouble);
  }

  function tellShortages(): void {
    for (const [code, detail] of shortages) {
      if (toldShortages.has(code) && toldShortages.get(code) === detail) continue;
      toldShortages.set(code, detail);
      if (detail !== undefined) log.warn({ code, detail }, 'broker grants too little');
      shortOf(code, detail);
    }
  }

  const refused = (what: string, reason: number) => log.warn({ what, reason }, 'broker refuses what is sent');

  return {
    link(trouble) {
      ofLink = trouble;
      tellTrouble();
    },
    note(what, outcome) {
      // The largest message of a quiet home.
      if (what === 'birth' && !small) shortages.set('uplink-packet-limit', undefined);
      if (outcome.taken) refusals.delete(what);
      else {
        refused(what, outcome.reason);
        refusals.set(what, outcome.reason);
      }
    },
    refused,
    refuses: (what) => refusals.has(what),
    connected(session, guess) {
      const { retain, qos, packet } = session.granted();
      shortages.set('uplink-no-retain', retain ? undefined : 'state and birth are sent without retain');
      shortages.set('uplink-no-qos', qos === 1 ? undefined : 'sent with QoS 0; alerts again until their receipt');
      if (small && Math.min(packet, guess ?? packet) > small.limit) {
        small = undefined;
        shortages.set('uplink-packet-limit', undefined);
      }
    },
    tooLarge(what, session, guess) {
      const { packet } = session.granted();
      const limit = Math.min(packet, guess ?? packet);
      if (small?.limit !== limit) small = { limit, guessed: limit < packet, kinds: small?.kinds ?? new Set() };
      small.kinds.add(what);
      const kinds = [...small.kinds].toSorted().join(', ');
      shortages.set(
        'uplink-packet-limit',
        `${small.guessed ? 'seems to take' : 'takes'} ${limit} bytes; cut or held back: ${kinds}`,
      );
    },
    ended: () => refusals.clear(),
    tell() {
      tellShortages();
      tellTrouble();
    },
  };
}
