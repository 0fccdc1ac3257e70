// `hearthward alerts`: open alerts from the running gateway, closed ones from its journal.

import { type AlertView, alertsRoute } from '#contract/control/alerts.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Clock } from '#contract/time.ts';
import { alertView } from '#src/control/views.ts';
import { readJournal } from '#src/store/readers.ts';
import { askGateway, type Source } from './gateway.ts';
import { type Language, localTime, terminalLanguage } from './language.ts';
import { exit, type Verb, type VerbIo } from './verb.ts';

const marks = { queued: '…', registered: '●', sent: '→', received: '✓', confirmed: '✓✓', failed: '✗' } as const;

export const alertsVerb = (clock: Clock): Verb => ({
  name: 'alerts',
  summary: 'Lists the alerts of a gateway, newest last.',
  options: {
    data: { type: 'string', value: 'DIR', describe: 'The gateway’s data directory.', required: true },
    open: { type: 'boolean', describe: 'Only those that nobody has closed.' },
    json: {
      type: 'boolean',
      describe:
        'One alert per line, with its deliveries, as in src/contract/alert.ts; "source" is live or files, "stage" what the resident is shown.',
    },
  },
  example: 'hearthward alerts --data /var/lib/hearthward --open',
  notes:
    'A running gateway is asked for those it has in hand; the others, and all of them where none answers, are read from its journal. Exit 1 when that cannot be read. No alert at all is exit 0 and no line.',

  async run({ values }, io) {
    const dir = values.data as string;
    const asked = await askGateway(dir, clock, (client) => client.ask(alertsRoute));
    const live = asked.source === 'live' ? asked.answer : [];
    // Read after asking the gateway: an alert that it let go of in between stands in the journal as closed.
    const stored = storedAlerts(dir, asked.source, io);
    const language = terminalLanguage();
    for (const alert of merged(stored, live)) {
      if (values.open && isClosed(alert)) continue;
      await io.out(values.json ? JSON.stringify(alert) : lineOf(alert, language));
    }
    asked.printSource(io, values.json ? 'json' : 'text');
    return exit.done;
  },
});

const isClosed = ({ state }: AlertView) => state === 'resolved' || state === 'cancelled';

type Shown = AlertView & { source: Source };

/** The gateway's state is newer than what it wrote, but comes without the evidence of a fall: both are merged. */
function merged(stored: readonly AlertView[], live: readonly AlertView[]): Shown[] {
  const all = new Map<string, Shown>(stored.map((alert) => [alert.id, { ...alert, source: 'files' }]));
  for (const alert of live) all.set(alert.id, { ...all.get(alert.id), ...alert, source: 'live' });
  return [...all.values()].sort((a, b) => a.raisedAt.wall - b.raisedAt.wall);
}

/** Where the gateway has answered, an unreadable journal only costs the closed alerts. */
function storedAlerts(dir: string, source: Source, io: VerbIo): AlertView[] {
  try {
    const { alerts, deliveries, unknownAlerts } = readJournal(dir);
    if (unknownAlerts > 0) io.err(notShown(unknownAlerts, terminalLanguage()));
    return alerts.map((alert) =>
      alertView({ alert, deliveries: deliveries.filter(({ alertId }) => alertId === alert.id) }),
    );
  } catch (thrown) {
    if (source === 'files') throw thrown;
    io.err(
      terminalLanguage() === 'en'
        ? `Closed alerts are not shown: ${reasonOf(thrown)}`
        : `未列出已关闭的警报：${reasonOf(thrown)}`,
    );
    return [];
  }
}

function lineOf({ raisedAt, state, text, deliveries, resolution }: AlertView, language: Language): string {
  const channels = deliveries.map((one) => `${one.channel} ${marks[one.state as keyof typeof marks]}`).join(' ');
  return [localTime(raisedAt.wall), state.padEnd(12), text[language], channels, resolution?.found]
    .filter(Boolean)
    .join('  ');
}

const notShown = (count: number, language: Language): string =>
  language === 'en'
    ? `${count} not shown: written by a later version of this program, which alone can tell what they are about`
    : `另有${count}条未显示：由更高版本的程序写入，本版本无法识别`;
