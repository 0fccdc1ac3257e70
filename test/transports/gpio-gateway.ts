// A process that watches a line and holds an output until it is killed, for the test of what it leaves behind.
// Argument: the folder of the tools. Prints a line when both tools run.

import { systemClock } from '#src/clock/system.ts';
import { gpioTransport } from '#src/transports/gpio/index.ts';
import { silentLog } from './silent-log.ts';

const transport = gpioTransport({ clock: systemClock(), log: silentLog, toolsDir: process.argv[2] });
const up = Promise.withResolvers<void>();
transport.watch(
  { chip: 'test-chip', line: 'HELP', activeLow: false },
  { up: up.resolve, down() {}, line() {}, trouble() {} },
);
const siren = transport.output({ chip: 'test-chip', line: 'SIREN', activeLow: false }, { up() {}, down() {} });
await Promise.all([up.promise, siren.set(true)]);
process.stdout.write('both run\n');
