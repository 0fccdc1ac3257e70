// The listeners to the gateway's events, and the last reading of each device. The pipeline only leaves an event here and goes
// on: it is turned into JSON after its turn, once for all listeners, and only where there are any.

import type { ControlEvent } from '#contract/control/events.ts';
import type { Reading } from '#contract/reading.ts';
import type { Tap, TapEvent } from '#contract/tap.ts';
import type { Clock } from '#contract/time.ts';
import { eventView, readingView } from './views.ts';

export interface Listener {
  /** Wants the readings as well. */
  readings: boolean;
  /** One event, as a line of JSON. */
  push(line: string): void;
}

export interface Onlookers {
  /** The pipeline's events come in here. */
  tap: Tap;
  /** A reading that the pipeline has taken. */
  reading(reading: Reading): void;
  /** The newest reading of a device since the start. */
  last(deviceId: string): Reading | undefined;
  /** Gets each event from now on, until what is returned is called. */
  listen(listener: Listener): () => void;
}

export function createOnlookers(clock: Clock): Onlookers {
  const listeners = new Set<Listener>();
  const newest = new Map<string, Reading>();
  /** Of this turn; handed on as soon as it is over. */
  let pending: (TapEvent | Reading)[] = [];

  function leave(event: TapEvent | Reading): void {
    pending.push(event);
    if (pending.length === 1) clock.at(clock.now().mono, 'onlookers', hand);
  }

  function hand(): void {
    const events = pending;
    pending = [];
    for (const event of events) {
      const isReading = !('type' in event);
      const hearing = [...listeners].filter(({ readings }) => readings || !isReading);
      if (hearing.length === 0) continue;
      const line = JSON.stringify((isReading ? readingView(event) : eventView(event)) satisfies ControlEvent);
      for (const { push } of hearing) push(line);
    }
  }

  const readingsWanted = () => [...listeners].some(({ readings }) => readings);

  return {
    tap(event) {
      if (listeners.size > 0) leave(event);
    },
    reading(reading) {
      newest.set(reading.deviceId, reading);
      if (typeof reading.value !== 'object' && listeners.size > 0 && readingsWanted()) leave(reading);
    },
    last: (deviceId) => newest.get(deviceId),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
