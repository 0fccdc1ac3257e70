// `hearthward devices`: the configured and paired devices, the state of each link, and the last reading of each.

import { type DeviceView, devicesRoute, type LastReading } from '#contract/control/devices.ts';
import type { Clock } from '#contract/time.ts';
import { deviceOrigins } from '#src/config/origins.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { readingOf } from '#src/control/views.ts';
import { readHistory } from '#src/store/readers.ts';
import { readHomeOrFail } from './config.ts';
import { askGateway, type Source } from './gateway.ts';
import { type Language, localTime, terminalLanguage } from './language.ts';
import { exit, type Verb, type VerbIo } from './verb.ts';

export const devicesVerb = (schema: ConfigSchema, clock: Clock): Verb => ({
  name: 'devices',
  summary: 'Lists the devices of a gateway with the last reading of each.',
  options: {
    data: { type: 'string', value: 'DIR', describe: 'The gateway’s data directory.', required: true },
    config: {
      type: 'string',
      value: 'FILE',
      describe: 'Lists the devices of this file, and asks no gateway; else the last good one in DIR.',
    },
    json: {
      type: 'boolean',
      describe:
        'One device per line: {id, kind, driver, room, origins: by field file, registry (an installer) or paired, last: {quantity, value, quality, wall} or null, source: live or files}; of a running gateway also {link, faults}.',
    },
  },
  example: 'hearthward devices --data /var/lib/hearthward',
  notes:
    'A running gateway is asked which devices it has and whether they are there; where none answers, the configuration is read. What was heard before the last start is read from the history.',

  async run({ values }, io) {
    const dir = values.data as string;
    const file = values.config as string | undefined;
    const asked = file === undefined ? await askGateway(dir, clock, (client) => client.ask(devicesRoute)) : undefined;
    const devices = asked?.source === 'live' ? asked.answer : await devicesOfFile(dir, file, schema, io);
    if (!devices) return exit.no;
    const source: Source = asked?.source ?? 'files';
    const heard = lastHeard(dir, devices, source);
    const language = terminalLanguage();
    for (const device of devices) {
      const last = device.last ?? heard.get(device.id) ?? null;
      await io.out(values.json ? JSON.stringify({ ...device, last, source }) : lineOf({ ...device, last }, language));
    }
    asked?.printSource(io, values.json ? 'json' : 'text');
    return exit.done;
  },
});

/** A device as the configuration has it; `link` and `faults` only from a running gateway. */
type Listed = Pick<DeviceView, 'id' | 'kind' | 'driver' | 'room' | 'last' | 'origins'> & Partial<DeviceView>;

async function devicesOfFile(
  dir: string,
  file: string | undefined,
  schema: ConfigSchema,
  io: VerbIo,
): Promise<Listed[] | undefined> {
  const home = await readHomeOrFail(dir, file, schema, io);
  return home?.config.devices.map(({ id, kind, driver, room }, index) => ({
    ...{ id, kind, driver, room, last: null },
    origins: deviceOrigins(home.config, index, home.originOf),
  }));
}

/** The newest stored readings of the devices that have none since the start. */
function lastHeard(dir: string, devices: readonly Listed[], source: Source): Map<string, LastReading> {
  const silent = devices.filter(({ last }) => last === null).map(({ id }) => id);
  if (silent.length === 0) return new Map();
  try {
    const history = readHistory(dir);
    const last = history.lastReadings(silent);
    history.close();
    return new Map([...last].map(([id, reading]) => [id, readingOf(reading)]));
  } catch (thrown) {
    // Where the gateway has answered, an unreadable history only costs the older readings.
    if (source === 'files') throw thrown;
    return new Map();
  }
}

const words = {
  en: {
    ...{ never: 'never heard', lost: 'LOST', unsettled: 'not heard yet', paired: 'paired', file: 'file' },
    said: (fields: string) => `(by the installer: ${fields})`,
  },
  'zh-CN': {
    ...{ never: '从未收到', lost: '失联', unsettled: '尚未连通', paired: '已配对', file: '配置文件' },
    said: (fields: string) => `（安装人员填写：${fields}）`,
  },
} as const;

/** State of the link and codes of faults; empty for a device that is well. */
export function stateText(
  { link, faults = [] }: Pick<Partial<DeviceView>, 'link' | 'faults'>,
  language: Language,
): string {
  const state = link === 'lost' || link === 'unsettled' ? [words[language][link]] : [];
  return [...state, ...faults].join('  ');
}

/** Where the device itself comes from, and which of what is said of it does not. */
function originText({ origins: { kind = 'file', ...fields } = {} }: Listed, language: Language): string {
  const others = Object.entries(fields).filter(([, from]) => from === 'registry');
  const said = others.map(([field]) => field).join(', ');
  return [words[language][kind === 'paired' ? 'paired' : 'file'], said && words[language].said(said)]
    .filter(Boolean)
    .join(' ');
}

function lineOf(listed: Listed, language: Language): string {
  const { id, kind, room, last, ...device } = listed;
  const heard = last
    ? `${localTime(last.wall)}  ${last.quantity} ${last.value}${last.quality === 'good' ? '' : ` (${last.quality})`}`
    : words[language].never;
  const from = originText(listed, language).padEnd(8);
  return [id.padEnd(16), kind.padEnd(12), (room ?? '').padEnd(8), from, heard, stateText(device, language)]
    .join('  ')
    .trimEnd();
}
