// The composition root: the only file that knows every room and every driver.

import * as drivers from '../drivers/index.ts';
import { checkConfigVerb } from './cli/config.ts';
import { processIo } from './cli/io.ts';
import { replayVerb } from './cli/replay.ts';
import { runVerb } from './cli/verb.ts';
import { configSchema } from './config/schema.ts';
import type { AnyDriver } from './contract/driver.ts';
import { detectors } from './detectors/index.ts';

const allDrivers: AnyDriver[] = Object.values(drivers);
const schema = configSchema({ drivers: allDrivers, detectors: [...detectors] });
const verbs = [checkConfigVerb(schema), replayVerb(schema, detectors)];
process.exitCode = await runVerb(process.argv.slice(2), verbs, processIo());
