// Turns chunks of a line into messages, and raises the fault `line-garbage` for bytes that belong to none.

import type { DriverIo } from '#contract/driver.ts';
import type { Moment } from '#contract/time.ts';
import { nothing, type Splitter } from '#wire/frames.ts';
import { garbageMeter } from './garbage.ts';

/**
 * A frame's bytes follow each other within milliseconds, those of two USB packets within 20: half a frame that has been
 * quiet for this long will not be completed, and must not swallow the beginning of the next one.
 */
const BROKEN_FRAME_MS = 250;

export interface Frames<Message> {
  split: Splitter;
  /** Undefined for a frame that the data sheet does not list: it counts as garbage. */
  decode(frame: Uint8Array): Message | undefined;
  take(message: Message, at: Moment): void;
}

export interface FrameReceiver {
  receive(chunk: Uint8Array, at: Moment): void;
  /** The line starts over: half a frame from before is thrown away. */
  forget(): void;
}

export function frameReceiver<Message>(
  { fault }: Pick<DriverIo<'serial', unknown>, 'fault'>,
  { split, decode, take }: Frames<Message>,
): FrameReceiver {
  const meter = garbageMeter();
  let rest: Uint8Array = nothing;
  let lastBytes: Moment | undefined;

  return {
    receive(chunk, at) {
      let [good, lost] = [0, 0];
      if (lastBytes && at.mono - lastBytes.mono > BROKEN_FRAME_MS) {
        lost += rest.length;
        rest = nothing;
      }
      lastBytes = at;
      const cut = split(rest, chunk);
      rest = cut.rest;
      lost += cut.skipped;
      for (const frame of cut.frames) {
        const message = decode(frame);
        if (message === undefined) lost += frame.length;
        else {
          good += frame.length;
          take(message, at);
        }
      }
      // Without a count in its context: each new context is reported again.
      fault('line-garbage', meter.add(at.mono, good, lost));
    },
    forget() {
      rest = nothing;
    },
  };
}
