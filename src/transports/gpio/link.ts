// Reports up and down to a link's owner, alternating; a repeated down is reported only when its reason has changed.

import type { LinkDown, LinkEvents } from '#contract/transport.ts';

export interface LinkState {
  readonly isUp: boolean;
  up(): void;
  down(why: LinkDown): void;
  /** Says nothing more. */
  mute(): void;
}

export function linkState(events: LinkEvents): LinkState {
  let state: 'unknown' | 'up' | LinkDown['reason'] = 'unknown';
  let muted = false;
  return {
    get isUp() {
      return state === 'up';
    },
    up() {
      if (muted || state === 'up') return;
      state = 'up';
      events.up();
    },
    down(why) {
      if (muted || state === why.reason) return;
      state = why.reason;
      events.down(why);
    },
    mute() {
      muted = true;
    },
  };
}
