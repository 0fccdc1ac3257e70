// A receiver in a process of its own, to be killed: `node child.ts URL DIR`. Its first line names the page, each further one is an event.

import { ulids } from '#base/ids.ts';
import type { Log } from '#contract/log.ts';
import { systemClock } from '#src/clock/system.ts';
import { startReceiver } from '#src/receiver/index.ts';

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const [url = '', dataDir = ''] = process.argv.slice(2);
const clock = systemClock();
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const { page, newToken } = await startReceiver({
  url,
  tenant: 'district',
  dataDir,
  http: { host: '127.0.0.1', port: 0 },
  clock,
  log,
  ids: ulids(clock),
  onEvent: say,
});
say({ kind: 'page', page, newToken });
