import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'drivers/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    // Real brokers, ports and processes: give each file its process, and the machine's two cores room.
    pool: 'forks',
    // Most of the time goes by waiting for real brokers, cards and deadlines.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
