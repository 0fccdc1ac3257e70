// A line through onoff: its value file, and the wake-ups of its edges. Everything before that (export, rights, direction)
// is done by exports.ts, since onoff swallows what goes wrong with a line that is exported already.

import { closeSync } from 'node:fs';
import type { Gpio } from 'onoff';
import { reasonOf } from '#contract/errors.ts';
import { linkError } from '../errors.ts';

/** A line that is exported and set up. */
export interface OpenLine {
  /** The logical level. A line that is gone tells `broken`, and reads as it last did. */
  read(): boolean;
  /** Throws as node:fs does. */
  write(active: boolean): void;
  close(): void;
}

export interface LineEvents {
  /** The level read after a wake-up: edges between two readings make one. */
  edge(active: boolean): void;
  broken(thrown: unknown): void;
}

export type OpenOnoff = (line: { number: number; activeLow: boolean }, watched: LineEvents | undefined) => OpenLine;

/** Rejects with `tool-missing` where the package or its add-on is not there. Loaded by nobody who has the character device. */
export async function loadOnoff(): Promise<OpenOnoff> {
  try {
    const onoff = await import('onoff');
    return (line, watched) => openLine(onoff.Gpio, line, watched);
  } catch (thrown) {
    const built = /bindings file|epoll\.node|NODE_MODULE_VERSION/.test(reasonOf(thrown));
    throw linkError(
      'tool-missing',
      built
        ? 'the add-on of onoff is not built for this Node: `npm run build:onoff` (needs g++, make and python3)'
        : `the package onoff is not installed: ${reasonOf(thrown).split('\n')[0]}`,
    );
  }
}

function openLine(
  Base: typeof Gpio,
  { number, activeLow }: { number: number; activeLow: boolean },
  watched: LineEvents | undefined,
): OpenLine {
  let last: 0 | 1 = 0;
  let broken = false;

  class Line extends Base {
    /** onoff reads in a callback of its own, where anything thrown would end the process. */
    override readSync(): 0 | 1 {
      try {
        last = super.readSync();
      } catch (thrown) {
        // Not from under onoff's feet: it is still in the callback.
        if (!broken) queueMicrotask(() => watched?.broken(thrown));
        broken = true;
      }
      return last;
    }
  }

  const gpio = watched
    ? new Line(number, 'in', 'both', { activeLow, reconfigureDirection: false })
    : new Line(number, 'out', 'none', { activeLow, reconfigureDirection: false });
  if (watched) gpio.watch((_error, level) => broken || watched.edge(level === 1));
  return {
    read: () => gpio.readSync() === 1,
    write: (active) => gpio.writeSync(active ? 1 : 0),
    close() {
      gpio.unwatchAll();
      // Its only public end, unexport, would take away an export that another program has made since.
      closeFile(gpio);
    },
  };
}

function closeFile(gpio: Gpio): void {
  const { _valueFd } = gpio as unknown as { _valueFd: number };
  closeSync(_valueFd);
}
