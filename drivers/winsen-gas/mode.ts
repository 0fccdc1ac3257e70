// Whether the module answers or uploads by itself: it is told at the start, and again when it is seen to have forgotten.

import { type Clock, type Moment, SECOND } from '#contract/time.ts';
import { modeCommand } from './codec.ts';
import type { Model } from './models.ts';

/** A module that goes on in the other mode is told again, but not at each frame. */
const AGAIN_MS = 5 * SECOND;
/** A module that agreed to answer only, and has uploaded nothing for so long, follows. */
const FOLLOWS_MS = 5 * SECOND;

export interface Mode {
  /** The line came up: whatever is at its end has to be told. */
  begin(): void;
  /** The bytes to write where the module is to be told in this turn. @param silent it may have lost its power */
  due(silent: boolean): Uint8Array | undefined;
  /** It agreed to switch. */
  agreed(at: Moment): void;
  /**
   * It uploaded though it is to answer only: it was never told, does not follow, or lost its mode. True for the last, which
   * shows that it lost its power.
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
  let toTell = true;
  let toldAt = Number.NEGATIVE_INFINITY;
  /** When it last agreed to upload no more, or uploaded all the same; undefined before it agreed. */
  let uploadEndedAt: number | undefined;
  return {
    begin() {
      toTell = true;
      toldAt = Number.NEGATIVE_INFINITY;
    },
    due(silent) {
      const now = clock.now().mono;
      const tell = toTell || silent;
      toTell = false;
      if (!tell || !model.upload || now - toldAt < AGAIN_MS) return undefined;
      toldAt = now;
      return modeCommand(address, asking ? model.upload.query : model.upload.active);
    },
    agreed({ mono }) {
      if (asking) uploadEndedAt = mono;
    },
    strayed({ mono }) {
      toTell = true;
      if (uploadEndedAt === undefined) return false;
      const followed = mono - uploadEndedAt >= FOLLOWS_MS;
      uploadEndedAt = mono;
      return followed;
    },
  };
}
