// From the levels of a line to what they mean. No debounce: a plain contact or button is the gpio-input driver's already.
// This meaning is a placeholder that works: put in its place what the data sheet says, and name the sheet and clause here.

import type { Sample } from '#contract/reading.ts';
import type { LineEvent } from '#contract/transport.ts';

/** The level last reported; null before the first, and after the line was lost. */
export type State = boolean | null;

/** What a level says, if it says anything new. */
export function read(
  known: State,
  { active }: Pick<LineEvent, 'active'>,
): { known: State; sample: Sample | undefined } {
  if (active === known) return { known, sample: undefined };
  return { known: active, sample: { quantity: 'contact', value: active ? 'closed' : 'open', quality: 'good' } };
}
