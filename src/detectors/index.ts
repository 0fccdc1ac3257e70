// Every detector of the house, one line each, in the order they are asked.

import type { AnyDetector } from '#contract/detector.ts';
import { careRules } from './care/index.ts';
import { coAlarm, gasAlarm, smokeAlarm, waterLeak } from './certified.ts';
import { coLevel } from './co.ts';
import { fall } from './fall.ts';
import { gasLevel } from './gas.ts';
import { heat } from './heat.ts';
import { helpButton } from './help-button.ts';
import { inactivity } from './inactivity.ts';
import { presence } from './presence.ts';
import { sensorHealth } from './sensor-health.ts';
import { vitals } from './vitals.ts';
import { wear } from './wear.ts';
import { witness } from './witness.ts';

export const detectors: readonly AnyDetector[] = [
  // First: whom the others are to believe, and what the presence model does.
  witness,
  presence,
  helpButton,
  fall,
  inactivity,
  smokeAlarm,
  gasAlarm,
  coAlarm,
  gasLevel,
  coLevel,
  heat,
  waterLeak,
  vitals,
  wear,
  sensorHealth,
  ...careRules,
];
