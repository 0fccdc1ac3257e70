// Measurements of people, one record each, as a health file would take them in.

import type { MeasurementMessage } from '#contract/uplink/messages.ts';
import { fairly } from './fair.ts';
import type { KeptMeasurement } from './model.ts';
import type { Parts } from './parts.ts';

export interface MeasurementBook {
  /** False when it could not be stored: it must not be acknowledged, for its gateway forgets it then. */
  take(gateway: string, message: MeasurementMessage): boolean;
  /** The newest, newest first. */
  newest(): KeptMeasurement[];
  /** Those of the disk, newest first; undefined when it cannot be read. */
  all(limit: number): KeptMeasurement[] | undefined;
}

/** Held for the page; so many of each home before any has more. */
const SHOWN = 50;
const OF_ONE = 10;

export function measurementBook({ store, clock, changed }: Parts): MeasurementBook {
  let newest: KeptMeasurement[] = [];
  store.read((rows) => {
    newest = rows.measurements(SHOWN);
  });

  return {
    take(gateway, message) {
      const kept: KeptMeasurement = { gateway, data: message.data, receivedAt: clock.now().wall };
      // A rev that is older than the one here, or the same, is old news.
      const done = store.write((rows) => rows.putMeasurement(kept));
      if (done.ok && done.value) {
        const others = newest.filter(
          (one) => one.gateway !== gateway || one.data.measurementId !== kept.data.measurementId,
        );
        newest = fairly([kept, ...others], ({ gateway: home }) => home, OF_ONE).slice(0, SHOWN);
        changed({ what: 'measurement' });
      }
      return done.ok;
    },
    newest: () => newest,
    all(limit) {
      const read = store.read((rows) => rows.measurements(limit));
      return read.ok ? read.value : undefined;
    },
  };
}
