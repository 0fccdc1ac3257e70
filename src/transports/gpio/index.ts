// GPIO lines: inputs that are watched, outputs that are held. Behind the one port stand the kernel's character device,
// by libgpiod's tools, where only that is there its sysfs, by onoff, and the simulated chip.

import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import type { GpioTransport, LineOutput, LineSpec } from '#contract/transport.ts';
import { type BackEnd, type Choice, type Chooser, choose, switching } from './choice.ts';
import { linkError } from './errors.ts';
import { lineOutput } from './output.ts';
import { simTransport } from './sim.ts';
import { sysfsHere, sysfsTransport } from './sysfs/index.ts';
import { tools } from './tools.ts';
import { watchLine } from './watch.ts';

export interface GpioOptions {
  clock: Clock;
  log: Log;
  /** Where libgpiod's tools lie; without it they are looked for on PATH. */
  toolsDir?: string | undefined;
  /** Where the sysfs back-end notes what it has exported; without it only in memory. */
  stateDir?: string | undefined;
}

export function gpioTransport({ clock, log, toolsDir, stateDir }: GpioOptions): GpioTransport {
  const deps = { clock, log, tools: tools({ clock, log, dir: toolsDir }) };
  const device: GpioTransport = {
    watch: (spec, events) => watchLine(deps, spec, events),
    output: (spec, events) => lineOutput(deps, spec, events),
  };
  const backEnds = { device, sysfs: sysfsTransport({ clock, log, stateDir }) };
  const sim = simTransport({ clock });
  const chooser = { clock, choose: chosenOnce({ tools: deps.tools, sysfs: sysfsHere() }, log) };

  return {
    watch(spec, events) {
      if (isSim(spec)) return sim.watch(spec, events);
      return switching(chooser, events, ({ backEnd }, wrapped) => backEnds[backEnd].watch(spec, wrapped));
    },
    output(spec, events) {
      if (isSim(spec)) return sim.output(spec, events);
      /** The level it was last set to, for the back-end that it may move to. */
      let level: boolean | undefined;
      const output = switching(chooser, events, ({ backEnd }, wrapped) => {
        const fresh = backEnds[backEnd].output(spec, wrapped);
        // A failure is reported as down.
        if (level !== undefined) fresh.set(level).catch(() => {});
        return fresh;
      });
      return {
        async set(active) {
          const link = await output.link().catch((): LineOutput => closed);
          await link.set(active);
          level = active;
        },
        close: output.close,
      };
    },
  };
}

const closed: LineOutput = {
  set: async () => {
    throw linkError('failed', 'the output is closed');
  },
  close: async () => {},
};

/** Lines that ask the same at the same time are answered by one look. A change is logged. */
function chosenOnce(chooser: Chooser, log: Log): (now: BackEnd | undefined) => Promise<Choice> {
  let last: BackEnd | undefined;
  const pending = new Map<BackEnd | undefined, Promise<Choice>>();
  const look = async (now: BackEnd | undefined): Promise<Choice> => {
    const choice = await choose(chooser, now);
    pending.delete(now);
    if (choice.backEnd === 'sysfs' && last !== 'sysfs')
      log.warn({ device: choice.device }, 'GPIO goes through sysfs, since the character device cannot be used');
    if (choice.backEnd === 'device' && last === 'sysfs') log.info({}, 'GPIO goes through the character device again');
    last = choice.backEnd;
    return choice;
  };
  return (now) => {
    const asked = pending.get(now) ?? look(now);
    pending.set(now, asked);
    return asked;
  };
}

const isSim = ({ chip }: LineSpec): boolean => chip.startsWith('sim:');
