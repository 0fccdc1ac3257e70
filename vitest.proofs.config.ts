// `npm run test:proofs`: tests that prove other tests, on builds with a defect that those must find.

import { defineConfig, mergeConfig } from 'vitest/config';
import suite from './vitest.config.ts';

const { projects: _, ...test } = suite.test ?? {};

export default mergeConfig(defineConfig({ test }), {
  test: { include: ['test/**/*.proof.ts'], globalSetup: 'test/bundled.ts', maxWorkers: 2 },
});
