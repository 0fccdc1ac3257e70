// `hearthward watch`: what happens in the running gateway, as it happens.

import { eventsRoute } from '#contract/control/events.ts';
import type { Clock } from '#contract/time.ts';
import { controlClient } from '#src/control/client.ts';
import { GatewayUnanswered } from '#src/control/errors.ts';
import { sayWhyNot } from './gateway.ts';
import { terminalLanguage } from './language.ts';
import { exit, type Verb } from './verb.ts';
import { eventLine } from './watch/words.ts';

export const watchVerb = (clock: Clock): Verb => ({
  name: 'watch',
  summary: 'Shows what happens in the running gateway, as it happens.',
  options: {
    data: { type: 'string', value: 'DIR', describe: 'The gateway’s data directory.', required: true },
    readings: { type: 'boolean', describe: 'Readings of the devices as well, all but raw samples.' },
    json: { type: 'boolean', describe: 'One event per line: {type, at, …}, as in docs/control-reference.md.' },
  },
  example: 'hearthward watch --data /var/lib/hearthward --readings',
  notes:
    'Ends with Ctrl-C: exit 0. Exit 1 where no gateway runs, or it ends. The gateway never waits for who watches: what was too fast is counted in its place.',

  async run({ values }, io) {
    const dir = values.data as string;
    const language = terminalLanguage();
    return new Promise((resolve) => {
      const end = controlClient(dir, clock).listen(
        eventsRoute,
        { query: values.readings ? { readings: 'true' } : {} },
        {
          line: (event) => io.out(values.json ? JSON.stringify(event) : eventLine(event, language)),
          ended(why) {
            resolve(sayWhyNot(why ?? new GatewayUnanswered('gone', 'the stream ended'), dir, io));
          },
        },
      );
      void io.stopped().then(() => {
        end();
        resolve(exit.done);
      });
    });
  },
});
