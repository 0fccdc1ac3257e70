// How long a radio's process is kept: from when a device of the home or somebody who pairs needs it until nobody does; and
// when a fresh one takes its place.

import { type Cancel, type Clock, later, SECOND } from '#contract/time.ts';
import type { ToChild } from './messages.ts';
import type { RadioProcess } from './process.ts';

/** After pairing the radio is not let go at once: what was found is often listened to next. */
const LINGERS_MS = 5 * SECOND;
/** How much longer silence is borne after restarts that did not help, at most. */
const MOST_PATIENCE = 16;

export interface RadioLife<Settings> {
  /** False: there is nobody to hear it. */
  send(message: ToChild): boolean;
  /** The radio is needed from now on. False: its process only begins, and gets all its work when it is ready. */
  need(): boolean;
  /** Devices or settings may have changed. True: the process that is there goes on, and is to get the devices. */
  review(): Promise<boolean>;
  /** Somebody needs it no more. */
  release(): void;
  /** With what a process that is ready is set up. */
  setup(): { settings: Settings; patience: number };
  /** It receives nothing, and a fresh process is the last thing left: with twice the patience. */
  stalled(why: string): void;
  /** It receives again. */
  receives(): void;
  stop(): Promise<void>;
}

export interface RadioLifeParts<Settings> {
  clock: Clock;
  settings(): Settings;
  start(): RadioProcess;
  needed(): boolean;
  /** Nobody needs it any more: it was let go. */
  unneeded(): void;
}

export function radioLife<Settings>(parts: RadioLifeParts<Settings>): RadioLife<Settings> {
  const { clock, needed } = parts;
  const current = () => JSON.stringify(parts.settings());
  let radio: RadioProcess | undefined;
  /** Settings that the process has, as JSON. */
  let inForce = '';
  let patience = 1;
  let lingering: Cancel = () => undefined;

  function begin(): void {
    inForce = current();
    radio = parts.start();
  }

  function stop(): Promise<void> {
    lingering();
    const last = radio;
    radio = undefined;
    return last?.stop() ?? Promise.resolve();
  }

  function letGo(): Promise<void> {
    const stopped = stop();
    parts.unneeded();
    return stopped;
  }

  return {
    send: (message) => radio?.send(message) ?? false,
    need() {
      if (radio) return true;
      begin();
      return false;
    },
    async review() {
      if (!needed()) await letGo();
      else if (!radio) begin();
      else if (inForce === current()) return true;
      else radio.restart('its settings have changed');
      return false;
    },
    release() {
      lingering();
      lingering = clock.at(later(clock.now().mono, LINGERS_MS), 'radio-unneeded', () => {
        if (!needed()) void letGo();
      });
    },
    setup() {
      inForce = current();
      return { settings: parts.settings(), patience };
    },
    stalled(why) {
      patience = Math.min(patience * 2, MOST_PATIENCE);
      radio?.restart(why);
    },
    receives() {
      patience = 1;
    },
    stop,
  };
}
