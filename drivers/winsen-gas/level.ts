// What is reported of a concentration that arrived: gas in %LEL, how far it is believed, and what is wrong with the
// sensor.

import type { DriverIo } from '#contract/driver.ts';
import { type Cancel, later, type Moment, SECOND } from '#contract/time.ts';
import { lingering } from '#driver-kit/lingering.ts';
import { warmUp } from '#driver-kit/warm-up.ts';
import type { Message } from './codec.ts';
import { type Measured, type Model, measure } from './models.ts';
import type { Options } from './options.ts';

export type Upload = Extract<Message, { kind: 'upload' }>;

export interface Level {
  report(counts: { high: number; low: number }, at: Moment): void;
  /** An upload whose scale is not the model's: its counts would be taken for something else. */
  refuse(upload: Upload, at: Moment): void;
  /** The module lost its power, and warms up again. */
  powerLost(): void;
  stop(): void;
}

/** The value beside `bad`: not a measurement, and on the safe side should anybody take it for one. */
const END_OF_SCALE = 100;

export function levelOf({ options, clock, emit, fault }: DriverIo<'serial', Options>, model: Model): Level {
  const seconds = options.warmupSeconds ?? model.warmUp.seconds;
  const warming = warmUp({ clock, ms: seconds * SECOND, large: model.warmUp.large });
  const offScaleFault = lingering(clock);
  let cancelWarm: Cancel = () => undefined;
  sayWarm();

  function sayWarm(): void {
    cancelWarm();
    const active = warming.active();
    fault('sensor-warming-up', active, { seconds: Math.round(seconds) });
    if (active) cancelWarm = clock.at(later(clock.now().mono, seconds * SECOND), 'winsen-warm-up', sayWarm);
  }

  const emitBad = (at: Moment) => emit({ quantity: 'gas', value: END_OF_SCALE, quality: 'bad' }, at);

  function reportMeasured(measured: Measured, at: Moment): void {
    if (measured.kind === 'fault' || measured.kind === 'no-value') {
      fault('sensor-fault', true, { reason: measured.kind === 'fault' ? 'fault-bit' : measured.kind });
      return emitBad(at);
    }
    const worth = warming.quality(measured.percentLel);
    // A cold sensor overshoots its scale: that is no fault of its own until its level is believed.
    const wrong = measured.kind === 'off-scale' && worth !== 'bad';
    const active = offScaleFault(wrong);
    fault('sensor-fault', active, active ? { reason: 'off-scale' } : {});
    emit({ quantity: 'gas', value: measured.percentLel, quality: wrong ? 'uncertain' : worth }, at);
  }

  return {
    report({ high, low }, at) {
      fault('reading-refused', false);
      reportMeasured(measure(model, high, low, options.lelPpm), at);
    },
    refuse({ decimals, fullScale, gas, unit }, at) {
      fault('reading-refused', true, { configured: options.model, decimals, fullScale, gas, unit });
      emitBad(at);
    },
    powerLost() {
      warming.restart();
      sayWarm();
    },
    stop: () => cancelWarm(),
  };
}
