// `hearthward say`: a person at the box says who is at home, or that an alert is being dealt with.

import { userInfo } from 'node:os';
import { alertOutcomes } from '#contract/alert.ts';
import { type Saying, sayings, sayRoute } from '#contract/control/say.ts';
import { type Hazard, hazardNames } from '#contract/hazard.ts';
import type { Clock } from '#contract/time.ts';
import { roles } from '#contract/uplink/parts.ts';
import { askRunning } from './gateway.ts';
import { terminalLanguage } from './language.ts';
import { answerText } from './say/words.ts';
import { type Args, exit, UsageError, type Verb } from './verb.ts';

export const sayVerb = (clock: Clock): Verb => ({
  name: 'say',
  summary: 'Says to the gateway who is at home, or what is done about an alert.',
  positionals: ['WHAT'],
  options: {
    data: { type: 'string', value: 'DIR', describe: 'The gateway’s data directory.', required: true },
    alert: { type: 'string', value: 'ID', describe: 'The alert meant; else the open one that called last.' },
    hazard: { type: 'string', value: 'HAZARD', describe: 'Of the open alerts only those of this hazard.' },
    note: { type: 'string', value: 'TEXT', describe: 'With resolve: what was found.' },
    outcome: { type: 'string', value: alertOutcomes.join('|'), describe: 'With resolve: whether help was needed.' },
    by: { type: 'string', value: 'NAME', describe: 'Who says it; else the name of this login.' },
    role: { type: 'string', value: 'ROLE', describe: `One of ${roles.join(', ')} (installer).` },
    json: { type: 'boolean', describe: 'One object: {commandId, done, alertId, refused}.' },
  },
  example:
    'hearthward say resolve --data /var/lib/hearthward --by "Wang Fang" --role family --note "asleep, all well" --outcome false-alarm',
  notes: [
    'home, away, visitor, hospital       who is at home',
    'hush                                silences what sounds; all open alerts, or the one named',
    'acknowledge, on-the-way             somebody looks after it',
    'resolve                             it is dealt with',
    'cancel                              a pending alert was none',
    '',
    'It goes the same way as a command of the platform, into the history and to every platform. Exit 1 when the gateway refuses,',
    'or none runs.',
  ].join('\n'),

  async run(args, io) {
    const body = sayingOf(args);
    const dir = args.values.data as string;
    const answer = await askRunning(dir, clock, io, (client) => client.ask(sayRoute, { body }));
    if (!answer) return exit.no;
    if (args.values.json) await io.out(JSON.stringify(answer));
    else io.err(answerText(body.act, answer.done ? undefined : answer.refused, terminalLanguage()));
    return answer.done ? exit.done : exit.no;
  },
});

/** The request's body. @throws UsageError for an act, role or hazard that does not exist, or options that do not go together. */
function sayingOf({ values, positionals: [what = ''] }: Args) {
  const {
    alert,
    hazard,
    note,
    outcome,
    by = userInfo().username,
    role = 'installer',
  } = values as Record<string, string | undefined>;
  const act = sayings.find((one) => one === what);
  if (!act) throw new UsageError(`there is no "${what}" to say: ${sayings.join(', ')}`);
  const known = roles.find((one) => one === role);
  if (!known) throw new UsageError(`--role: "${role}" is none of ${roles.join(', ')}`);
  if (hazard !== undefined && !(hazardNames as readonly string[]).includes(hazard))
    throw new UsageError(`--hazard: "${hazard}" is none of ${hazardNames.join(', ')}`);
  const aboutPresence: readonly Saying[] = ['home', 'away', 'visitor', 'hospital'];
  if (aboutPresence.includes(act) && (alert ?? hazard ?? note ?? outcome) !== undefined)
    throw new UsageError(`"${act}" is about who is at home: it takes no --alert, --hazard, --note or --outcome`);
  if (note !== undefined && act !== 'resolve') throw new UsageError('--note says what was found: it goes with resolve');
  if (outcome !== undefined && act !== 'resolve')
    throw new UsageError('--outcome says whether help was needed: it goes with resolve');
  const turnedOut = alertOutcomes.find((one) => one === outcome);
  if (outcome !== undefined && !turnedOut)
    throw new UsageError(`--outcome: "${outcome}" is neither ${alertOutcomes.join(' nor ')}`);
  return {
    act,
    by: { name: by.slice(0, 120), role: known },
    ...(alert !== undefined && { alertId: alert }),
    ...(hazard !== undefined && { hazard: hazard as Hazard }),
    ...(note !== undefined && { note }),
    ...(turnedOut && { outcome: turnedOut }),
  };
}
