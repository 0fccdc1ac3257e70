// A process that watches a line and holds an output until it is killed, for the test of what it leaves behind.
// Arguments: the folder of the tools, the lines, and a folder for what it notes. Prints a line when both tools run.

import { systemClock } from '#src/clock/system.ts';
import { gpioTransport } from '#src/transports/gpio/index.ts';
import { silentLog } from './silent-log.ts';

const [, , toolsDir, input = 'HELP', output = 'SIREN', stateDir] = process.argv;
const transport = gpioTransport({ clock: systemClock(), log: silentLog, toolsDir, stateDir });
const up = Promise.withResolvers<void>();
transport.watch(
  { chip: 'test-chip', line: input, activeLow: false },
  { up: up.resolve, down() {}, line() {}, trouble() {} },
);
const siren = transport.output({ chip: 'test-chip', line: output, activeLow: false }, { up() {}, down() {} });
await Promise.all([up.promise, siren.set(true)]);
process.stdout.write('both run\n');
