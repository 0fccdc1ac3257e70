// The devices that a driver has on its bench: `drivers/<id>/bench.ts`.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchDevice } from '#fakes/bench-device.ts';

/** Undefined where there is none. */
export async function benchOf(id: string): Promise<readonly BenchDevice[] | undefined> {
  if (!existsSync(join(import.meta.dirname, `../../drivers/${id}/bench.ts`))) return undefined;
  const { devices } = (await import(`../../drivers/${id}/bench.ts`)) as { devices: readonly BenchDevice[] };
  return devices;
}
