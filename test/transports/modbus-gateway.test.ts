// The whole gateway with two detectors on one Modbus bus: a register becomes an alert, a dead slave a fault of its own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, it } from 'vitest';
import { startGateway } from '#fakes/gateway.ts';
import { tcpCable } from '#fakes/modbus-slave.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

it('raises an alert from a register, names the slave that is not there, and the port that is lost', async () => {
  const cable = await tcpCable([1]);
  ending.push(() => cable.end());
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-modbus-'));
  ending.push(() => rmSync(dir, { recursive: true, force: true }));
  await cable.slaves.set(1, 'holding', 0, [2, 0]);
  const device = (id: string, unit: number) => ({
    id,
    driver: 'modbus-gas',
    kind: 'gas',
    port: cable.port,
    unit,
    model: 'two-register',
    warmupSeconds: 0,
    pollSeconds: 0.5,
  });
  const gateway = startGateway({ dir, devices: [device('here', 1), device('gone', 2)] });
  ending.push(() => gateway.kill());
  await gateway.armed();
  await cable.slaves.set(1, 'holding', 0, [14, 0]);
  await gateway.waitFor({ event: 'alert', subject: 'device:here' });
  await gateway.waitFor({ event: 'fault', code: 'device-silent', subject: 'device:gone' });
  await cable.cut();
  await gateway.waitFor({ event: 'fault', code: 'serial-port-lost', subject: 'device:here' });
});
