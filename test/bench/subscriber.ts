// A platform's ear: notes when each message reached its hands, and gives the receipt at once. Arguments: broker URL, tenant.

import type { Socket } from 'node:net';
import { connect } from 'mqtt';

const [url = '', tenant = ''] = process.argv.slice(2);
const client = connect(url, { clientId: `bench-ear-${process.pid}`, clean: true });
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

client.on('connect', () => {
  (client.stream as Socket).setNoDelay(true);
  client.subscribe(
    [`hearthward/v1/${tenant}/+/up/alert`, `hearthward/v1/${tenant}/+/up/history`, 'bench/floor'],
    { qos: 1 },
    () => say({ ready: true }),
  );
});
client.on('message', (topic, payload) => {
  const at = Number(process.hrtime.bigint()) / 1e6;
  if (topic === 'bench/floor') return say({ floor: payload.toString().slice(0, 40).trim(), at });
  const { id, source, data } = JSON.parse(payload.toString());
  if (topic.endsWith('/history')) return say({ history: data.readings.length, at });
  say({ alert: id, call: data.alertId, device: data.device.id, state: data.state, at });
  const [, , gateway] = source.split('/');
  const receipt = {
    specversion: '1.0',
    id: `r-${id}-${at}`,
    source: `/${tenant}/platform`,
    type: 'hearthward.receipt',
    time: new Date(Date.now()).toISOString(),
    datacontenttype: 'application/json',
    data: { eventId: id },
  };
  client.publish(`hearthward/v1/${tenant}/${gateway}/down/receipt`, JSON.stringify(receipt), { qos: 1 });
});
// It ends with whoever started it, however that one ends.
process.stdin.on('end', () => process.exit()).resume();
