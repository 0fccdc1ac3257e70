// Every detector of the house, one line each, in the order they are asked.

import type { AnyDetector } from '#contract/detector.ts';
import { coAlarm, gasAlarm, smokeAlarm } from './certified.ts';
import { gasEarly } from './gas.ts';
import { helpButton } from './help-button.ts';

export const detectors: readonly AnyDetector[] = [helpButton, smokeAlarm, gasAlarm, coAlarm, gasEarly];
