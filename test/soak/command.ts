// `npm run soak` as it is typed, in short.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, Series } from './verdict.ts';

const here = join(import.meta.dirname, '../..');
export const hours = ['simulated', '--hours', '16', '--step-hours', '1'];
export const seconds = ['real', '--minutes', '0.15', '--step-seconds', '1', '--presses', '1', '--rise-kb', '8000'];

interface Soaked extends Series {
  name: string;
  checks: Check[];
}

/** The command as it is typed, here or in a copy; whatever its verdict. */
export async function soak(args: readonly string[], folder: string, root?: string): Promise<Soaked> {
  const json = join(folder, 'soak.json');
  const command = ['--pdeathsig', 'KILL', '--', process.execPath, join(root ?? here, 'test/soak/run.ts'), ...args];
  const child = spawn('setpriv', [...command, '--json', json], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A copy runs its own program, and not the bundle of this checkout.
    env: { ...process.env, ...(root !== undefined && { HEARTHWARD_TEST_PROGRAM: join(root, 'src/main.ts') }) },
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0 && code !== 1) throw new Error(`soak ended with ${code}: ${said}`);
  const { soaks } = readSoaks(json, said);
  return soaks[0] as Soaked;
}

function readSoaks(file: string, said: string): { soaks: Soaked[] } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`the soak wrote no figures: ${said}`, { cause });
  }
}

export const named = <Of extends { name: string }>(all: readonly Of[], name: string): Of | undefined =>
  all.find((one) => one.name === name);
