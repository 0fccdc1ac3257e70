// The shape of every detector: a pure step over plain state.

import type { z } from 'zod';
import type { Device } from './device.ts';
import type { Fault, FaultCode } from './fault.ts';
import type { Finding } from './finding.ts';
import type { Hazard } from './hazard.ts';
import type { Json } from './json.ts';
import type { Quantity } from './quantity.ts';
import type { Reading } from './reading.ts';
import type { Moment, MonoMs } from './time.ts';

export type Input =
  | { kind: 'reading'; at: Moment; reading: Reading; device: Device }
  | { kind: 'fault'; at: Moment; fault: Fault; active: boolean }
  | { kind: 'deadline'; at: Moment };

export interface Step<State> {
  state: State;
  findings: Finding[];
  /** When to be called with a deadline, if nothing comes before; replaces the one asked for earlier. */
  wakeAt?: MonoMs | undefined;
  /** What it has found out about a sensor. Saying the same again changes nothing. */
  faults?: SensorFault[] | undefined;
  /** The state is worth a write now, though nothing is found yet. For rare, bounded moments: each one costs the card. */
  save?: true | undefined;
}

export interface SensorFault {
  code: FaultCode;
  subject: `device:${string}`;
  active: boolean;
  context: Fault['context'];
}

/** @typeParam State plain JSON: it is checkpointed, forked, and survives a restart. */
export interface Detector<State extends Json = Json, Shape extends z.ZodObject = z.ZodObject> {
  /** Unique among detectors; names its options in the config and its checkpoint in the journal. */
  id: string;
  /** Null for one that watches the sensors themselves: it gives faults, and no findings. */
  hazard: Hazard | null;
  /** Readings of other quantities are not shown to it. */
  consumes: readonly Quantity[];
  /** Its branch of the config, every option with a default and a `.describe`. */
  options: Shape;
  /** When its state is written down: with every alert and where it asks for it (`save`), or never (a restart finds out anew). */
  checkpoint: 'alert' | 'none';
  start(): State;
  step(state: State, input: Input, options: z.output<Shape>): Step<State>;
}

/** Gives a detector its types. */
export const defineDetector = <State extends Json, Shape extends z.ZodObject>(
  detector: Detector<State, Shape>,
): Detector<State, Shape> => detector;

/** A detector as the pipeline and the config hold it, whatever its state and options. */
// biome-ignore lint/suspicious/noExplicitAny: `step` takes its own state and options, which only it can give
export type AnyDetector = Detector<any, any>;
