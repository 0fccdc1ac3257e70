// What is said at each connection beside what waits: the subscription, that we are there, and what there is in the home.

import type { Inventory } from '#contract/channel.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { type Fault, faultKey } from '#contract/fault.ts';
import { PACKET_TOO_LARGE } from '#contract/uplink/reasons.ts';
import { type Address, topics, type Upward } from '#contract/uplink/topics.ts';
import type { Incoming } from './incoming.ts';
import { birthBody, type Making } from './messages.ts';
import type { Outcome, Owed, Session } from './session.ts';
import type { Troubles } from './troubles.ts';

export type Greeting = 'subscribe' | 'state' | 'birth';

export interface Greetings {
  add(...greetings: Greeting[]): void;
  /** One that goes before what is no alert is still to be said. */
  first(): boolean;
  /** One is still to be said. */
  waiting(): boolean;
  /** Says what may be said now. `quiet`: nothing else is left to send. */
  say(session: Session, quiet: boolean): void;
  /** The session is over. */
  ended(owed: readonly Owed[]): void;
}

export function createGreetings(io: {
  address: Address;
  making(): Making;
  state(): string;
  about: { version: string; bootId: string };
  inventory(): Inventory;
  incoming: Pick<Incoming, 'wanted'>;
  troubles: Pick<Troubles, 'note'>;
  /** A message was cut or held back for its size. */
  tooLarge(what: string): void;
  birthTaken(): void;
  /** Bytes of the largest packet that the broker seems to take. */
  guess(): number | undefined;
  publish(session: Session, what: Upward, body: string, done: (outcome: Outcome) => void): void;
  subscribed(): void;
  /** Faults that a birth had no room for. */
  unlisted(faults: readonly Fault[]): void;
}): Greetings {
  const { address, troubles } = io;
  const waiting = new Set<Greeting>();
  /** The last session ended while the birth was unanswered: then it goes last, for all else may be taken. */
  let birthDoubted = false;

  function subscribe(session: Session): void {
    // Usually one packet; one for each topic where the broker takes only small ones.
    const wanted = Object.entries(io.incoming.wanted());
    const packets = session.takesSubscription(wanted.map(([topic]) => topic)) ? [wanted] : wanted.map((one) => [one]);
    for (const packet of packets)
      session.subscribe(Object.fromEntries(packet), (outcome) => {
        answered('subscription')(outcome);
        io.subscribed();
      });
  }

  const answered = (what: string) => (outcome: Outcome) => {
    if (!outcome.taken && outcome.reason === PACKET_TOO_LARGE) io.tooLarge(what);
    else troubles.note(what, outcome);
    if (what === 'birth' && outcome.taken) io.birthTaken();
  };

  function birth(session: Session): void {
    const all = io.inventory();
    const room = session.room(topics.up(address, 'birth'), io.guess());
    const { body, listed, fits } = birthBody(io.making(), all, io.about, room);
    const isWhole =
      fits && (['devices', 'alerts', 'faults'] as const).every((list) => all[list].length === listed[list].length);
    if (!isWhole) io.tooLarge('birth');
    if (fits) io.publish(session, 'birth', body, answered('birth'));
    const listedFaults = new Set(fits ? listed.faults : []);
    // A platform that knows no `omitted` takes what is not listed for ended.
    io.unlisted(all.faults.filter((fault) => !listedFaults.has(fault)));
  }

  return {
    add(...greetings) {
      for (const greeting of greetings) waiting.add(greeting);
    },
    first: () => [...waiting].some((greeting) => greeting !== 'birth' || !birthDoubted),
    waiting: () => waiting.size > 0,
    say(session, quiet) {
      if (waiting.delete('subscribe')) subscribe(session);
      if (waiting.has('state') && session.inFlight() < session.limit()) {
        waiting.delete('state');
        io.publish(session, 'state', io.state(), answered('state'));
      }
      // The largest of them goes alone: whatever a broker thinks of it, nothing is lost with it.
      if (waiting.has('birth') && session.inFlight() === 0 && (quiet || !birthDoubted)) {
        waiting.delete('birth');
        birth(session);
      }
    },
    ended(owed) {
      birthDoubted = owed.some(({ what }) => what === 'birth') || (birthDoubted && waiting.has('birth'));
      waiting.clear();
    },
  };
}

/** A fault as a message of our own; nothing where one about it waits already. */
export const unlistedEntry = (
  fault: Fault,
  held: readonly OutboxEntry[],
  entry: Omit<OutboxEntry, 'slot' | 'seq' | 'channel'>,
): Omit<OutboxEntry, 'seq' | 'channel'> | undefined => {
  const slot = `fault/${faultKey(fault)}`;
  return held.some((other) => other.slot === slot) ? undefined : { ...entry, slot };
};
