// A button or a dry contact on a GPIO line: help and hush buttons, certified gas, CO, smoke and leak detectors, door
// contacts and motion sensors with a relay output.

import { z } from 'zod';
import type { DeviceKind } from '#contract/device.ts';
import { type DriverIo, defineDriver } from '#contract/driver.ts';
import type { Quantity } from '#contract/quantity.ts';
import { type Cancel, later, type Moment, type MonoMs, SECOND } from '#contract/time.ts';
import type { LineEvent, LineSpec } from '#contract/transport.ts';
import { buttonAtStart, button as buttonStep, type Contact, contactAtStart, dueAt, lasting, level } from './codec.ts';

const options = z.object({
  chip: z
    .string()
    .min(1)
    .describe('Label of the GPIO chip as gpiodetect prints it in brackets (`pinctrl-rp1`), or `sim:<socket>`.'),
  line: z.string().min(1).describe('Name of the line as gpioinfo prints it (`GPIO17`), or its offset on the chip.'),
  activeLow: z
    .boolean()
    .default(true)
    .describe('The closed contact pulls the line to ground. False for a contact that switches 3.3 V.'),
  bias: z
    .enum(['pull-up', 'pull-down', 'disabled', 'as-is'])
    .optional()
    .describe(
      'Resistor inside the chip. By default the one that an open contact needs: pull-up where activeLow, else pull-down. Lines that go through sysfs need `as-is`.',
    ),
  debounceMs: z
    .int()
    .min(5)
    .max(500)
    .default(20)
    .describe(
      'A level counts once it has lasted so long; shorter ones are bounce or interference. Buttons: at most 50, for a quick finger is not longer.',
    ),
  holdSeconds: z
    .number()
    .min(0.5)
    .max(30)
    .default(3)
    .describe('Buttons: a press of this length is reported as `hold`.'),
  stuckAfterSeconds: z
    .number()
    .min(5)
    .max(3600)
    .default(60)
    .describe('Buttons: held down for so long means the fault `button-stuck`.'),
  contact: z
    .enum(['normally-open', 'normally-closed'])
    .default('normally-open')
    .describe(
      'Detectors: the contact without an alarm. A normally closed one also alarms when its cable is cut. Door contacts: the contact without its magnet.',
    ),
  pulseIdleSeconds: z
    .number()
    .min(1)
    .max(600)
    .optional()
    .describe(
      'Water: the contact is a meter’s that gives pulses. Each change of it is flow; after so long without one it has ended. Without this it is a flow switch.',
    ),
});
type Options = z.output<typeof options>;
type Io = DriverIo<'gpio', Options>;

/** What each kind reports. Buttons make edges; the others are levels, `true` while the contact is operated. */
const kinds = {
  'help-button': 'button',
  'hush-button': 'button',
  'well-button': 'button',
  gas: { quantity: 'gasAlarm', worked: true, idle: false },
  co: { quantity: 'coAlarm', worked: true, idle: false },
  smoke: { quantity: 'smoke', worked: true, idle: false },
  'water-leak': { quantity: 'waterLeak', worked: true, idle: false },
  motion: { quantity: 'motion', worked: true, idle: false },
  // A pressure mat, and a flow switch.
  bed: { quantity: 'occupancy', worked: true, idle: false },
  water: { quantity: 'waterFlow', worked: true, idle: false },
  // A magnet operates a reed contact; it is near while the door is shut.
  contact: { quantity: 'contact', worked: 'closed', idle: 'open' },
  door: { quantity: 'contact', worked: 'closed', idle: 'open' },
} as const satisfies Partial<
  Record<DeviceKind, 'button' | { quantity: Quantity; worked: boolean | string; idle: boolean | string }>
>;

/** A deadline met this late, in ms, means that the loop was held up: edges that wait in a pipe are let in first. */
const HELD_UP = 5;
const LET_IN = 10;

export const gpioInput = defineDriver({
  id: 'gpio-input',
  summary: 'Button, or dry contact of a certified detector, on a GPIO line',
  transport: 'gpio',
  kinds: Object.keys(kinds) as (keyof typeof kinds)[],
  options,
  provides: ['button', 'gasAlarm', 'coAlarm', 'smoke', 'waterLeak', 'motion', 'occupancy', 'waterFlow', 'contact'],
  accepts: [],
  // A contact speaks when it is operated. Watching its line is the transport's business.
  checkIn: () => null,

  run(io) {
    const meaning = kinds[io.device.kind as keyof typeof kinds];
    const reader = readerOf(io, meaning);
    const wake = waker(io, reader.time);
    const line = io.transport.watch(lineSpec(io.options), {
      up() {},
      down: () => reader.lost?.(),
      line: (event) => wake(reader.line(event)),
      trouble: ({ trouble, active }) => io.fault(`gpio-${trouble}`, active),
    });
    return {
      async stop() {
        wake(undefined);
        await line.close();
      },
    };
  },
});

