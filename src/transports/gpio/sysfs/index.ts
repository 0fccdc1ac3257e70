// The kernel's older GPIO interface, /sys/class/gpio, through onoff: for kernels where the character device cannot be used.

import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import type { GpioTransport, LinkDown } from '#contract/transport.ts';
import { linkDownOf } from '../errors.ts';
import { notOffered } from './chips.ts';
import { exportClaims } from './claims.ts';
import { lineExports } from './exports.ts';
import { sysfsIo } from './io.ts';
import { loadOnoff } from './onoff.ts';
import { outputSysfs } from './output.ts';
import { watchSysfs } from './watch.ts';

/** `stateDir`: where it notes what it has exported, to find it again after a kill. */
export function sysfsTransport({
  clock,
  log,
  stateDir,
}: {
  clock: Clock;
  log: Log;
  stateDir?: string | undefined;
}): GpioTransport {
  const io = sysfsIo();
  const claims = exportClaims({ dir: stateDir, bootId: clock.now().bootId, log });
  const deps = { io, exports: lineExports({ io, claims, clock }), onoff: loadOnoff, clock, log };
  return {
    watch: (spec, events) => watchSysfs(deps, spec, events),
    output: (spec, events) => outputSysfs(deps, spec, events),
  };
}

/** What sysfs lacks here, as far as one can tell without taking a line. */
export const sysfsHere = (root?: string) => ({
  notOffered: () => notOffered(sysfsIo(root)),
  notLoaded: async (): Promise<LinkDown | undefined> => {
    try {
      await loadOnoff();
      return undefined;
    } catch (thrown) {
      return linkDownOf(thrown);
    }
  },
});
