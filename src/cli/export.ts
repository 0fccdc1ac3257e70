// `hearthward export`: the readings, commands and faults of a live gateway, as the input of a replay.

import type { Config } from '#contract/config.ts';
import { deviceOf } from '#contract/device-fields.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { readHistory, readJournal } from '#src/store/readers.ts';
import { readHomeOrFail } from './config.ts';
import { inOrder, linesOf } from './timeline.ts';
import { exit, UsageError, type Verb } from './verb.ts';

export const exportVerb = (schema: ConfigSchema): Verb => ({
  name: 'export',
  summary: 'Writes what a gateway heard and was told.',
  options: {
    replay: { type: 'boolean', describe: 'As the input of `hearthward replay` (the only form so far).' },
    data: {
      type: 'string',
      value: 'DIR',
      describe: 'The gateway’s data directory; the gateway may be running.',
      required: true,
    },
    config: {
      type: 'string',
      value: 'FILE',
      describe: 'The configuration that names the devices; else the last good one in DIR.',
    },
  },
  example: 'hearthward export --replay --data /var/lib/hearthward > history.ndjson',
  notes:
    'Personal data: it tells what happened in a home, to the second. Replayed with the same config, it gives the same alerts, all but their ids.',

  async run({ values }, io) {
    if (!values.replay) throw new UsageError('--replay is missing: it says in which form to write');
    const dir = values.data as string;
    const home = await readHomeOrFail(dir, values.config as string | undefined, schema, io);
    if (!home) return exit.no;
    const { config } = home;
    const { alerts } = readJournal(dir);
    const history = readHistory(dir);
    for (const declared of declarations(config)) await io.out(JSON.stringify(declared));
    for (const line of inOrder(linesOf(history.records(), alerts))) await io.out(JSON.stringify(line));
    const damaged = history.damaged();
    if (damaged > 0) io.err(`hearthward export: ${damaged} records are damaged and left out`);
    history.close();
    return exit.done;
  },
});

const declarations = ({ people = [], devices }: Config) => [
  ...people.map((person) => ({ person })),
  ...devices.map((device) => ({ declare: deviceOf(device) })),
];
