// What is the matter with an uplink, as its one fault: no session, or a session that does not take all. Reported only when it
// is another one.

import type { Log } from '#contract/log.ts';
import { hex, PACKET_TOO_LARGE, reasonFor } from '#contract/uplink/reasons.ts';
import type { Trouble } from './disconnect.ts';
import type { Outcome } from './session.ts';

export interface Troubles {
  /** Why there is no session; undefined: there is one. */
  link(trouble: Trouble | undefined): void;
  /** Whether the broker took what is not from the outbox. */
  note(what: string, outcome: Outcome): void;
  /** The broker refused a message of the outbox, which remembers that itself. */
  refused(what: string, reason: number): void;
  /** Whether the broker refuses that in this session. */
  refuses(what: string): boolean;
  /** The session is over, and with it what was refused in it. */
  ended(): void;
  /** Reports what has changed. Whoever hears of it may have something to send at once: to be called when all else is done. */
  report(): void;
}

/**
 * @param waiting the outbox's message that the broker would not take, if any
 * @param changed undefined when all is well
 */
export function createTroubles(
  log: Log,
  waiting: () => { kind: string; reason: number } | undefined,
  changed: (trouble: Trouble | undefined) => void,
): Troubles {
  let ofLink: Trouble | undefined;
  /** What the broker would not take in this session, with its reason, until it does. */
  const refusals = new Map<string, number>();
  /** Undefined until there is something to report: the first session, or why there is none. */
  let reported: string | undefined;

  function report(): void {
    // No session comes before a session that does not take all.
    const trouble = ofLink ?? troubleOfRefusals(waiting(), refusals);
    const news = trouble ? whatMakesItAnother(trouble, ofLink !== undefined) : 'well';
    if (news === reported) return;
    reported = news;
    changed(trouble);
  }

  const refused = (what: string, reason: number) => log.warn({ what, reason }, 'broker refuses what is sent');

  return {
    link(trouble) {
      ofLink = trouble;
      report();
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
    report,
  };
}

/** What is too large is a shortage, and no trouble of the session. */
function troubleOfRefusals(
  waiting: { kind: string; reason: number } | undefined,
  refusals: ReadonlyMap<string, number>,
): Trouble | undefined {
  const all: [string, number][] = [...(waiting ? ([[waiting.kind, waiting.reason]] as const) : []), ...refusals].map(
    ([what, reason]) => [what, reason],
  );
  const [what, reason] = all.find(([, code]) => code !== PACKET_TOO_LARGE) ?? [];
  if (what === undefined || reason === undefined) return undefined;
  const { fault, text } = reasonFor(reason);
  return { code: fault, detail: `${what} refused with reason ${hex(reason)}: ${text.en}`, mqtt: reason };
}

/**
 * Other words of the broker; and what somebody in the home is mending, step by step. How exactly a line breaks is not news
 * each time.
 */
const whatMakesItAnother = ({ code, mqtt, detail }: Trouble, ofLink: boolean): string =>
  [code, mqtt, ofLink && code === 'uplink-refused' ? detail : ''].join(' ');
