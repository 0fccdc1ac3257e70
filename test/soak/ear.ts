// A platform's hands, in a process of its own so that nothing else delays them: when each alert came, and how many readings
// did. Arguments: broker URL, tenant. Writes a JSON line for each alert, and the count of readings for each line it is given.

import { createInterface } from 'node:readline';
import { connectAsync } from 'mqtt';

const [url = '', tenant = ''] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
let readings = 0;

const client = await connectAsync(url, { clientId: `soak-ear-${process.pid}`, reconnectPeriod: 200 });
client.on('message', (topic, payload) => {
  const at = Number(process.hrtime.bigint()) / 1e6;
  const { id, data } = JSON.parse(payload.toString());
  if (topic.endsWith('/history')) readings += data.readings.length;
  else say({ alert: id, state: data.state, count: data.count, at });
});
await client.subscribeAsync([`hearthward/v1/${tenant}/+/up/alert`, `hearthward/v1/${tenant}/+/up/history`], { qos: 1 });
createInterface({ input: process.stdin })
  .on('line', () => say({ readings }))
  .on('close', () => process.exit(0));
say({ ready: true });
