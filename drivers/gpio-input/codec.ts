// From edges to presses and contact states: a debouncer and a button, as pure steps over plain state.
// Time is the kernel's time of the edge, so that edges which arrive late together are judged by when they happened.

import { later, type Moment, type MonoMs, shifted } from '#contract/time.ts';

/** A line's level as the port reports it. */
export interface Level {
  active: boolean;
  at: Moment;
  /** `found`: the level at the start of watching; edges before it may be missing. */
  why: 'edge' | 'found';
}
/** A change that lasted, with the instant of the first edge of its stable run. */
export interface Change {
  active: boolean;
  at: Moment;
}

/** The debouncer's state. */
export interface Contact {
  settled: boolean;
  /** The level that has to last before it counts. */
  run: Change | null;
  /** No edge yet since a level was found: what happened right after it may have gone unseen. */
  unproven: boolean;
  foundAt: MonoMs | null;
  /** An edge came to the level that the line was believed to have, so that it had left that level unseen. */
  missed: boolean;
}

export const contactAtStart: Contact = { settled: false, run: null, unproven: true, foundAt: null, missed: false };

/**
 * A level may change between its being read and the beginning of the watch: an edge up to this much later, in ms, is
 * taken as proof of that.
 */
const GAP_BELIEVED = 60_000;

export interface Settled {
  contact: Contact;
  changes: Change[];
}

/**
 * Takes in an edge, or a level that was found. A level lasts when no edge came for `debounceMs`.
 *
 * Found levels count at once: nobody knows how long the line has been so, and a press must not be lost. If the first
 * edge after one leads to the level that was found, the line had changed in the gap before the watch began: a press
 * whose beginning nobody saw. Other edges to the level already there are left by interference that is too short for the
 * kernel to read both of its levels; they are no presses.
 */
export function level(contact: Contact, { active, at, why }: Level, debounceMs: number): Settled {
  const { contact: before, changes } =
    why === 'found' && contact.missed ? settle(contact) : lasting(contact, at, debounceMs);
  if (why === 'found') {
    const found: Contact = { settled: active, run: null, unproven: true, foundAt: at.mono, missed: false };
    const since = before.run?.active === active ? before.run.at : at;
    return { contact: found, changes: active === before.settled ? changes : [...changes, { active, at: since }] };
  }
  const missed = before.missed || (active === before.settled && inGap(before, at));
  const run = active !== before.settled || missed ? { active, at } : null;
  return { contact: { ...before, run, unproven: false, missed }, changes };
}

const inGap = ({ unproven, foundAt }: Contact, at: Moment): boolean =>
  unproven && (foundAt === null || at.mono - foundAt <= GAP_BELIEVED);

/** What has lasted by `at`. */
export function lasting(contact: Contact, at: Moment, debounceMs: number): Settled {
  const due = dueAt(contact, debounceMs);
  return due !== undefined && at.mono >= due ? settle(contact) : { contact, changes: [] };
}

/** When the run that has to last will have done so. */
export const dueAt = ({ run }: Contact, debounceMs: number): MonoMs | undefined =>
  run ? later(run.at.mono, debounceMs) : undefined;

function settle(contact: Contact): Settled {
  const { run, settled } = contact;
  if (!run) return { contact, changes: [] };
  const { active, at } = run;
  return {
    contact: { ...contact, settled: active, run: null, missed: false },
    // Back where it was, having been away in between: both happened.
    changes: active === settled ? [{ active: !active, at }, run] : [run],
  };
}

/** A button: presses with their hold and their release, and whether it is stuck. */
export interface Button {
  contact: Contact;
  pressed: { at: Moment; held: boolean; stuck: boolean } | null;
}

export const buttonAtStart: Button = { contact: contactAtStart, pressed: null };

export interface ButtonTimes {
  debounceMs: number;
  holdMs: number;
  stuckMs: number;
}

export interface ButtonEvent {
  kind: 'press' | 'hold' | 'release' | 'stuck' | 'freed';
  at: Moment;
}

export interface ButtonStep {
  button: Button;
  events: ButtonEvent[];
  /** When to be called with the time, if no level comes before. */
  wakeAt: MonoMs | undefined;
}

/**
 * Takes in a level, or only that it is now `at`. Events come in order of time; never two presses without a release
 * between.
 */
export function button(state: Button, input: Level | { at: Moment }, times: ButtonTimes): ButtonStep {
  const { contact, changes } =
    'why' in input ? level(state.contact, input, times.debounceMs) : lasting(state.contact, input.at, times.debounceMs);
  const events: ButtonEvent[] = [];
  let { pressed } = state;

  const heldUntil = (at: Moment) => {
    if (!pressed) return;
    for (const { kind, mark, after } of marks(times)) {
      if (pressed[mark] || at.mono < pressed.at.mono + after) continue;
      events.push({ kind, at: shifted(pressed.at, after) });
      pressed = { ...pressed, [mark]: true };
    }
  };

  for (const { active, at } of changes) {
    heldUntil(at);
    if (active && !pressed) {
      events.push({ kind: 'press', at });
      pressed = { at, held: false, stuck: false };
    } else if (!active && pressed) {
      events.push({ kind: 'release', at });
      if (pressed.stuck) events.push({ kind: 'freed', at });
      pressed = null;
    }
  }
  heldUntil(input.at);

  // While a release may be under way, whether it lasts is decided first: only then is it known if the press still held
  // at its deadlines.
  const due = [dueAt(contact, times.debounceMs), ...(contact.run ? [] : deadlines(pressed, times))];
  return { button: { contact, pressed }, events, wakeAt: earliest(due) };
}

const marks = ({ holdMs, stuckMs }: ButtonTimes) =>
  (
    [
      { kind: 'hold', mark: 'held', after: holdMs },
      { kind: 'stuck', mark: 'stuck', after: stuckMs },
    ] as const
  ).toSorted((a, b) => a.after - b.after);

const deadlines = (pressed: Button['pressed'], times: ButtonTimes): MonoMs[] =>
  pressed ? marks(times).flatMap(({ mark, after }) => (pressed[mark] ? [] : [later(pressed.at.mono, after)])) : [];

function earliest(deadlines: (MonoMs | undefined)[]): MonoMs | undefined {
  const known = deadlines.filter((deadline) => deadline !== undefined);
  return known.length > 0 ? (Math.min(...known) as MonoMs) : undefined;
}
