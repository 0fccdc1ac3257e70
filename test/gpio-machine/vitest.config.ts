// How vitest runs inside the emulated machine. Apart from the house's own config: `npm test` must not find these cases,
// which need a kernel with gpio-sim.

import { defineConfig } from 'vitest/config';
import { TapReporter } from './reporter.ts';

export default defineConfig({
  test: {
    include: ['test/gpio-machine/cases.ts'],
    reporters: [new TapReporter()],
    // Emulation takes some ten times as long as the real thing.
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
