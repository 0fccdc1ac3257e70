// How a device is made to speak: `defineDriver` and what the driver host gives it.

import type { z } from 'zod';
import type { OutputAction, OutputResult } from './alert.ts';
import type { Device, DeviceKind } from './device.ts';
import type { FaultCodeOf } from './fault.ts';
import type { Log } from './log.ts';
import type { Quantity } from './quantity.ts';
import type { Sample } from './reading.ts';
import type { Clock, Moment } from './time.ts';
import type { RadioDiscovery, RadioExtras, Transports } from './transport.ts';

export interface DriverIo<T extends keyof Transports, Options> {
  device: Device;
  options: Options;
  clock: Clock;
  /** Links opened through it are watched by the host: up and down reach supervision without the driver's help. */
  transport: Transports[T];
  /** A sample, stamped by the host with `at`, or with now. */
  emit(sample: Sample, at?: Moment): void;
  /** The device was heard and has nothing new to say: it is not silent. Emitting implies it. */
  heard?(): void;
  /** A lasting condition of this device begins or ends. Saying the same again changes nothing. */
  fault(code: DriverFault, active: boolean, context?: Record<string, string | number | boolean>): void;
  /** What this device's radio offers in addition to its transport; a wire offers nothing. */
  radio?: RadioExtras<T>;
  log: Log;
}

/** Faults that a driver may raise: those of its own device. */
export type DriverFault = FaultCodeOf<'driver'>;

export interface RunningDriver {
  stop(): Promise<void>;
  /**
   * Carries out one action, once; resolves with how certain the outcome is. Deadline and retries are the caller's.
   * `text` is for a wearable with a screen, for which `on` means to vibrate.
   */
  perform?(
    action: OutputAction,
    text?: string,
  ): Promise<Extract<OutputResult, 'commanded' | 'confirmed' | 'unconfirmed'>>;
}

export interface Driver<T extends keyof Transports = keyof Transports, Shape extends z.ZodObject = z.ZodObject> {
  /** Its folder's name under drivers/, and the value of `driver:` in the config. */
  id: string;
  /** One line for the config reference. */
  summary: string;
  transport: T;
  /** Device kinds it can be. */
  kinds: readonly DeviceKind[];
  /** Options beside `id`, `driver`, `kind` and `room`; each with `.describe`. */
  options: Shape;
  provides: readonly Quantity[];
  accepts: readonly OutputAction[];
  /**
   * For wearables: it reports that its key is held down (`button` as `hold`), by which the wearer can answer that all
   * is well.
   */
  reportsHold?: true;
  /** The longest healthy silence in ms, or null for a device that speaks only when something happens. */
  checkIn(options: z.output<Shape>): number | null;
  run(io: DriverIo<T, z.output<Shape>>): RunningDriver;
  /** For a radio's driver: whether it can speak with the device that the radio discovered. */
  recognises?(discovered: RadioDiscovery<T>): Recognised | undefined;
}

/** A device nearby that could be paired. */
export interface Recognised {
  /** What it probably is; a person may know better. */
  kind: DeviceKind;
  /**
   * Set by a driver for a whole class of devices: another driver that recognises the device too knows more about it.
   */
  general?: true;
  /** What it says can only be read with its own secret: a Bluetooth device's bind key. */
  encrypted?: boolean;
  /** What it said, in short, where any of that is unencrypted. */
  says?: string | undefined;
  /** What it said, in short, where none of it is understood. */
  odd?: string | undefined;
}

/** Gives a driver its types. Registration is a line in drivers/index.ts. */
export const defineDriver = <T extends keyof Transports, Shape extends z.ZodObject>(
  driver: Driver<T, Shape>,
): Driver<T, Shape> => driver;

/** A driver as the host and the config hold it, whatever its options. */
// biome-ignore lint/suspicious/noExplicitAny: `run` takes its own options' type, which only its own schema can give
export type AnyDriver = Driver<any, any>;
