// Whether the module answers or uploads by itself: ordered at the start, and again when the module has evidently
// forgotten.

import { type Clock, type Moment, SECOND } from '#contract/time.ts';
import { modeCommand } from './codec.ts';
import type { Model } from './models.ts';

/** A module that continues in the other mode is ordered again, but not at each frame. */
const AGAIN_MS = 5 * SECOND;
/** A module that agreed to answer only, and has uploaded nothing for this long, complies. */
const FOLLOWS_MS = 5 * SECOND;

export interface Mode {
  /** The line came up: whatever is at its end needs the order. */
  begin(): void;
  /** The bytes to write where the order is due in this turn. @param silent the module may have lost its power */
  due(silent: boolean): Uint8Array | undefined;
  /** It agreed to switch. */
  agreed(at: Moment): void;
  /**
   * It uploaded although it is to answer only: it never got the order, does not comply, or lost its mode. True for the
   * last, which shows that it lost its power.
   */
  strayed(at: Moment): boolean;
}

/** @param asking whether the module is to answer, and not to upload */
export function modeOf({
  clock,
  model,
  address,
  asking,
}: {
  clock: Clock;
  model: Model;
  address: number;
  asking: boolean;
}): Mode {
  let isPending = true;
  let sentAt = Number.NEGATIVE_INFINITY;
  /** When it last agreed to stop uploading, or uploaded all the same; undefined before it agreed. */
  let uploadEndedAt: number | undefined;
  return {
    begin() {
      isPending = true;
      sentAt = Number.NEGATIVE_INFINITY;
    },
    due(silent) {
      const now = clock.now().mono;
      const wanted = isPending || silent;
      isPending = false;
      if (!wanted || !model.upload || now - sentAt < AGAIN_MS) return undefined;
      sentAt = now;
      return modeCommand(address, asking ? model.upload.query : model.upload.active);
    },
    agreed({ mono }) {
      if (asking) uploadEndedAt = mono;
    },
    strayed({ mono }) {
      isPending = true;
      if (uploadEndedAt === undefined) return false;
      const followed = mono - uploadEndedAt >= FOLLOWS_MS;
      uploadEndedAt = mono;
      return followed;
    },
  };
}
