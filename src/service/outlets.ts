// What the home is switched, lit, spoken to and made to vibrate through: the actuators, on the devices that there are.

import type { Config } from '#contract/config.ts';
import { outputKinds } from '#contract/device.ts';
import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import { consoleIndicator, consoleSpeaker } from '#src/actuators/console.ts';
import { patternIndicator } from '#src/actuators/indicator.ts';
import { outputSwitch } from '#src/actuators/output-switch.ts';
import { vibratingWearables } from '#src/actuators/wearables.ts';
import type { Pipeline, Ports } from '#src/core/ports.ts';
import type { DriverHost } from '#src/hosting/host.ts';

export type Outlets = Pick<Ports, 'switch' | 'speaker' | 'indicator' | 'wearables'> & { stop(): void };

export function outlets({
  clock,
  log,
  perform,
  fault,
  config,
}: {
  clock: Clock;
  log: Log;
  perform: DriverHost['perform'];
  fault: Pipeline['fault'];
  config(): Config;
}): Outlets {
  const consoleLights = consoleIndicator(log);
  const lights = patternIndicator({
    clock,
    set: (id, on) =>
      void perform(id, on ? 'on' : 'off').then(
        () => fault('output-failed', `device:${id}`, false),
        () => fault('output-failed', `device:${id}`, true, { action: on ? 'on' : 'off' }),
      ),
    kindOf: (id) => outputKinds.find((kind) => kind === config().devices.find((device) => device.id === id)?.kind),
  });
  const wearables = vibratingWearables({
    clock,
    log,
    perform,
    fault: (id, active) => fault('band-unreachable', `device:${id}`, active),
  });
  return {
    switch: outputSwitch({ clock, perform }),
    speaker: consoleSpeaker(log, () => config().home.language),
    indicator: {
      signal(cue, outputIds) {
        consoleLights.signal(cue, outputIds);
        lights.signal(cue, outputIds);
      },
    },
    wearables,
    stop() {
      lights.stop();
      wearables.stop();
    },
  };
}
