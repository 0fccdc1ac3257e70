// When the gateway may say that it is armed: the card, every device and every channel have shown how they are, or have had
// their time to. What has shown nothing by then has its fault raised first.

import { type Cancel, type Clock, every, later, SECOND } from '#contract/time.ts';

const ARMED_WITHIN_MS = 5 * SECOND;

/** Calls `armed` once. @param card a first write, whichever way it ends */
export function watchArmed({
  clock,
  card,
  settled,
  giveUp,
  armed,
}: {
  clock: Clock;
  card: Promise<unknown>;
  /** Every device and channel has shown whether it works. */
  settled(): boolean;
  /** Raises the fault of each device that has not. */
  giveUp(): void;
  armed(): void;
}): Cancel {
  let cardAnswered = false;
  const answered = () => {
    cardAnswered = true;
  };
  card.then(answered, answered);
  const by = later(clock.now().mono, ARMED_WITHIN_MS);
  const cancel = every(clock, 20, 'armed', () => {
    const late = clock.now().mono >= by;
    if (!late && !(settled() && cardAnswered)) return;
    cancel();
    giveUp();
    armed();
  });
  return cancel;
}
