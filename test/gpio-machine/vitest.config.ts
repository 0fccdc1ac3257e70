// How vitest runs inside the emulated machine. Apart from the house's own config: `npm test` must not find these cases,
// which need a kernel with gpio-sim.

import { defineConfig } from 'vitest/config';
import { TapReporter } from './reporter.ts';

export default defineConfig({
  test: {
    include: ['test/gpio-machine/cases.ts', 'test/gpio-machine/sysfs-cases.ts', 'test/gpio-machine/bluetooth-cases.ts'],
    // One kernel, one file at a time.
    fileParallelism: false,
    reporters: [new TapReporter()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
