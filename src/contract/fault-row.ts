// What is known about a fault in advance: what it is about, who raises it, what it costs, and the words in which people
// read it.

import type { Words } from './words.ts';

/** What a fault can be about: the first word of its subject. */
export const faultSubjects = ['device', 'port', 'store', 'uplink', 'gateway'] as const;
export type FaultSubject = (typeof faultSubjects)[number];

/** Who raises a fault, by the room of its code. Nobody else may: a driver cannot say that the journal is damaged. */
export const raisers = {
  /** A driver, about its device (`drivers`, `driver-kit`). */
  driver: 'a driver',
  /** The host of the drivers (`hosting`), about their links and their processes. */
  host: 'the driver host',
  /** A radio (`transports`), about itself. */
  radio: 'the radio',
  /** A detector, about a sensor or about what the sensors of the home can see. */
  detector: 'a detector',
  /** The pipeline with its supervision (`core`). */
  core: 'the pipeline',
  /** A way out (`channels`). */
  channel: 'a channel',
  /** The daemon (`service`): stores, clock, log, configuration. */
  service: 'the daemon',
} as const;
export type Raiser = keyof typeof raisers;

/** What a fault costs, the gravest first. */
export const effects = ['protection-lost', 'protection-reduced', 'service'] as const;
export type Effect = (typeof effects)[number];

/**
 * How a fault silences its device. `out-of-reach`: it is not heard, though the way to it works. `cut-off`: that way is
 * gone, and nothing that the device says can arrive. `blind`: it is heard, and says nothing of what it is there to notice.
 */
export const silences = ['out-of-reach', 'cut-off', 'blind'] as const;
export type Silence = (typeof silences)[number];

export interface FaultRow {
  subjects: readonly [FaultSubject, ...FaultSubject[]];
  raisedBy: readonly [Raiser, ...Raiser[]];
  /**
   * `protection-lost`: while it is on, something that should protect somebody does not. `protection-reduced`: it does so
   * less well, or will not for much longer. `service`: nobody is less protected; something wants mending.
   */
  effect: Effect;
  /** For faults of a device: while it is on, what the device does not say proves nothing. */
  silences?: Silence;
  /** People see it only once it has lasted this long, ms. */
  visibleAfterMs: number;
  text: Words;
  /** What to do. */
  advice: Words;
}
