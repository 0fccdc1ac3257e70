// Ports to the outside of the box. The transports room and the simulated home stand behind them.

import type { Advert, BleExtras, BleTransport } from './ble-port.ts';
import type { LinkDown, LinkEvents } from './link.ts';
import type { Cancel, Moment } from './time.ts';

export interface SerialSpec {
  /** A stable device path (`/dev/serial/by-id/…`), or `tcp://host:port` for a serial server. */
  path: string;
  baudRate: number;
  parity?: 'none' | 'even' | 'odd' | undefined;
  stopBits?: 1 | 2 | undefined;
}

export interface SerialLink {
  /** Hands bytes to the line. What cannot be written within a second means a lost line: `down` follows, and a reopen. */
  write(bytes: Uint8Array): void;
  /** Closes and opens again, for a driver that hears nothing or only garbage. `down` is reported only when it does not open at once. */
  reopen(why: string): void;
  close(): Promise<void>;
}

/**
 * Opens lines and never stops trying: a line that is missing or goes away is `down` and opened again, within a second
 * at first.
 */
export interface SerialTransport {
  open(spec: SerialSpec, events: LinkEvents & { bytes(chunk: Uint8Array, at: Moment): void }): SerialLink;
}

export interface LineSpec {
  /** A chip's label (`pinctrl-rp1`), or `sim:<socket>` for the simulated home's. Never a number: those differ per kernel. */
  chip: string;
  /** The line's name, or its offset on the chip where it has no name. */
  line: string;
  /** The line is active when electrically low: a button to ground with a pull-up. */
  activeLow: boolean;
  bias?: 'pull-up' | 'pull-down' | 'disabled' | undefined;
}

/** A change of a line's logical level. */
export interface LineEvent {
  active: boolean;
  /** When the kernel saw it: late delivery does not change it. */
  at: Moment;
  /** `found`: the level at the start of watching, or after the watch was lost and replaced; edges before it may be missing. */
  why: 'edge' | 'found';
}

/** A problem with the tools under a line, which has healed or is healing; the line may be up all the while. */
export interface LineTrouble {
  trouble: 'monitor-stopped' | 'monitor-replaced';
  active: boolean;
}

export interface LineOutput {
  /** Resolves when the kernel holds the line at the level, rejects with a TransportError when it cannot. */
  set(active: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface GpioTransport {
  watch(
    spec: LineSpec,
    events: LinkEvents & { line(event: LineEvent): void; trouble(trouble: LineTrouble): void },
  ): { close: () => Promise<void> };
  /** Leaves the line alone until the first `set`. */
  output(spec: LineSpec, events: LinkEvents): LineOutput;
}

export interface ModbusSpec extends SerialSpec {
  /** The slave's number on the bus, 1 to 247. */
  unit: number;
  /** `tcp` (MBAP header) or `rtu` (through a serial server) on tcp://host:port, `tcp` by default; a device path is always RTU. */
  framing?: 'rtu' | 'tcp' | undefined;
  /** The longest time in ms that the slave takes to begin a healthy answer; 500 by default. */
  answerMs?: number | undefined;
}

/** Why a read gave nothing: the `code` of what it rejects with. None of them is ever a value. */
export type ModbusFailure =
  /** No answer within the deadline. */
  | 'modbus-timeout'
  /** Something came that is no answer to this question: half, doubled, corrupt, or another slave's. */
  | 'modbus-garbled'
  /** The slave refused; `context.exception` is its code (Modbus Application Protocol V1.1b3, section 7). */
  | 'modbus-exception'
  /** The slave failed three times in a row and is left alone for a while; `context.last` says how it failed. */
  | 'modbus-resting'
  /** The port is not there. */
  | 'modbus-down'
  | 'modbus-closed';

/**
 * One slave. A read rejects with a TransportError whose `code` is a ModbusFailure. RTU answers do not say where they were
 * read: places that one device reads in turn should differ in count, so that no answer of one can pass for another's.
 */
export interface ModbusLink {
  /** FC03. `address` is the one on the wire, from 0: register 40001 of a manual is usually 0. */
  readHolding(address: number, count: number): Promise<number[]>;
  /** FC04. */
  readInput(address: number, count: number): Promise<number[]>;
  close(): Promise<void>;
}

/**
 * Slaves that share a path share one bus, one question at a time. `up` and `down` are the port's: a slave that does not
 * answer is seen by its reads alone.
 */
export interface ModbusTransport {
  /** Throws a TransportError where another slave has opened the same path with other line settings. */
  open(spec: ModbusSpec, events: LinkEvents): ModbusLink;
}

/**
 * The port of each transport. Each of its methods opens a link, `(spec, events) => link`: events begin with `LinkEvents`,
 * and the link has a `close`.
 */
export interface Transports {
  serial: SerialTransport;
  modbus: ModbusTransport;
  gpio: GpioTransport;
  ble: BleTransport;
}

/** What each radio offers in addition to its port. A wire has no row. */
export interface Radios {
  ble: {
    /** What a driver is given in addition. */
    extras: BleExtras;
    /**
     * By what a driver recognises a device that could be paired; an advert's `name` may come from an earlier advert.
     */
    discovery: Advert;
  };
}

export type RadioExtras<T> = T extends keyof Radios ? Radios[T]['extras'] : never;
export type RadioDiscovery<T> = T extends keyof Radios ? Radios[T]['discovery'] : never;

export type { Cancel, LinkDown, LinkEvents };
