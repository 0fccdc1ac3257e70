// `hearthward run` in a world that does not wait: the registry is changed while the stores are still being opened, a device
// is pressed in the very call that starts its driver. Prints the gateway's log, as `run` does.

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { defineDriver } from '#contract/driver.ts';
import { later } from '#contract/time.ts';
import { systemClock } from '#src/clock/system.ts';
import { configSchema } from '#src/config/schema.ts';
import { detectors } from '#src/detectors/index.ts';
import { startDaemon } from '#src/service/daemon.ts';
import { REGISTRY } from '#src/store/registry.ts';

const { values } = parseArgs({
  options: {
    config: { type: 'string', default: '' },
    data: { type: 'string', default: '' },
    secrets: { type: 'string' },
    /** What the registry becomes as soon as the journal is being opened. */
    registry: { type: 'string', default: '' },
  },
  strict: false,
}) as { values: Record<'config' | 'data' | 'registry', string> & { secrets?: string } };

const hasty = defineDriver({
  id: 'hasty',
  summary: 'Calls for help in the turn in which it is started.',
  transport: 'gpio',
  kinds: ['help-button'],
  options: z.object({}),
  provides: ['button'],
  accepts: [],
  checkIn: () => null,
  run({ transport, emit }) {
    const spec = { chip: 'none', line: 'none', activeLow: true };
    transport.watch(spec, { up() {}, down() {}, line() {}, trouble() {} });
    emit({ quantity: 'button', value: 'press', quality: 'good' });
    return { stop: async () => undefined };
  },
});

const real = systemClock();
const clock: typeof real = {
  ...real,
  at(deadline, name, fire) {
    if (name === 'the card did not let the journal open') copyFileSync(values.registry, join(values.data, REGISTRY));
    // Files are looked at again and again, not every two seconds.
    return real.at(name === 'config-watch' ? later(real.now().mono, 10) : deadline, name, fire);
  },
};

const daemon = await startDaemon({
  configFile: values.config,
  dataDir: values.data,
  secretsDir: values.secrets,
  logLevel: 'info',
  schema: configSchema({ drivers: [hasty], detectors }),
  drivers: [hasty],
  detectors,
  clock,
  version: 'test',
  program: [process.execPath, join(import.meta.dirname, '../../src/main.ts')],
  transports: () => ({
    gpio: {
      watch(_spec, events) {
        events.up();
        events.down({ reason: 'lost', detail: 'unplugged' });
        return { close: async () => undefined };
      },
      output() {
        throw new Error('nothing is switched here');
      },
    },
  }),
});
process.on('SIGTERM', () => void daemon.stop());
