// The data folder, and the name that this installation keeps at the broker.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '#contract/errors.ts';
import { ReceiverError } from './errors.ts';

/**
 * Part of the MQTT client ids: the same at every start, since what waits at the broker waits for it; another for each
 * installation, since two clients of one name throw each other out for ever.
 */
export function identityIn(dataDir: string): string {
  const file = join(dataDir, 'client-id');
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const known = readIfThere(file);
    if (known && /^[0-9a-f]{12}$/.test(known)) return known;
    const made = randomBytes(6).toString('hex');
    writeFileSync(file, made);
    return made;
  } catch (thrown) {
    throw new ReceiverError('data-dir', `cannot write in ${dataDir}: ${reasonOf(thrown)}`, { dataDir }, thrown);
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
