// sample-gpio: something that speaks by the level of one GPIO line.

import { z } from 'zod';
import { defineDriver } from '#contract/driver.ts';
import { read, type State } from './codec.ts';

const options = z.object({
  chip: z
    .string()
    .min(1)
    .describe('Label of the GPIO chip as gpiodetect prints it in brackets (`pinctrl-rp1`), or `sim:<socket>`.'),
  line: z.string().min(1).describe('Name of the line as gpioinfo prints it (`GPIO17`), or its offset on the chip.'),
  activeLow: z.boolean().default(true).describe('The line is active while it is electrically low.'),
});

export const sampleGpio = defineDriver({
  id: 'sample-gpio',
  summary: 'Contact on a GPIO line (skeleton)',
  transport: 'gpio',
  kinds: ['contact'],
  options,
  provides: ['contact'],
  accepts: [],
  // It speaks when something happens. That its line is watched is the link's business.
  checkIn: () => null,

  run({ options: { chip, line, activeLow }, transport, emit, fault }) {
    let known: State = null;
    const watch = transport.watch(
      { chip, line, activeLow, bias: activeLow ? 'pull-up' : 'pull-down' },
      {
        up() {},
        down() {
          known = null;
        },
        line(event) {
          const step = read(known, event);
          known = step.known;
          if (step.sample) emit(step.sample, event.at);
        },
        trouble: ({ trouble, active }) => fault(`gpio-${trouble}`, active),
      },
    );
    return { stop: () => watch.close() };
  },
});
