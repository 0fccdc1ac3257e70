// The composition root: the only file that knows every room and every driver.

import { readFileSync } from 'node:fs';
import * as drivers from '../drivers/index.ts';
import { processIo } from './cli/io.ts';
import { runVerb as runCommand, type Verb } from './cli/verb.ts';
import { systemClock } from './clock/system.ts';
import { readPresets } from './config/presets.ts';
import { configSchema } from './config/schema.ts';
import type { AnyDriver } from './contract/driver.ts';
import { detectors } from './detectors/index.ts';

const allDrivers: AnyDriver[] = Object.values(drivers);
const presets = readPresets(new URL('../config/presets', import.meta.url));
const schema = configSchema({ drivers: allDrivers, detectors, presets });
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What starts this program again, as a process of its own. */
const program: readonly [string, ...string[]] = [process.execPath, ...process.execArgv, import.meta.filename];

// A verb is loaded when it is asked for, and so are the rooms that it alone needs: a gateway does not carry a web server
// that it never starts.
const verbs: Record<string, () => Promise<Verb>> = {
  async run() {
    const { runVerb } = await import('./cli/run.ts');
    return runVerb(async (options) => {
      const [{ startDaemon }, { serialTransport }, { modbusTransport }, { gpioTransport }] = await Promise.all([
        import('./service/daemon.ts'),
        import('./transports/serial/index.ts'),
        import('./transports/modbus/index.ts'),
        import('./transports/gpio/index.ts'),
      ]);
      return startDaemon({
        ...options,
        schema,
        drivers: allDrivers,
        detectors,
        clock: systemClock(),
        version,
        program,
        transports: (clock, log, ids) => {
          const serial = serialTransport({ clock, log, ids });
          return {
            serial,
            modbus: modbusTransport({ clock, log, serial }),
            gpio: gpioTransport({ clock, log, stateDir: options.dataDir }),
          };
        },
      });
    });
  },
  async demo() {
    const { demoVerb } = await import('./cli/demo.ts');
    return demoVerb(async (options) => {
      const { runDemo } = await import('./sim/demo.ts');
      return runDemo({
        ...options,
        clock: systemClock(),
        program,
      });
    });
  },
  async sim() {
    const { simVerb } = await import('./cli/sim.ts');
    return simVerb(schema, detectors, async () => {
      const [simulation, { play }] = await Promise.all([import('./sim/index.ts'), import('./sim/live/play.ts')]);
      return { ...simulation, play: (options) => play({ ...options, clock: systemClock() }) };
    });
  },
  async receiver() {
    const { receiverVerb } = await import('./cli/receiver.ts');
    return receiverVerb(async (options) => {
      const [{ startReceiver }, { logSink }, { jsonLog }, { ulids }] = await Promise.all([
        import('./receiver/index.ts'),
        import('./service/log-sink.ts'),
        import('./service/log.ts'),
        import('./base/ids.ts'),
      ]);
      const clock = systemClock();
      const log = jsonLog(
        logSink(clock, 2, () => undefined),
        () => clock.now().wall,
      );
      return startReceiver({ ...options, clock, ids: ulids(clock), log });
    });
  },
  async conformance() {
    const { conformanceVerb } = await import('./cli/conformance.ts');
    return conformanceVerb(async (options) => {
      const [{ runConformance }, { ulids }] = await Promise.all([
        import('./cli/conformance/run.ts'),
        import('./base/ids.ts'),
      ]);
      const clock = systemClock();
      return runConformance({ ...options, clock, ids: ulids(clock) });
    });
  },
  'check-config': async () => (await import('./cli/config.ts')).checkConfigVerb(schema),
  async doctor() {
    const { doctorVerb } = await import('./cli/doctor.ts');
    return doctorVerb(schema, systemClock(), program);
  },
  status: async () => (await import('./cli/status.ts')).statusVerb(systemClock()),
  alerts: async () => (await import('./cli/alerts.ts')).alertsVerb(systemClock()),
  faults: async () => (await import('./cli/faults.ts')).faultsVerb(systemClock()),
  say: async () => (await import('./cli/say.ts')).sayVerb(systemClock()),
  watch: async () => (await import('./cli/watch.ts')).watchVerb(systemClock()),
  activity: async () => (await import('./cli/activity.ts')).activityVerb(schema, systemClock()),
  async pair() {
    const { pairVerb } = await import('./cli/pair.ts');
    return pairVerb({ schema, drivers: allDrivers, clock: systemClock(), program });
  },
  devices: async () => (await import('./cli/devices.ts')).devicesVerb(schema, systemClock()),
  export: async () => (await import('./cli/export.ts')).exportVerb(schema),
  replay: async () => (await import('./cli/replay.ts')).replayVerb(schema, detectors),
};

/** Radios that run in a process of their own, by the name after `--child`. */
const children: Record<string, () => Promise<void>> = {
  async ble() {
    const [{ runRadioChild }, { bluetooth }, { searchAdverts }, { adapterOf, bleTransport }] = await Promise.all([
      import('./hosting/radio/child.ts'),
      import('./hosting/radio/bluetooth/profile.ts'),
      import('./hosting/radio/bluetooth/search.ts'),
      import('./transports/ble/index.ts'),
    ]);
    const clock = systemClock();
    runRadioChild({
      profile: bluetooth,
      drivers: allDrivers,
      clock,
      open({ settings, ...radio }) {
        const { listen, connect, nearby } = bleTransport({ ...radio, clock, adapter: adapterOf(settings.adapter) });
        return { port: { listen, connect }, search: searchAdverts({ nearby }, allDrivers) };
      },
    });
  },
};

const args = process.argv.slice(2);
const child = args[0] === '--child' ? children[args[1] ?? ''] : undefined;
if (child) await child();
else await command();

async function command(): Promise<void> {
  const asked = Object.entries(verbs).filter(([name]) => name === args[0]);
  // The help, and a mistaken name, want all of them.
  const loaded = await Promise.all((asked.length > 0 ? asked : Object.entries(verbs)).map(([, load]) => load()));
  process.exitCode = await runCommand(args, loaded, processIo());
}
