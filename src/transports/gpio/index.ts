// GPIO lines: inputs that are watched, outputs that are held. Behind the one port stand the kernel's character device,
// by libgpiod's tools, and the simulated chip.

import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import type { GpioTransport, LineSpec } from '#contract/transport.ts';
import { lineOutput } from './output.ts';
import { simTransport } from './sim.ts';
import { tools } from './tools.ts';
import { watchLine } from './watch.ts';

export interface GpioOptions {
  clock: Clock;
  log: Log;
  /** Where libgpiod's tools lie; without it they are looked for on PATH. */
  toolsDir?: string | undefined;
}

export function gpioTransport({ clock, log, toolsDir }: GpioOptions): GpioTransport {
  const device = { clock, log, tools: tools({ clock, log, dir: toolsDir }) };
  const sim = simTransport({ clock });
  return {
    watch: (spec, events) => (isSim(spec) ? sim.watch(spec, events) : watchLine(device, spec, events)),
    output: (spec, events) => (isSim(spec) ? sim.output(spec, events) : lineOutput(device, spec, events)),
  };
}

const isSim = ({ chip }: LineSpec): boolean => chip.startsWith('sim:');
