// The GPIO port's contract on the simulated chip and on stand-ins for libgpiod's tools of both versions.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { CHIP_ENV, gpioTools } from '#fakes/gpio-tools/index.ts';
import { systemClock } from '#src/clock/system.ts';
import { simulatedLines } from '#src/sim/lines.ts';
import { gpioTransport } from '#src/transports/gpio/index.ts';
import { lineContract } from '../contract/gpio-lines.ts';
import type { LineRig } from '../contract/gpio-rig.ts';
import { silentLog } from './silent-log.ts';

const clock = systemClock();
const names = [null, 'HELP', 'SIREN', 'unused-2'];

async function rig(toolsDir: string | undefined): Promise<LineRig> {
  const folder = mkdtempSync(join(tmpdir(), 'gpio-'));
  const socketPath = join(folder, 'chip');
  const chip = await simulatedLines({ socketPath, lines: names, clock, label: 'test-chip' });
  process.env[CHIP_ENV] = socketPath;
  return {
    transport: gpioTransport({ clock, log: silentLog, toolsDir }),
    chip: toolsDir ? 'test-chip' : `sim:${socketPath}`,
    input: 'HELP',
    output: 'SIREN',
    inputOffset: '1',
    drive: (high) => chip.set('HELP', high),
    read: () => chip.level('SIREN'),
    async close() {
      await chip.close();
      rmSync(folder, { recursive: true });
    },
  };
}

lineContract('the simulated chip', () => rig(undefined), { tools: false, bias: true });

for (const major of [1, 2] as const) {
  let built: ReturnType<typeof gpioTools>;
  beforeAll(() => {
    built = gpioTools(major);
  });
  afterAll(() => built.remove());
  lineContract(`stand-ins for libgpiod ${major}`, () => rig(built.dir), { tools: true, bias: true });
}
