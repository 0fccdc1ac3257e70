// An output on a GPIO line: light, siren, buzzer, relay, fan, or a valve that a pulse closes; with an optional input
// that tells whether it really switched.

import { z } from 'zod';
import type { OutputAction } from '#contract/alert.ts';
import { type OutputKind, outputKinds } from '#contract/device.ts';
import { type DriverIo, defineDriver } from '#contract/driver.ts';
import { HearthwardError, reasonOf } from '#contract/errors.ts';
import { type Cancel, later, SECOND } from '#contract/time.ts';
import type { LineOutput } from '#contract/transport.ts';
import { watchFeedback } from './feedback.ts';

const line = {
  chip: z
    .string()
    .min(1)
    .describe('Label of the GPIO chip as gpiodetect prints it in brackets (`pinctrl-rp1`), or `sim:<socket>`.'),
  line: z.string().min(1).describe('Name of the line as gpioinfo prints it (`GPIO27`), or its offset on the chip.'),
};

const options = z.object({
  ...line,
  activeLow: z.boolean().default(false).describe('The output is on while the line is electrically low.'),
  pulseMs: z
    .int()
    .min(50)
    .max(60_000)
    .default(5_000)
    .describe('Valves: the line is active for so long to close it, then released.'),
  explosionProof: z
    .boolean()
    .default(false)
    .describe('Fans: certified for explosive atmosphere. Without it the gateway never switches the fan on for gas.'),
  feedback: z
    .object({
      ...line,
      activeLow: z.boolean().default(true).describe('The feedback contact closes to ground.'),
      bias: z
        .enum(['pull-up', 'pull-down', 'disabled', 'as-is'])
        .optional()
        .describe(
          'Resistor inside the chip. By default pull-up where activeLow, else pull-down. Lines that go through sysfs need `as-is`.',
        ),
    })
    .optional()
    .describe('An input that is active while the output is really on, or the valve really closed.'),
  confirmWithinMs: z
    .int()
    .min(50)
    .max(60_000)
    .default(3_000)
    .describe('So long the feedback may take to agree; after that the action is `unconfirmed`.'),
});
type Options = z.output<typeof options>;
type Io = DriverIo<'gpio', Options>;

/** An action that this kind of output does not have, or that cannot be carried out. */
export class OutputError extends HearthwardError {}

/** The actions that each kind accepts. A valve has a single action, and nothing else is ever done to it. */
const actions: Record<OutputKind, readonly OutputAction[]> = {
  light: ['on', 'off'],
  siren: ['on', 'off'],
  buzzer: ['on', 'off'],
  relay: ['on', 'off'],
  fan: ['on', 'off'],
  valve: ['close'],
};

export const gpioOutput = defineDriver({
  id: 'gpio-output',
  summary: 'Light, siren, buzzer, relay, fan or pulse-closed gas valve on a GPIO line',
  transport: 'gpio',
  kinds: outputKinds,
  options,
  provides: ['on'],
  accepts: ['on', 'off', 'close'],
  checkIn: () => null,

  run(io) {
    const kind = io.device.kind as OutputKind;
    const { chip, line, activeLow } = io.options;
    const output = io.transport.output({ chip, line, activeLow }, { up() {}, down() {} });
    const feedback = watchFeedback(io);
    const switched = kind === 'valve' ? pulsed(io, output) : held(output);
    return {
      async perform(action) {
        if (!actions[kind].includes(action))
          throw new OutputError('output-action-refused', `a ${kind} has no action "${action}"`, {
            device: io.device.id,
            action,
          });
        await switched.perform(action);
        if (!feedback) return 'commanded';
        return (await feedback.agrees(action !== 'off', io.options.confirmWithinMs)) ? 'confirmed' : 'unconfirmed';
      },
      async stop() {
        await switched.stop();
        await Promise.all([output.close(), feedback?.close()]);
      },
    };
  },
});

interface Switched {
  perform(action: OutputAction): Promise<void>;
  stop(): Promise<void>;
}

/** On and off by level. What was switched on is switched off at the end; what was never touched is left alone. */
function held(output: LineOutput): Switched {
  let touched = false;
  return {
    async perform(action) {
      touched = true;
      await output.set(action === 'on');
    },
    async stop() {
      // A line that cannot be held cannot be on either: nothing is left but to release it.
      if (touched) await output.set(false).catch(() => {});
    },
  };
}

/**
 * Closed by a pulse. At the end, a pulse that is running is allowed to finish, so that a valve is not left half way.
 */
function pulsed({ clock, device, options, fault, log }: Io, output: LineOutput): Switched {
  let cancel: Cancel = () => {};
  /** Resolves when the line is released; set while a pulse runs. */
  let pulse: PromiseWithResolvers<void> | undefined;
  let stuck = false;
  let stopping = false;

  async function release(): Promise<void> {
    try {
      await output.set(false);
      if (stuck) fault('output-failed', false);
      stuck = false;
    } catch (thrown) {
      // The coil may still carry current: log it, and keep trying. At a stop, closing the output releases the line.
      log.error({ reason: reasonOf(thrown) }, 'the pulse to a valve cannot be ended');
      stuck = true;
      fault('output-failed', true);
      if (!stopping) return releaseIn(SECOND);
    }
    pulse?.resolve();
    pulse = undefined;
  }
  function releaseIn(ms: number): void {
    cancel();
    cancel = clock.at(later(clock.now().mono, ms), `${device.id} pulse ends`, () => void release());
  }

  return {
    async perform() {
      // A running pulse is made longer: its end must not fall between this order and its answer.
      cancel();
      try {
        await output.set(true);
        pulse ??= Promise.withResolvers();
      } finally {
        if (pulse) releaseIn(options.pulseMs);
      }
    },
    stop() {
      stopping = true;
      return pulse?.promise ?? Promise.resolve();
    },
  };
}
