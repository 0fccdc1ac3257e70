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
    // An emulated processor: the first start of a gateway compiles everything.
    env: { HEARTHWARD_TEST_PATIENCE: '3' },
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
