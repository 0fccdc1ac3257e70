// A slave that is read again and again, and the one fault that says why it is not: what all drivers on Modbus share.

import type { DriverFault, DriverIo, RunningDriver } from '#contract/driver.ts';
import { HearthwardError, reasonOf } from '#contract/errors.ts';
import type { SlaveOptions } from '#contract/modbus-port.ts';
import { type Cancel, later, SECOND } from '#contract/time.ts';
import type { Block, Registers } from '#wire/modbus/registers.ts';

/** This many failed readings in a row are a fault of this slave. */
export const STRIKES = 3;

export interface Polled {
  /** Read one after another, each time. */
  blocks: readonly Block[];
  /** From the beginning of a reading to that of the next, ms. */
  everyMs: number;
  /** The slave or its port was away, and is back: it may have lost its power, and nothing is known of the time between. */
  returned(): void;
  /** A whole reading. */
  heard(registers: Registers): void;
}

/** The longest healthy silence of a slave, ms: one that rests after failures is tried within it. */
export const checkInMs = ({ pollSeconds }: { pollSeconds: number }): number =>
  Math.max(CHECK_IN_MS, CHECK_IN_POLLS * pollSeconds * SECOND);
const CHECK_IN_MS = 15 * SECOND;
const CHECK_IN_POLLS = 10;

/** The fault of a slave whose readings fail, by how the last one did. */
const failureFaults: ReadonlyMap<string, DriverFault> = new Map([
  ['modbus-timeout', 'device-silent'],
  ['modbus-garbled', 'line-garbage'],
  // It has no such register: another device is fitted.
  ['modbus-exception', 'reading-refused'],
]);

/** Exceptions that say something else (Modbus Application Protocol V1.1b3, section 7). */
const exceptionFaults: ReadonlyMap<unknown, DriverFault> = new Map([
  /** Server device failure. */
  [4, 'sensor-fault'],
  /** Acknowledge: it works on it. */
  [5, 'device-busy'],
  /** Server device busy. */
  [6, 'device-busy'],
  /** Gateway path unavailable. */
  [10, 'device-behind-gateway'],
  /** Gateway target device failed to respond. */
  [11, 'device-behind-gateway'],
]);
/**
 * "The client should retransmit the message later, when the server is free": it is asked again after this long at the
 * latest.
 */
const BUSY_AGAIN_MS = SECOND;

export function pollSlave<Options extends SlaveOptions>(
  { options, clock, transport, fault, log }: DriverIo<'modbus', Options>,
  { blocks, everyMs, returned, heard }: Polled,
): RunningDriver {
  /** Changes with each loss of the port: what was asked before the loss is not answered after it. */
  let life = 0;
  let misses = 0;
  let failing: DriverFault | undefined;
  let everDown = false;
  let cancelPoll: Cancel = () => undefined;

  const { port, unit, framing, baudRate, parity, stopBits, answerMs } = options;
  const link = transport.open(
    { path: port, unit, framing, baudRate, parity, stopBits, answerMs },
    {
      up() {
        life += 1;
        // The first `up` of all is the start.
        if (everDown) returned();
        pollIn(0);
      },
      down() {
        life += 1;
        everDown = true;
        misses = 0;
        say(undefined);
        cancelPoll();
      },
    },
  );

  function pollIn(ms: number): void {
    cancelPoll();
    cancelPoll = clock.at(later(clock.now().mono, ms), 'modbus-poll', () => void poll());
  }

  async function poll(): Promise<void> {
    const mine = life;
    const begun = clock.now().mono;
    let nextMs = everyMs;
    try {
      const registers = await read();
      if (mine !== life) return;
      if (misses >= STRIKES) returned();
      misses = 0;
      say(undefined);
      heard(registers);
    } catch (thrown) {
      if (mine !== life) return;
      if (miss(thrown) === 'device-busy') nextMs = Math.min(everyMs, BUSY_AGAIN_MS);
    }
    pollIn(Math.max(0, begun + nextMs - clock.now().mono));
  }

  async function read(): Promise<Registers> {
    const registers = new Map<number, number>();
    for (const { table, address, count } of blocks) {
      const words = table === 'holding' ? await link.readHolding(address, count) : await link.readInput(address, count);
      for (const [at, word] of words.entries()) registers.set(address + at, word);
    }
    return registers;
  }

  /** Counts a failed reading. Returns its fault, which is reported from the third in a row on and ends with the next reading. */
  function miss(thrown: unknown): DriverFault {
    misses += 1;
    const { code, context }: Pick<HearthwardError, 'code' | 'context'> =
      thrown instanceof HearthwardError ? thrown : { code: 'unknown', context: { detail: reasonOf(thrown) } };
    const how = code === 'modbus-resting' ? String(context.last) : code;
    const named = exceptionFaults.get(context.exception) ?? failureFaults.get(how) ?? 'device-silent';
    if (misses < STRIKES) log.debug({ code, ...context }, 'slave not read');
    if (misses === STRIKES) log.warn({ code, ...context }, 'slave cannot be read');
    if (misses >= STRIKES)
      say(named, { how, ...(typeof context.exception === 'number' && { exception: context.exception }) });
    return named;
  }

  /** The one fault that says why nothing is read; undefined for none. */
  function say(code: DriverFault | undefined, context: Record<string, string | number> = {}): void {
    if (failing !== undefined && failing !== code) fault(failing, false);
    failing = code;
    if (code !== undefined) fault(code, true, context);
  }

  return {
    async stop() {
      life += 1;
      cancelPoll();
      await link.close();
    },
  };
}
