// `hearthward alerts`: what a gateway's journal knows, whether it runs or not.

import { type Alert, isOpen } from '#contract/alert.ts';
import type { Delivery } from '#contract/delivery.ts';
import { textOf } from '#src/alerts/words.ts';
import { readJournal } from '#src/store/readers.ts';
import { terminalLanguage } from './language.ts';
import { exit, type Verb } from './verb.ts';

const marks = { queued: '…', registered: '●', sent: '→', received: '✓', confirmed: '✓✓', failed: '✗' } as const;

export const alertsVerb: Verb = {
  name: 'alerts',
  summary: 'Lists the alerts in a gateway’s journal, newest last.',
  options: {
    data: { type: 'string', value: 'DIR', describe: 'The gateway’s data directory.', required: true },
    open: { type: 'boolean', describe: 'Only those that nobody has closed.' },
    json: { type: 'boolean', describe: 'One alert per line, with its deliveries, as in src/contract/alert.ts.' },
  },
  example: 'hearthward alerts --data /var/lib/hearthward --open',
  notes: 'Exit 1 when the journal cannot be read. No alert at all is exit 0 and no line.',

  async run({ values }, io) {
    const { alerts, deliveries } = readJournal(values.data as string);
    const language = terminalLanguage();
    for (const alert of alerts.toSorted((a, b) => a.raisedAt.wall - b.raisedAt.wall)) {
      if (values.open && !isOpen(alert)) continue;
      const own = deliveries.filter(({ alertId }) => alertId === alert.id);
      await io.out(
        values.json ? JSON.stringify({ ...alert, text: textOf(alert), deliveries: own }) : lineOf(alert, own, language),
      );
    }
    return exit.done;
  },
};

function lineOf(alert: Alert, deliveries: readonly Delivery[], language: 'en' | 'zh-CN'): string {
  const channels = deliveries.map(({ channel, state }) => `${channel} ${marks[state]}`).join(' ');
  const { state, resolution } = alert;
  return [localTime(alert.raisedAt.wall), state.padEnd(12), textOf(alert)[language], channels, resolution?.found]
    .filter(Boolean)
    .join('  ');
}

/** Local time of this terminal, to the second. */
export const localTime = (wall: number): string => new Date(wall).toLocaleString('sv-SE');
