// `hearthward devices`: what is configured, and when each was last heard.

import type { ConfigSchema } from '#src/config/schema.ts';
import { readHistory } from '#src/store/readers.ts';
import { localTime } from './alerts.ts';
import { readHomeOrFail } from './config.ts';
import { exit, type Verb } from './verb.ts';

export const devicesVerb = (schema: ConfigSchema): Verb => ({
  name: 'devices',
  summary: 'Lists the devices of a gateway with the last reading of each.',
  options: {
    data: { type: 'string', value: 'DIR', describe: 'The gateway’s data directory.', required: true },
    config: { type: 'string', value: 'FILE', describe: 'The configuration; else the last good one in DIR.' },
    json: {
      type: 'boolean',
      describe: 'One device per line: {id, kind, driver, room, last: {quantity, value, quality, wall} or null}.',
    },
  },
  example: 'hearthward devices --data /var/lib/hearthward',

  async run({ values }, io) {
    const dir = values.data as string;
    const config = await readHomeOrFail(dir, values.config as string | undefined, schema, io);
    if (!config) return exit.no;
    const history = readHistory(dir);
    const last = history.lastReadings(config.devices.map(({ id }) => id));
    history.close();
    for (const { id, kind, driver, room } of config.devices) {
      const reading = last.get(id);
      const value = typeof reading?.value === 'object' ? `${reading.value.xyz.length} samples` : reading?.value;
      if (values.json) {
        const shown = reading && { quantity: reading.quantity, value, quality: reading.quality, wall: reading.at.wall };
        await io.out(JSON.stringify({ id, kind, driver, room, last: shown ?? null }));
      } else {
        const heard = reading
          ? `${localTime(reading.at.wall)}  ${reading.quantity} ${value}${reading.quality === 'good' ? '' : ` (${reading.quality})`}`
          : 'never heard';
        await io.out([id.padEnd(16), kind.padEnd(12), (room ?? '').padEnd(8), heard].join('  '));
      }
    }
    return exit.done;
  },
});
