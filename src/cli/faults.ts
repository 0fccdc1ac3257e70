// `hearthward faults`: what is technically wrong, and what to do.

import { type FaultView, faultsRoute } from '#contract/control/faults.ts';
import { type Clock, MINUTE } from '#contract/time.ts';
import { faultViews } from '#src/control/views.ts';
import { askGateway } from './gateway.ts';
import { type Language, localTime, terminalLanguage } from './language.ts';
import { recordedFaults } from './recorded-faults.ts';
import { exit, type Verb } from './verb.ts';

const none = { en: 'No fault is on.', 'zh-CN': '没有故障。' };

export const faultsVerb = (clock: Clock): Verb => ({
  name: 'faults',
  summary: 'Lists the technical faults that are on, and what to do.',
  options: {
    data: { type: 'string', value: 'DIR', describe: 'The gateway’s data directory.', required: true },
    json: {
      type: 'boolean',
      describe: 'One fault per line: {code, subject, since, context, text, advice, source: live or files}.',
    },
  },
  example: 'hearthward faults --data /var/lib/hearthward',
  notes:
    'A running gateway is asked; where none answers, the faults that were on when its history was last written are listed. No fault at all is exit 0 and no line. All codes: docs/faults.md.',

  async run({ values }, io) {
    const dir = values.data as string;
    const asked = await askGateway(dir, clock, (client) => client.ask(faultsRoute));
    const faults = asked.source === 'live' ? asked.answer : faultViews(recordedFaults(dir, clock, MINUTE).faults);
    const language = terminalLanguage();
    for (const fault of faults) {
      const lines = values.json ? [JSON.stringify({ ...fault, source: asked.source })] : linesOf(fault, language);
      for (const line of lines) await io.out(line);
    }
    if (faults.length === 0 && !values.json) io.err(none[language]);
    asked.printSource(io, values.json ? 'json' : 'text');
    return exit.done;
  },
});

const linesOf = ({ code, subject, since, text, advice }: FaultView, language: Language): string[] => [
  `${localTime(since.wall)}  ${subject.padEnd(22)}  ${text[language]} (${code})`,
  `      -> ${advice[language]}`,
];
