// The shape of every detector: a pure step over plain state.

import type { z } from 'zod';
import type { AlertOutcome } from './alert.ts';
import type { CommandAnswer } from './command.ts';
import type { Device, Person, Subject } from './device.ts';
import type { Fault, FaultCodeOf, SubjectOf } from './fault.ts';
import type { Finding } from './finding.ts';
import type { Format } from './format.ts';
import type { Hazard, Severity } from './hazard.ts';
import type { HealthOrder, Measurement } from './health.ts';
import type { Json } from './json.ts';
import type { Presence, PresenceAct, SaidOver } from './presence.ts';
import type { Quantity } from './quantity.ts';
import type { Reading } from './reading.ts';
import type { Moment, MonoMs } from './time.ts';
import type { Warning } from './warning.ts';

export type Input =
  /** `heardAt`: when it arrived, where that is not the instant it is about: a meter may have kept it for days. */
  | { kind: 'reading'; at: Moment; reading: Reading; device: Device; heardAt?: Moment | undefined }
  | { kind: 'fault'; at: Moment; fault: Fault; active: boolean }
  /** What a person declared, or the platform in a person's name. */
  | { kind: 'said'; at: Moment; said: PresenceAct }
  /** The platform's order about measurements of the body; `id` is the command's. */
  | { kind: 'order'; at: Moment; id: string; order: HealthOrder }
  /**
   * A person resolved an alert with this key. The detector forgets that it reported the condition, so that what still
   * holds is found again. `heard`: the device that noticed it can be heard now; of one that cannot, the last word is
   * out of date.
   */
  | {
      kind: 'resolved';
      at: Moment;
      hazard: Hazard;
      subject: Subject;
      deviceId: string;
      severity: Severity;
      /** The alert was about a measured level. */
      level: boolean;
      act: 'resolve';
      /** What it was, where the person said so. */
      outcome?: AlertOutcome | undefined;
      heard: boolean;
    }
  /** The presence model has changed its mind; the view has the new value. */
  | { kind: 'presence'; at: Moment; presence: Presence }
  /**
   * To those that learn (`hourly`): the gateway has come up. The state is the last checkpoint's, or new; faults that
   * are on are reported again.
   */
  | {
      kind: 'start';
      at: Moment;
      /** How long before that nobody watched, up to an hour less or more; absent where nobody can know. */
      unseenMs?: number | undefined;
    }
  | { kind: 'deadline'; at: Moment };

/** The home as a detector may see it beside its input. */
export interface HomeView {
  /** IANA name; for `localTime`. */
  zone: string;
  devices: readonly Device[];
  people?: readonly Person[] | undefined;
  presence: Presence;
  /** Ids of the detectors that are switched off: a fault about what nobody asked for would be noise. */
  off?: readonly string[] | undefined;
}

/**
 * Ids of the rules that depend on the exit door: in a home where none is marked (`isExitDoor`) they notice nothing.
 */
export const exitDoorRules = ['wandering', 'absence', 'door-open', 'door-unused'] as const;

export interface Step<State> {
  state: State;
  findings: Finding[];
  /** When to be called with a deadline, if no other input comes first; replaces the one asked for earlier. */
  wakeAt?: MonoMs | undefined;
  /**
   * What it has found out about a sensor, or about what the home's sensors can see. Repeating the same changes nothing.
   */
  faults?: FoundFault[] | undefined;
  /** What is to be said in the home, or is no longer to be said. */
  warnings?: Warning[] | undefined;
  /** Which raw samples are to be kept; all others are forgotten. */
  keep?: Around[] | undefined;
  /** Measurements that are new, or about which more is known now. */
  measurements?: Measurement[] | undefined;
  /** The answer to an order, from the one detector that the order is for. */
  answer?: Pick<CommandAnswer, 'done' | 'refused'> | undefined;
  /** From the presence model alone: what it believes now. */
  presence?: Presence | undefined;
  /** From the presence model alone: what people said ends, and they have not said so. */
  saidOver?: SaidOver | undefined;
  /**
   * The state is worth writing now, although nothing was found. For rare, bounded moments: each write wears the card.
   */
  save?: true | undefined;
}

/** A moment whose raw samples, some seconds around it, are worth keeping. */
export interface Around {
  deviceId: string;
  at: MonoMs;
  /** A finding of this step is about it; else it only resembled one. */
  found: boolean;
}

/** Faults that a detector may find: of a sensor, or of what the sensors of the home can see. */
export type DetectorFault = FaultCodeOf<'detector'>;

export interface FoundFault {
  code: DetectorFault;
  subject: SubjectOf<DetectorFault>;
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
  /**
   * When its state is written. `alert`: with every write to the journal. `hourly`: once an hour, at a clean stop, with
   * what it found, and when a person resolved one of its alerts; for what is learned, and under 200 kB for the card's
   * sake. `none`: never, a restart begins afresh. The first two also write when a step asks for it (`save`).
   */
  checkpoint: 'alert' | 'hourly' | 'none';
  /**
   * The format of its state as it is written; the first format where it is left out. A state of another shape has
   * another format.
   */
  format?: Format | undefined;
  start(): State;
  step(state: State, input: Input, options: z.output<Shape>, view: HomeView): Step<State>;
}

/** Gives a detector its types. */
export const defineDetector = <State extends Json, Shape extends z.ZodObject>(
  detector: Detector<State, Shape>,
): Detector<State, Shape> => detector;

/** A detector as the pipeline and the config hold it, whatever its state and options. */
// biome-ignore lint/suspicious/noExplicitAny: `step` takes its own state and options, which only it can give
export type AnyDetector = Detector<any, any>;
