// Says "armed" once card, devices and channels have told how they are; those that never do are faults by then.

import { type Cancel, type Clock, every, later, SECOND } from '#contract/time.ts';

/** A device or channel that has told nothing by then is reported as silent, so that "armed" can be said truthfully. */
const ARMED_WITHIN_MS = 5 * SECOND;

/** @param card a first write, whichever way it ends */
export function watchArmed({
  clock,
  card,
  settled,
  giveUp,
  say,
}: {
  clock: Clock;
  card: Promise<unknown>;
  settled(): boolean;
  /** Whoever has told nothing is at fault. */
  giveUp(): void;
  say(): void;
}): Cancel {
  let cardTold = false;
  const told = () => {
    cardTold = true;
  };
  card.then(told, told);
  const by = later(clock.now().mono, ARMED_WITHIN_MS);
  const cancel = every(clock, 20, 'armed', () => {
    const late = clock.now().mono >= by;
    if (!late && !(settled() && cardTold)) return;
    cancel();
    giveUp();
    say();
  });
  return cancel;
}
