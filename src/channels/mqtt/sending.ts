// What waits in the outbox on its way out: cut to what the broker takes, and noted as sent, taken or refused.

import type { OutboxEntry } from '#contract/delivery.ts';
import type { Clock } from '#contract/time.ts';
import { asSentAt } from '#contract/uplink/live.ts';
import { PACKET_TOO_LARGE } from '#contract/uplink/reasons.ts';
import { type Address, topics, type Upward } from '#contract/uplink/topics.ts';
import { fitBody } from './fit.ts';
import { type Outbox, roomFor } from './outbox.ts';
import type { Outcome, Session } from './session.ts';
import type { Troubles } from './troubles.ts';

/**
 * An alert that a broker took so often without a receipt may be what that broker drops for its size without a word (Mosquitto's
 * `message_size_limit` in MQTT 3.1.1): every other time it goes small.
 */
const goesSmall = (tries: number): boolean => tries >= 3 && tries % 2 === 1;
const SMALL = 1_024;

/** Sends what may go now, in order; of `alerts` only, where that is asked. The rest of a long queue goes in the next turn. */
export type Drain = (session: Session, only?: 'alerts') => void;

export function createDrain(io: {
  outbox: Outbox;
  address: Address;
  clock: Clock;
  troubles: Pick<Troubles, 'refused'>;
  /** Bytes of the largest packet that the broker seems to take. */
  guess(): number | undefined;
  tooLarge(what: string): void;
  publish(session: Session, what: Upward, body: string, done: (outcome: Outcome) => void): void;
  /** PUBACK. */
  taken(entry: OutboxEntry | undefined): void;
  /** There is more to send, in another turn. */
  more(): void;
}): Drain {
  const { outbox, clock } = io;
  const now = () => clock.now().mono;

  function send(session: Session, entry: OutboxEntry): void {
    const { kind, msgId } = entry;
    const body = kind === 'alert' ? asSentAt(entry.body, clock.now()) : entry.body;
    const refuse = (reason: number) => {
      if (reason === PACKET_TOO_LARGE) io.tooLarge(kind);
      io.troubles.refused(kind, reason);
      outbox.refused(msgId, now(), reason);
    };
    const topic = topics.up(io.address, kind);
    const small = kind === 'alert' && goesSmall(outbox.tries(msgId));
    const fitted = fitBody(kind, body, session.room(topic, small ? SMALL : io.guess()));
    if (!small && fitted.body !== body) io.tooLarge(kind);
    // A guess keeps no alert back, only the broker's own word does.
    const leaves = fitted.fits || (kind === 'alert' && Buffer.byteLength(fitted.body) <= session.mostRoom(topic));
    if (!leaves) return refuse(PACKET_TOO_LARGE);
    outbox.sent(entry, now());
    io.publish(session, kind, fitted.body, (outcome) => {
      if (outcome.taken) io.taken(outbox.acknowledged(msgId, now()));
      else refuse(outcome.reason);
    });
  }

  let moreToCome = false;
  const inAnotherTurn = ({ turns }: Session) => {
    if (moreToCome) return;
    moreToCome = true;
    turns.add(() => {
      moreToCome = false;
      io.more();
    });
  };

  return (session, only) => {
    const next = () => {
      const room = roomFor(session.inFlight(), session.limit());
      return outbox.next(now(), room === 'anything' ? (only ?? room) : room, session.inFlight() === 0);
    };
    for (let entry = next(); entry; entry = next()) {
      send(session, entry);
      if (session.turns.isOver()) return inAnotherTurn(session);
    }
  };
}
