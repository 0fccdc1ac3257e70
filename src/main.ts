// The composition root: the only file that knows every room and every driver.

import { readFileSync } from 'node:fs';
import * as drivers from '../drivers/index.ts';
import { alertsVerb } from './cli/alerts.ts';
import { checkConfigVerb } from './cli/config.ts';
import { conformanceVerb } from './cli/conformance.ts';
import { demoVerb } from './cli/demo.ts';
import { devicesVerb } from './cli/devices.ts';
import { doctorVerb } from './cli/doctor.ts';
import { exportVerb } from './cli/export.ts';
import { processIo } from './cli/io.ts';
import { receiverVerb } from './cli/receiver.ts';
import { replayVerb } from './cli/replay.ts';
import { runVerb } from './cli/run.ts';
import { simVerb } from './cli/sim.ts';
import { runVerb as runCommand } from './cli/verb.ts';
import { systemClock } from './clock/system.ts';
import { configSchema } from './config/schema.ts';
import type { AnyDriver } from './contract/driver.ts';
import { detectors } from './detectors/index.ts';

const allDrivers: AnyDriver[] = Object.values(drivers);
const schema = configSchema({ drivers: allDrivers, detectors });
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

// Rooms that one verb alone needs are loaded by it: a gateway does not carry a web server that it never starts.
const verbs = [
  runVerb(async (options) => {
    const [{ startDaemon }, { serialTransport }, { modbusTransport }, { gpioTransport }] = await Promise.all([
      import('./runtime/daemon.ts'),
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
      transports: (clock, log, ids) => {
        const serial = serialTransport({ clock, log, ids });
        return {
          serial,
          modbus: modbusTransport({ clock, log, serial }),
          gpio: gpioTransport({ clock, log, stateDir: options.dataDir }),
        };
      },
    });
  }),
  demoVerb(async (options) => {
    const { runDemo } = await import('./sim/demo.ts');
    return runDemo({
      ...options,
      clock: systemClock(),
      program: [process.execPath, ...process.execArgv, import.meta.filename],
    });
  }),
  simVerb(schema, detectors, async () => {
    const [simulation, { play }] = await Promise.all([import('./sim/index.ts'), import('./sim/live/play.ts')]);
    return { ...simulation, play: (options) => play({ ...options, clock: systemClock() }) };
  }),
  receiverVerb(async (options) => {
    const [{ startReceiver }, { logSink }, { jsonLog }, { ulids }] = await Promise.all([
      import('./receiver/index.ts'),
      import('./runtime/log-sink.ts'),
      import('./runtime/log.ts'),
      import('./runtime/ids.ts'),
    ]);
    const clock = systemClock();
    const log = jsonLog(
      logSink(clock, 2, () => undefined),
      () => clock.now().wall,
    );
    return startReceiver({ ...options, clock, ids: ulids(clock), log });
  }),
  conformanceVerb(async (options) => {
    const [{ runConformance }, { ulids }] = await Promise.all([
      import('./cli/conformance/run.ts'),
      import('./runtime/ids.ts'),
    ]);
    const clock = systemClock();
    return runConformance({ ...options, clock, ids: ulids(clock) });
  }),
  checkConfigVerb(schema),
  doctorVerb(schema, systemClock(), [process.execPath, ...process.execArgv, import.meta.filename]),
  alertsVerb,
  devicesVerb(schema),
  exportVerb(schema),
  replayVerb(schema, detectors),
];

process.exitCode = await runCommand(process.argv.slice(2), verbs, processIo());
