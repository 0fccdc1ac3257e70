// What the home is told of an uplink: at most one trouble, and only when it is another one.

import type { Log } from '#contract/log.ts';
import type { UplinkEvents } from '#contract/uplink/port.ts';
import type { Trouble } from './ending.ts';
import type { Outcome } from './session.ts';

export interface Troubles {
  /** Why there is no session; undefined: there is one. */
  link(trouble: Trouble | undefined): void;
  /** Notes whether the broker takes what is not from the outbox. */
  note(what: string, outcome: Outcome): void;
  /** The broker refused a message of the outbox, which remembers that itself. */
  refused(what: string, reason: number): void;
  refuses(what: string): boolean;
  /** The session is over, and with it what was refused in it. */
  ended(): void;
  tell(): void;
}

/** @param waiting the outbox's message that the broker would not take, if any */
export function createTroubles({
  log,
  waiting,
  told,
}: {
  log: Log;
  waiting(): { kind: string; reason: number } | undefined;
  told: UplinkEvents['session'];
}): Troubles {
  let ofLink: Trouble | undefined;
  /** What the broker would not take in this session, with its reason, until it does. */
  const refusals = new Map<string, number>();
  /** Undefined until there is something to tell: the first session, or why there is none. */
  let last: Trouble['code'] | 'well' | undefined;

  function ofRefusals(): Trouble | undefined {
    const one = waiting();
    const [what, reason] = one ? [one.kind, one.reason] : ([...refusals][0] ?? []);
    if (what === undefined || reason === undefined) return undefined;
    return { code: 'uplink-refused', detail: `${what} refused with reason 0x${reason.toString(16)}` };
  }

  /** No session comes before a session that does not take all. */
  function tell(): void {
    const trouble = ofLink ?? ofRefusals();
    const news = trouble?.code ?? 'well';
    if (news === last) return;
    last = news;
    told(trouble);
  }

  const refused = (what: string, reason: number) => log.warn({ what, reason }, 'broker refuses what is sent');

  return {
    link(trouble) {
      ofLink = trouble;
      tell();
    },
    note(what, outcome) {
      if (outcome.taken) refusals.delete(what);
      else {
        refused(what, outcome.reason);
        refusals.set(what, outcome.reason);
      }
    },
    refused,
    refuses: (what) => refusals.has(what),
    ended: () => refusals.clear(),
    tell,
  };
}
