// A gateway as a home runs it, `src/main.ts run`, on lines of the simulated chip; its log is what is looked at.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { until } from '#fakes/wait.ts';
import type { SimulatedChip } from './gpio-sim.ts';

export interface Gateway {
  pid: number;
  /** What it has logged so far. */
  log: Record<string, unknown>[];
  /** Sends a signal and resolves with the exit code, null when the signal ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

const main = join(import.meta.dirname, '../../src/main.ts');

interface Surroundings {
  /** The tools' folder is all of PATH, not just its beginning. */
  alone?: boolean;
  /** What it is started under. */
  under?: readonly string[];
}

/** `devices` are entries of the config file; `toolsDir` comes first on PATH. */
export function startGateway(
  toolsDir: string,
  devices: readonly string[],
  { alone = false, under = [] }: Surroundings = {},
): Gateway {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const config = join(folder, 'gateway.yaml');
  const entries = devices.map((device) => `  - ${device}\n`).join('');
  writeFileSync(config, `home: { timezone: UTC, language: en }\ndevices:\n${entries}`);
  const run = [...under, process.execPath, main, 'run', '--config', config, '--data', join(folder, 'data')];
  const child = spawn(run[0] as string, run.slice(1), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: alone ? toolsDir : `${toolsDir}:${process.env.PATH}` },
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const log: Gateway['log'] = [];
  createInterface(child.stdout).on('line', (line) => log.push(JSON.parse(line)));
  return {
    pid: child.pid ?? 0,
    log,
    async end(signal) {
      child.kill(signal);
      const [code] = await exited;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** Once it is armed, with nothing to tell, a press is an alert, and smoke one that sounds the siren. */
export async function hearsAndSounds({ log }: Gateway, chip: SimulatedChip): Promise<void> {
  const logged = (line: object) =>
    until(() => {
      const all = log.map((logged) => JSON.stringify(logged)).join('\n');
      expect(log, all).toContainEqual(expect.objectContaining(line));
    });
  await logged({ event: 'armed', devices: 3 });
  expect(log.filter(({ event }) => event === 'alert')).toEqual([]);

  chip.pull('HELP', 'low');
  await logged({ event: 'alert', hazard: 'help', state: 'raised' });
  expect(chip.level('SIREN')).toBe('low');
  chip.pull('SMOKE', 'high');
  await logged({ event: 'alert', hazard: 'smoke', state: 'raised', severity: 'alarm' });
  await until(() => expect(chip.level('SIREN')).toBe('high'));
}
