// Five hundred readings a second for one gateway, on real lines: gas modules that upload on ptys, detectors on an RS-485 bus
// (pymodbus on a pty), and detectors on Modbus TCP.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import type { Clock } from '#contract/time.ts';
import { rtuCable } from '#fakes/modbus-slave.ts';
import { simulatedWinsen } from '#src/sim/winsen.ts';
import { gasDetectors } from '../crash/detectors.ts';

export interface Load {
  devices: object[];
  /** Readings a second, at full speed. */
  rate: number;
  end(): Promise<void>;
}

const UPLOAD_MS = 20;
const MODULES = 4;
const BUS_UNITS = [1, 2, 3, 4, 5];
/** Level and alarm bit, twice a second. */
const DETECTOR_RATE = 4;

export async function layLoad(dir: string, rate: number, clock: Clock): Promise<Load> {
  const cable = await rtuCable(BUS_UNITS);
  for (const unit of BUS_UNITS) await cable.slaves.set(unit, 'holding', 0, [10 + unit, 0]);
  const modules = await Promise.all(
    Array.from({ length: MODULES }, (_, n) => pluggedModule(dir, `module-${n}`, 0.3 + n / 10, clock)),
  );
  const serial = MODULES * (1_000 / UPLOAD_MS) + BUS_UNITS.length * DETECTOR_RATE;
  const count = Math.max(1, Math.round((rate - serial) / DETECTOR_RATE));
  const detectors = await gasDetectors(count, clock);
  detectors.nextLife();
  return {
    rate: serial + count * DETECTOR_RATE,
    devices: [
      ...modules.map(({ device }) => device),
      ...BUS_UNITS.map((unit) => ({
        id: `bus-${unit}`,
        driver: 'modbus-gas',
        kind: 'gas',
        model: 'two-register-status',
        port: cable.port,
        unit,
        pollSeconds: 0.5,
        warmupSeconds: 0,
      })),
      ...detectors.devices,
    ],
    async end() {
      await Promise.all([cable.end(), detectors.close(), ...modules.map(({ pull }) => pull())]);
    },
  };
}

/** A pty pair with an uploading module at its far end. */
async function pluggedModule(dir: string, id: string, percent: number, clock: Clock) {
  const [near, far] = [join(dir, `${id}-port`), join(dir, `${id}-far`)];
  const args = [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`];
  const socat: ChildProcess = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'socat', ...args], { stdio: 'ignore' });
  const gone = new Promise((resolve) => socat.once('exit', resolve));
  while (!existsSync(far)) await new Promise((resolve) => setTimeout(resolve, 5));
  const module = simulatedWinsen({ clock, mode: 'active', uploadMs: UPLOAD_MS, gasPercent: percent });
  const line = new SerialPort({ path: far, baudRate: 9_600 });
  line.on('error', () => undefined);
  const face = module.attach((bytes) => void line.write(Buffer.from(bytes)));
  line.on('data', (bytes: Buffer) => face.receive(bytes));
  return {
    device: { id, driver: 'winsen-gas', kind: 'gas', port: near, model: 'zc-lel', mode: 'active', warmupSeconds: 0 },
    async pull() {
      await module.close();
      socat.kill('SIGKILL');
      await gone;
      line.close(() => undefined);
    },
  };
}
