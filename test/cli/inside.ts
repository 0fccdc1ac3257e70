// Verbs that look at a gateway, run in this process: a test beside a gateway that asks it often starts no process each time.

import { activityVerb } from '#src/cli/activity.ts';
import { alertsVerb } from '#src/cli/alerts.ts';
import { devicesVerb } from '#src/cli/devices.ts';
import { exportVerb } from '#src/cli/export.ts';
import { faultsVerb } from '#src/cli/faults.ts';
import { replayVerb } from '#src/cli/replay.ts';
import { sayVerb } from '#src/cli/say.ts';
import { statusVerb } from '#src/cli/status.ts';
import { runVerb } from '#src/cli/verb.ts';
import { watchVerb } from '#src/cli/watch.ts';
import { systemClock } from '#src/clock/system.ts';
import { configSchema } from '#src/config/schema.ts';
import { detectors } from '#src/detectors/index.ts';
import * as drivers from '../../drivers/index.ts';
import { readNdjson, type Said } from './cli.ts';

const schema = configSchema({ drivers: Object.values(drivers), detectors });
const clock = systemClock();
const verbs = [
  alertsVerb(clock),
  devicesVerb(schema, clock),
  faultsVerb(clock),
  sayVerb(clock),
  statusVerb(clock),
  watchVerb(clock),
  activityVerb(schema, clock),
  exportVerb(schema),
  replayVerb(schema, detectors),
];

export interface Inside {
  /** What it wrote so far. */
  said: Said;
  /** The objects of its standard output. */
  lines(): Record<string, unknown>[];
  /** As Ctrl-C. */
  stop(): void;
  ended: Promise<Said>;
}

export function begin(args: readonly string[], input = ''): Inside {
  const said: Said = { code: null, stdout: '', stderr: '' };
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const ended = runVerb(args, verbs, {
    stdin: (async function* () {
      yield Buffer.from(input);
    })(),
    async out(line) {
      said.stdout += `${line}\n`;
    },
    err(line) {
      said.stderr += `${line}\n`;
    },
    stopped: () => stopped,
  });
  return {
    said,
    lines: () => readNdjson(said.stdout),
    stop,
    ended: ended.then((code) => ({ ...said, code })),
  };
}

/** Runs it to its end; `lines` is what it wrote as JSON. */
export async function inside(args: readonly string[], input = '') {
  const { ended, lines } = begin(args, input);
  const said = await ended;
  return { ...said, lines: args.includes('--json') ? lines() : [] };
}
