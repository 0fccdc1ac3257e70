// The care rules, one line each. All are off until a preset or the configuration switches them on.

import type { AnyDetector } from '#contract/detector.ts';
import { absence } from './absence.ts';
import { applianceOn, applianceUnused } from './appliances.ts';
import { bathroom } from './bathroom.ts';
import { bedExit, notUp } from './bed.ts';
import { breathing } from './breathing.ts';
import { roomCold, roomHot } from './climate.ts';
import { doorOpen, doorUnused } from './doors.ts';
import { bathroomUnused, noMotion } from './quiet.ts';
import { wandering } from './wandering.ts';
import { waterRunning, waterUnused } from './water.ts';
import { wellCheck } from './well.ts';

export const careRules: readonly AnyDetector[] = [
  bathroom,
  bedExit,
  notUp,
  wandering,
  doorOpen,
  absence,
  wellCheck,
  waterUnused,
  waterRunning,
  doorUnused,
  noMotion,
  bathroomUnused,
  applianceOn,
  applianceUnused,
  roomCold,
  roomHot,
  breathing,
];
