// The adapter of a gas sensor is pulled out and put back: the port vanishes while the gateway reads from it.

import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '#src/clock/system.ts';
import { type SimulatedWinsen, simulatedWinsen } from '#src/sim/winsen.ts';
import { type House, house } from './house.ts';

let home: House;
let sensor: SimulatedWinsen;
let adapter: ChildProcess | undefined;
beforeEach(async () => {
  home = await house();
  sensor = simulatedWinsen({ clock: systemClock() });
});
afterEach(async () => {
  adapter?.kill('SIGKILL');
  await home.close();
  await sensor.close();
});

it('tells that the port is gone, answers the button meanwhile, and reads on when it is back', async () => {
  const { port } = await sensor.listen();
  const device = join(home.dir, 'usb-adapter');
  adapter = await plug(device, port);
  const gasLevel = { id: 'gas-level', driver: 'winsen-gas', kind: 'gas', room: 'kitchen', port: device };
  const gateway = await home.start({
    devices: [...Object.values(home.devices), { ...gasLevel, model: 'zc-lel', warmupSeconds: 0 }],
  });
  expect(gateway.count({ event: 'fault', code: 'serial-port-lost' })).toBe(0);

  await unplug(adapter, device);
  const lost = await home.fault('serial-port-lost', true);
  expect(lost.subject).toBe('device:gas-level');
  await home.platform.waitFor({ kind: 'fault', code: 'serial-port-lost', active: true });
  await home.called();

  // It comes back into a leak: the first reading says so.
  sensor.setGas(12);
  const known = gateway.events.length;
  adapter = await plug(device, port);
  await home.fault('serial-port-lost', false, { after: known });
  const early = await gateway.waitFor({ event: 'alert', hazard: 'gas' }, { after: known });
  expect(early).toMatchObject({ severity: 'early', state: 'raised', subject: 'device:gas-level' });
  await home.platform.waitFor({ kind: 'alert', hazard: 'gas', severity: 'early' });
  await home.platform.waitFor({ kind: 'fault', code: 'serial-port-lost', active: false });
});

/** A real pty under the device's name, with the module behind it. */
function plug(device: string, port: number): Promise<ChildProcess> {
  const child = spawn('setpriv', [
    ...['--pdeathsig', 'KILL', 'socat', '-d', '-d'],
    ...[`pty,raw,echo=0,link=${device}`, `tcp:127.0.0.1:${port}`],
  ]);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said += text;
      if (said.includes('starting data transfer loop')) resolve(child);
    });
  });
}

async function unplug(child: ChildProcess, device: string): Promise<void> {
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await gone;
  // As udev does; SIGKILL left the link behind, pointing to nothing.
  rmSync(device, { force: true });
}
