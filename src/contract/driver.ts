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
  /** The device was heard and says nothing new: it is not silent. Emitting says so as well. */
  heard?(): void;
  /** A lasting condition of this device begins or ends. Saying the same again changes nothing. */
  fault(code: DriverFault, active: boolean, context?: Record<string, string | number | boolean>): void;
  /** What this device's radio gives beside its transport; a wire gives nothing. */
  radio?: RadioExtras<T>;
  log: Log;
}

/** Faults that a driver may raise: those of its own device. */
export type DriverFault = FaultCodeOf<'driver'>;

export interface RunningDriver {
  stop(): Promise<void>;
  /**
   * Carries out one action, once; resolves with how sure it is. Deadline and retries are the caller's. `text` is for a
   * wearable with a screen, whose `on` is to vibrate.
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
  /** Of wearables: tells its key held down (`button` as `hold`), by which the wearer can answer that all is well. */
  tellsHold?: true;
  /** The longest healthy silence in ms, or null for a device that speaks only when something happens. */
  checkIn(options: z.output<Shape>): number | null;
  run(io: DriverIo<T, z.output<Shape>>): RunningDriver;
  /** Of a radio's driver: whether what the radio discovered is a device that it can speak with. */
  recognises?(discovered: RadioDiscovery<T>): Recognised | undefined;
}

/** A device nearby that could be paired. */
export interface Recognised {
  /** What it probably is; a person may know better. */
  kind: DeviceKind;
  /** Of a driver for a whole class of devices: where another driver recognises the device too, that one knows more of it. */
  general?: true;
  /** What it says can be read with its own secret alone: a Bluetooth device's bind key. */
  encrypted?: boolean;
  /** What it said, in short, where it says anything in plain. */
  says?: string | undefined;
  /** What it said that is not understood, in short, where nothing of it is. */
  odd?: string | undefined;
}

/** Gives a driver its types. Registration is a line in drivers/index.ts. */
export const defineDriver = <T extends keyof Transports, Shape extends z.ZodObject>(
  driver: Driver<T, Shape>,
): Driver<T, Shape> => driver;

/** A driver as the host and the config hold it, whatever its options. */
// biome-ignore lint/suspicious/noExplicitAny: `run` takes its own options' type, which only its own schema can give
export type AnyDriver = Driver<any, any>;
