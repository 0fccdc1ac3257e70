// Faults over a restart: what was on stays on until it is seen to be over. A process that has only just begun has seen
// nothing yet.
//
// The journal keeps which faults people know of. A start takes them up as they were, and each waits for a verdict: its cause
// says that it is on or over; or its device is heard, which ends what silenced it; or so much time passes with everything
// running that a cause which were still there would have spoken.

import { type Fault, type FaultKey, faultCodes, faultKey, unheardCodes } from '#contract/fault.ts';
import type { Json } from '#contract/json.ts';
import type { Restored } from '#contract/store.ts';
import { HOUR, later, type Moment, type MonoMs, soonest } from '#contract/time.ts';
import { type FaultBook, type FaultState, faultState } from './faults.ts';

/** Name of the journal's fact: the faults that people know of. */
export const KNOWN_FAULTS = 'faults';

/** From the first word of a device on: a battery may speak only once a day. */
const DEVICE_VERDICT_MS = 24 * HOUR;
/** From the start on, of all else that watches by itself. */
const OWN_VERDICT_MS = HOUR;

/** What the journal is to keep. `lastSeq`: of the newest outbox entry, which tells what an older version wrote since. */
export const knownFaults = (book: FaultBook, lastSeq: number): Json => ({
  seq: lastSeq,
  on: Object.values(book).flatMap(({ fault, active, reported }) =>
    active && reported ? [fault as unknown as Json] : [],
  ),
});

/** Takes up what the journal holds, but for faults that are known already. Returns those that were taken up. */
export function carryOver(book: FaultBook, { facts, outbox }: Restored, now: Moment): Fault[] {
  const { seq, on } = readFact(facts[KNOWN_FAULTS]);
  // A version of before keeps no such fact: that it had a fault to tell is seen in what waits to be sent.
  const unlisted = outbox.flatMap((entry) =>
    entry.kind === 'fault' && entry.seq > seq ? (faultOfSlot(entry.slot, now) ?? []) : [],
  );
  const carried = [...on, ...unlisted].filter((fault) => isKnownCode(fault) && !book[faultKey(fault)]);
  for (const fault of carried) book[faultKey(fault)] = carriedState(fault, now);
  return carried;
}

const carriedState = (fault: Fault, { mono }: Moment): FaultState =>
  faultState(fault, {
    // Its own instant may be of another boot. People know of it: it need not ripen again.
    since: later(mono, -(fault.visibleAfterMs ?? faultCodes[fault.code].visibleAfterMs)),
    reported: true,
    fresh: false,
    cause: { active: true, at: mono },
    carried: {},
  });

/** The device was heard. Returns what is thereby over; for all else that is carried over from before, its time begins. */
export function heardAgain(book: FaultBook, deviceId: string, now: MonoMs): FaultKey[] {
  const over: FaultKey[] = [];
  for (const state of carriedIn(book)) {
    if (state.fault.subject !== `device:${deviceId}`) continue;
    if (unheardCodes.includes(state.fault.code)) over.push(faultKey(state.fault));
    else state.carried.verdictAt ??= later(now, DEVICE_VERDICT_MS);
  }
  return over;
}

/** All is running: the time begins of what nobody is waited for with. A channel says how it is; a device is heard. */
export function beginVerdicts(book: FaultBook, isAwaited: (fault: Fault) => boolean, now: MonoMs): void {
  for (const { fault, carried } of carriedIn(book))
    if (!isAwaited(fault)) carried.verdictAt ??= later(now, OWN_VERDICT_MS);
}

/** What nobody has confirmed in all the time it had. */
export const unconfirmed = (book: FaultBook, now: MonoMs): FaultKey[] =>
  carriedIn(book).flatMap(({ fault, carried: { verdictAt } }) =>
    verdictAt !== undefined && verdictAt <= now ? [faultKey(fault)] : [],
  );

export const nextVerdict = (book: FaultBook): MonoMs | undefined =>
  soonest(...carriedIn(book).map(({ carried }) => carried.verdictAt));

type Carried = FaultState & { carried: NonNullable<FaultState['carried']> };
const carriedIn = (book: FaultBook): Carried[] =>
  Object.values(book).filter((state): state is Carried => state.carried !== undefined);

/** A fault of a newer version: nobody here could say that it is over. */
const isKnownCode = ({ code }: Fault): boolean => Object.hasOwn(faultCodes, code);

function readFact(fact: Json | undefined): { seq: number; on: Fault[] } {
  if (typeof fact !== 'object' || fact === null || Array.isArray(fact)) return { seq: 0, on: [] };
  const { seq, on } = fact;
  return { seq: typeof seq === 'number' ? seq : 0, on: Array.isArray(on) ? (on as unknown as Fault[]) : [] };
}

/** `fault/<code>@<subject>` */
function faultOfSlot(slot: string, now: Moment): Fault | undefined {
  const [, code, subject] = /^fault\/([^@]+)@(.+)$/s.exec(slot) ?? [];
  if (code === undefined || subject === undefined) return undefined;
  return { code, subject, since: now, dependsOn: [], context: {} } as unknown as Fault;
}
