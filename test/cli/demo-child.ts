// The verb of the demo with nothing to show: it hears keys, and waits for its end.

import { demoVerb } from '#src/cli/demo.ts';
import { processIo } from '#src/cli/io.ts';
import { runVerb } from '#src/cli/verb.ts';

const verb = demoVerb(async ({ onKey, print, stopped }) => {
  onKey((key) => print(`key ${key}`));
  print('hears keys');
  await stopped();
  return true;
});
process.exitCode = await runVerb(['demo', '--language', 'en'], [verb], processIo());
