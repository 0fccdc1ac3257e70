// A process that watches one line and holds another, for a test that kills it: `node holder.ts <folder of the tools>`.
// Says `ready` when both are done.

import { systemClock } from '#src/clock/system.ts';
import { gpioTransport } from '#src/transports/gpio/index.ts';
import { silentLog } from '../transports/silent-log.ts';

const transport = gpioTransport({ clock: systemClock(), log: silentLog, toolsDir: process.argv[2] });
const wired = { chip: 'rig', activeLow: false };
const up = Promise.withResolvers<void>();
transport.watch({ ...wired, line: 'IN' }, { up: up.resolve, down() {}, line() {}, trouble() {} });
await transport.output({ ...wired, line: 'OUT' }, { up() {}, down() {} }).set(true);
await up.promise;
process.stdout.write('ready\n');
