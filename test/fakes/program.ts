// The program that tests start.

import { join } from 'node:path';

/** The bundle, as a box runs it, where it was built before the tests (test/bundled.ts); the sources otherwise. */
export const program = process.env.HEARTHWARD_TEST_PROGRAM ?? join(import.meta.dirname, '../../src/main.ts');
