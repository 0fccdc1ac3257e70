// What signs of life and the silences between them teach about a home.

import { msSince } from '#base/instant.ts';
import type { HomeView } from '#contract/detector.ts';
import { MINUTE, type Moment } from '#contract/time.ts';
import type { Lost } from '../lost.ts';
import { beginDay, doorPlace, type Memory, OUT, type Pause, placeOf, remember, stir } from './gaps.ts';
import type { DoorWay } from './limit.ts';
import type { Silence } from './silence.ts';

/** What a sign of life adds to what is known about the home's days. */
export function lived(memory: Memory, { dated, day, minute, mono, place }: Silence, { presence }: HomeView): Memory {
  if (!dated || place === null || presence === 'visitor' || presence === 'unknown') return memory;
  return stir(beginDay(memory, day), { mono, minute, place });
}

/** Who gave the sign of life that ends a silence. */
export type Sign =
  /** Whoever was silent, by moving. */
  | 'movement'
  /** Somebody at the door: perhaps one who comes to help. */
  | 'door'
  /** A button: perhaps a call for help. */
  | 'button';

/** What the silence that ends teaches, if anything. */
export function learn(
  known: { memory: Memory; silence: Silence | null; declared: 'away' | 'visitor' | null; stage: string; lost: Lost },
  at: Moment,
  sign: Sign,
  { presence }: HomeView,
): Memory {
  const { silence, memory, stage, declared } = known;
  if (!silence?.dated || silence.place === null || !at.wallTrusted || presence === 'unknown') return memory;
  const { doubt } = silence;
  // Of days with a visitor only how long it is quiet after the door, or each outing with them would raise a false alarm.
  const isOrdinary = declared === null || (declared === 'visitor' && doubt === 'guest');
  if (!isOrdinary || Object.keys(known.lost).length > 0) return memory;
  // Whoever presses a button after an alert may call for help: that silence was not usual.
  if (stage === 'raised' && sign === 'button') return memory;
  const byDoor = sign === 'door';
  // Whoever comes through the door after an alert comes to help: that silence was not usual.
  // Where somebody was only perhaps inside, it may as well be the resident who comes home.
  if (stage === 'raised' && byDoor && silence.place !== OUT && !doubt) return memory;
  const ms = msSince(silence, at);
  if (ms === undefined) return memory;
  const pause = { ...silence, place: silence.place, minutes: ms / MINUTE };
  if (!doubt) return remember(memory, pause);
  // Whoever was perhaps inside, and comes in by the door, was out; after a guest, nobody knows.
  const wasOut = declared === null && (byDoor || doubt === 'guest');
  return inDoubt(memory, pause, doubt, wasOut);
}

/** For those that begin so; and where it may have been an absence, for absences. */
function inDoubt(memory: Memory, pause: Pause, doubt: DoorWay, wasOut: boolean): Memory {
  const known = placeOf(memory, doorPlace(doubt));
  const own = remember(known.memory, { ...pause, place: known.place });
  return wasOut ? remember(own, { ...pause, place: OUT }) : own;
}
