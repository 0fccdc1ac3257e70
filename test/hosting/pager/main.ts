// The pagers' process, composed as main.ts composes those of the house.

import { systemClock } from '#src/clock/system.ts';
import { runRadioChild } from '#src/hosting/radio/child.ts';
import { pagingThermometer } from './driver.ts';
import { pager } from './profile.ts';
import { openPagers } from './transport.ts';

const clock = systemClock();
runRadioChild({
  profile: pager,
  drivers: [pagingThermometer],
  clock,
  open: (radio) => openPagers(radio, clock, pagingThermometer.id),
});