interface Reader {
  /** Both return the time at which `time` is to be called. */
  line(event: LineEvent): MonoMs | undefined;
  time(at: Moment): MonoMs | undefined;
  lost?(): void;
}

function readerOf(io: Io, meaning: (typeof kinds)[keyof typeof kinds]): Reader {
  if (meaning === 'button') return readButton(io);
  const idle = io.options.pulseIdleSeconds;
  return meaning.quantity === 'waterFlow' && idle !== undefined
    ? readPulses(io, idle * SECOND)
    : readContact(io, meaning);
}

/**
 * No quick press is shorter: what has lasted this long is a call, whatever the options say, and is not kept waiting.
 */
const QUICK_FINGER_MS = 50;

function readButton(io: Io): Reader {
  const { debounceMs, holdSeconds, stuckAfterSeconds } = io.options;
  const times = {
    debounceMs: Math.min(debounceMs, QUICK_FINGER_MS),
    holdMs: holdSeconds * SECOND,
    stuckMs: stuckAfterSeconds * SECOND,
  };
  let state = buttonAtStart;
  const take = (input: LineEvent | { at: Moment }) => {
    const step = buttonStep(state, input, times);
    state = step.button;
    for (const { kind, at } of step.events) {
      if (kind === 'stuck' || kind === 'freed') io.fault('button-stuck', kind === 'stuck');
      else io.emit({ quantity: 'button', value: kind, quality: 'good' }, at);
    }
    return step.wakeAt;
  };
  return { line: take, time: (at) => take({ at }) };
}

function readContact(
  io: Io,
  { quantity, worked, idle }: Exclude<(typeof kinds)[keyof typeof kinds], 'button'>,
): Reader {
  const { debounceMs, contact: wiring } = io.options;
  let contact: Contact = contactAtStart;
  let known = false;
  const tell = (active: boolean, at: Moment) => {
    known = true;
    const value = active === (wiring === 'normally-open') ? worked : idle;
    io.emit({ quantity, value, quality: 'good' }, at);
  };
  return {
    line(event) {
      // The first level, and the first after a loss, is reported whatever it is; it does not count as a change.
      if (!known && event.why === 'found') {
        contact = level({ ...contactAtStart, settled: event.active }, event, debounceMs).contact;
        tell(event.active, event.at);
        return undefined;
      }
      const step = level(contact, event, debounceMs);
      contact = step.contact;
      for (const { active, at } of step.changes) tell(active, at);
      return dueAt(contact, debounceMs);
    },
    time(at) {
      const step = lasting(contact, at, debounceMs);
      contact = step.contact;
      for (const change of step.changes) tell(change.active, change.at);
      return dueAt(contact, debounceMs);
    },
    lost() {
      known = false;
    },
  };
}

/** A meter may stop with its contact open or closed: only its changes show that water flows. */
function readPulses(io: Io, idleMs: number): Reader {
  const { debounceMs } = io.options;
  let contact: Contact = contactAtStart;
  let known = false;
  let last: Moment | null = null;
  const tell = (value: boolean, at: Moment) => io.emit({ quantity: 'waterFlow', value, quality: 'good' }, at);
  const took = (step: { contact: Contact; changes: { at: Moment }[] }, now: Moment): MonoMs | undefined => {
    contact = step.contact;
    for (const { at } of step.changes) {
      if (last === null) tell(true, at);
      last = at;
    }
    if (last !== null && now.mono >= later(last.mono, idleMs)) {
      last = null;
      tell(false, now);
    }
    const bounce = dueAt(contact, debounceMs);
    const end = last === null ? undefined : later(last.mono, idleMs);
    return bounce !== undefined && (end === undefined || bounce < end) ? bounce : end;
  };
  return {
    line(event) {
      if (known || event.why !== 'found') return took(level(contact, event, debounceMs), event.at);
      known = true;
      contact = level({ ...contactAtStart, settled: event.active }, event, debounceMs).contact;
      if (last === null) tell(false, event.at);
      return last === null ? undefined : later((last as Moment).mono, idleMs);
    },
    time: (at) => took(lasting(contact, at, debounceMs), at),
    lost() {
      known = false;
    },
  };
}

/** One timer, set again with every answer. */
function waker({ clock, device }: Io, time: Reader['time']): (wakeAt: MonoMs | undefined) => void {
  let cancel: Cancel = () => {};
  const fire = (due: MonoMs, patient: boolean) => {
    const now = clock.now();
    if (patient && now.mono - due > HELD_UP) {
      cancel = clock.at(later(now.mono, LET_IN), `${device.id} lets edges in`, () => fire(due, false));
    } else wake(time(now));
  };
  const wake = (wakeAt: MonoMs | undefined) => {
    cancel();
    cancel = wakeAt === undefined ? () => {} : clock.at(wakeAt, `${device.id} debounce`, () => fire(wakeAt, true));
  };
  return wake;
}

function lineSpec({ chip, line, activeLow, bias = activeLow ? 'pull-up' : 'pull-down' }: Options): LineSpec {
  return { chip, line, activeLow, ...(bias !== 'as-is' && { bias }) };
}
