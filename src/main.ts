// The composition root: the only file that knows every room and every driver.

import { readFileSync } from 'node:fs';
import { processIo } from './cli/io.ts';
import { runVerb as runCommand, type Verb } from './cli/verb.ts';
import { systemClock } from './clock/system.ts';
import type { AnyDriver } from './contract/driver.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What starts this program again, as a process of its own. */
const program: readonly [string, ...string[]] = [process.execPath, ...process.execArgv, import.meta.filename];

const loadDrivers = async (): Promise<AnyDriver[]> => Object.values(await import('../drivers/index.ts'));

/** What the configuration can say follows from the drivers, the detectors and the presets. */
async function loadSchema() {
  const [drivers, { detectors }, { configSchema }, { readPresets }] = await Promise.all([
    loadDrivers(),
    import('./detectors/index.ts'),
    import('./config/schema.ts'),
    import('./config/presets.ts'),
  ]);
  const presets = readPresets(new URL('../config/presets', import.meta.url));
  return { schema: configSchema({ drivers, detectors, presets }), drivers, detectors };
}

// A verb is loaded when it is asked for, and so is what it alone needs: a gateway does not carry a web server that it never
// starts, and who asks a running gateway for its faults does not wait for every driver.
const verbs: Record<string, () => Promise<Verb>> = {
  async run() {
    const [{ schema, drivers, detectors }, { runVerb }] = await Promise.all([loadSchema(), import('./cli/run.ts')]);
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
        drivers,
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
    const [{ schema, detectors }, { simVerb }] = await Promise.all([loadSchema(), import('./cli/sim.ts')]);
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
  async 'check-config'() {
    const [{ schema }, { checkConfigVerb }] = await Promise.all([loadSchema(), import('./cli/config.ts')]);
    return checkConfigVerb(schema);
  },
  async doctor() {
    const [{ schema }, { doctorVerb }] = await Promise.all([loadSchema(), import('./cli/doctor.ts')]);
    return doctorVerb(schema, systemClock(), program);
  },
  status: async () => (await import('./cli/status.ts')).statusVerb(systemClock()),
  alerts: async () => (await import('./cli/alerts.ts')).alertsVerb(systemClock()),
  faults: async () => (await import('./cli/faults.ts')).faultsVerb(systemClock()),
  say: async () => (await import('./cli/say.ts')).sayVerb(systemClock()),
  watch: async () => (await import('./cli/watch.ts')).watchVerb(systemClock()),
  async activity() {
    const [{ schema }, { activityVerb }] = await Promise.all([loadSchema(), import('./cli/activity.ts')]);
    return activityVerb(schema, systemClock());
  },
  async pair() {
    const [{ schema, drivers }, { pairVerb }] = await Promise.all([loadSchema(), import('./cli/pair.ts')]);
    return pairVerb({ schema, drivers, clock: systemClock(), program });
  },
  async devices() {
    const [{ schema }, { devicesVerb }] = await Promise.all([loadSchema(), import('./cli/devices.ts')]);
    return devicesVerb(schema, systemClock());
  },
  async export() {
    const [{ schema }, { exportVerb }] = await Promise.all([loadSchema(), import('./cli/export.ts')]);
    return exportVerb(schema);
  },
  async replay() {
    const [{ schema, detectors }, { replayVerb }] = await Promise.all([loadSchema(), import('./cli/replay.ts')]);
    return replayVerb(schema, detectors);
  },
};

/** Radios that run in a process of their own, by the name after `--child`. */
const children: Record<string, () => Promise<void>> = {
  async ble() {
    const [drivers, { runRadioChild }, { bluetooth }, { searchAdverts }, { adapterOf, bleTransport }] =
      await Promise.all([
        loadDrivers(),
        import('./hosting/radio/child.ts'),
        import('./hosting/radio/bluetooth/profile.ts'),
        import('./hosting/radio/bluetooth/search.ts'),
        import('./transports/ble/index.ts'),
      ]);
    const clock = systemClock();
    runRadioChild({
      profile: bluetooth,
      drivers,
      clock,
      open({ settings, ...radio }) {
        const { listen, connect, nearby } = bleTransport({ ...radio, clock, adapter: adapterOf(settings.adapter) });
        return { port: { listen, connect }, search: searchAdverts({ nearby }, drivers) };
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
