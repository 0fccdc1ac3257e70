// `hearthward activity`: the picture of a day in the home.

import { writeFile } from 'node:fs/promises';
import type { Config } from '#contract/config.ts';
import { learnedRoute } from '#contract/control/learned.ts';
import { reasonOf } from '#contract/errors.ts';
import { firstFormat } from '#contract/format.ts';
import type { Json } from '#contract/json.ts';
import { localTime } from '#contract/local-time.ts';
import type { Clock } from '#contract/time.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { newBudget } from '#src/detectors/budget.ts';
import { factorOf } from '#src/detectors/inactivity/limit.ts';
import { type State as InactivityState, inactivity, tolerated } from '#src/detectors/inactivity.ts';
import { type State as PresenceState, presence } from '#src/detectors/presence.ts';
import { type JournalView, readHistory, readJournal } from '#src/store/readers.ts';
import { type ActivityDay, activityOf, dayNumber } from './activity/day.ts';
import { linesOf, pictureOf } from './activity/picture.ts';
import { readHomeOrFail } from './config.ts';
import { askGateway } from './gateway.ts';
import { terminalLanguage } from './language.ts';
import { exit, UsageError, type Verb } from './verb.ts';

export const activityVerb = (schema: ConfigSchema, clock: Clock): Verb => ({
  name: 'activity',
  summary: 'Shows a day in the home: activity by room and hour.',
  options: {
    data: {
      type: 'string',
      value: 'DIR',
      describe: 'The gateway’s data directory; the gateway may be running.',
      required: true,
    },
    day: { type: 'string', value: 'DATE', describe: 'Local date, 2026-11-22; else the newest day on record.' },
    config: {
      type: 'string',
      value: 'FILE',
      describe: 'The configuration that names rooms and zone; else the last good one in DIR.',
    },
    svg: { type: 'string', value: 'FILE', describe: 'Writes the picture there.' },
    json: {
      type: 'boolean',
      describe:
        'One object: {date, zone, rooms: [{room, slots: [144 counts of 10 min]}], alerts, first, last, quiet, source: live or files}.',
    },
  },
  example: 'hearthward activity --data /var/lib/hearthward --day 2026-11-22 --svg day.svg',
  notes:
    'Personal data: it tells when somebody was where. Nothing leaves the box. A running gateway is asked what it has learned of usual pauses; else that is as of the hour it was written in.',

  async run({ values }, io) {
    const date = values.day as string | undefined;
    const wanted = date === undefined ? undefined : dayNumber(date);
    if (date !== undefined && wanted === undefined)
      throw new UsageError(`--day: "${date}" is no date such as 2026-11-22`);
    const dir = values.data as string;
    const home = await readHomeOrFail(dir, values.config as string | undefined, schema, io);
    if (!home) return exit.no;
    const { config } = home;
    const journal = readJournal(dir, formats);
    const asked = await askGateway(dir, clock, (client) =>
      client.ask(learnedRoute, { query: { detectors: learners } }),
    );
    // The journal's copy may be an hour old.
    const learned =
      asked.source === 'live' ? { ...journal.checkpoints, ...asked.answer.checkpoints } : journal.checkpoints;
    const activity = dayOf(dir, wanted, config, { ...journal, checkpoints: learned as typeof journal.checkpoints });
    if (!activity) {
      io.err('hearthward activity: nothing is on record yet');
      return exit.no;
    }
    const language = terminalLanguage();
    const file = values.svg as string | undefined;
    if (file !== undefined) {
      try {
        await writeFile(file, pictureOf(activity, language));
      } catch (thrown) {
        io.err(`hearthward activity: ${file} cannot be written: ${reasonOf(thrown)}`);
        return exit.no;
      }
    }
    if (values.json) await io.out(JSON.stringify({ ...activity, source: asked.source }));
    else if (file === undefined) for (const line of linesOf(activity, language)) await io.out(line);
    asked.printSource(io, values.json || file !== undefined ? 'json' : 'text');
    return exit.done;
  },
});

/** The detectors that have learned how long a silence is usual. */
const learners = [inactivity.id, presence.id].join(',');
const formats = Object.fromEntries([inactivity, presence].map(({ id, format = firstFormat }) => [id, format]));

/** The activity of one day. @param wanted the day; undefined: the newest on record. Undefined where nothing is on record. */
function dayOf(
  dir: string,
  wanted: number | undefined,
  config: Config,
  { alerts, checkpoints }: Pick<JournalView, 'alerts' | 'checkpoints'>,
): ActivityDay | undefined {
  const zone = config.home.timezone;
  const history = readHistory(dir);
  try {
    const day = wanted ?? newestDay(history.records(), zone);
    if (day === undefined) return undefined;
    const tolerated = toleratedBy(checkpoints, config);
    return activityOf(history.records(), { devices: config.devices, alerts, zone, day, tolerated });
  } finally {
    history.close();
  }
}

/** How long a silence is tolerated, by what was learned; undefined where the detector is off, or nothing was written yet. */
function toleratedBy(checkpoints: Readonly<Record<string, Json>>, { detectors }: Config) {
  const [learned, model] = [checkpoints[inactivity.id], checkpoints[presence.id]];
  const options = detectors[inactivity.id] as { enabled: boolean; sensitivity: 'low' | 'normal' | 'high' } | undefined;
  if (learned === undefined || model === undefined || !options?.enabled) return undefined;
  const believed = (model as PresenceState).presence;
  return (from: { minute: number; room: string }) => {
    const { minutes, longestMinutes, by } = tolerated(learned as InactivityState, from, believed, options);
    const { level } = (learned as InactivityState).budget ?? newBudget;
    return { limitMinutes: minutes, longestMinutes: Math.round(longestMinutes), by, price: factorOf(level) };
  };
}

/** The local day of the newest reading. */
function newestDay(records: ReturnType<ReturnType<typeof readHistory>['records']>, zone: string): number | undefined {
  let day: number | undefined;
  for (const { record } of records)
    if (record.kind === 'reading') day = Math.max(day ?? 0, localTime(record.reading.at.wall, zone).day);
  return day;
}
