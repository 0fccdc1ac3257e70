// How the box speaks to the people in the home. Console back-ends stand behind these until lights and voice are wired.

import type { OutputAction, OutputResult } from './alert.ts';
import type { Words } from './words.ts';

/**
 * The stages that the resident is shown, in order. `asking`: a pending alert asks whether all is well; `still-trying`:
 * the call has been `registered` or `sent` for too long.
 */
export const stages = ['asking', 'pressed', 'registered', 'sent', 'received', 'confirmed', 'still-trying'] as const;
export type Stage = (typeof stages)[number];

/** A light and a sound, as patterns: [ms on, ms off, …], repeated `times` (0: until changed). */
export interface Pattern {
  onOffMs: readonly number[];
  times: number;
}
export interface Cue {
  stage: Stage;
  light: Pattern;
  beep: Pattern;
  say: Words;
}

/** Voice. */
export interface Speaker {
  say(words: Words): void;
}
/** The lights and buzzers that show where a call stands. Those not named are dark and quiet; no cue: nothing is open. */
export interface Indicator {
  signal(cue: Cue | null, outputIds: readonly string[]): void;
}
/** What a wearable is to make its wearer feel by vibrating, and to show where it has a screen. */
export interface WearableSignal {
  deviceId: string;
  /** Changes when the same signal is to be felt again. */
  key: string;
  words: Words;
}
/** The wearables that can vibrate. A signal that is no longer in the list is no longer tried. */
export interface Wearables {
  signal(signals: readonly WearableSignal[]): void;
}
/** Switches an output; resolves with the outcome after its retries, and never rejects. */
export interface OutputSwitch {
  setState(outputId: string, action: OutputAction): Promise<{ result: OutputResult; attempts: number }>;
}
