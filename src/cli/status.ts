// `hearthward status`: how the running gateway is, in a few lines.

import { type Status, statusRoute } from '#contract/control/status.ts';
import type { Clock } from '#contract/time.ts';
import { askRunning } from './gateway.ts';
import { type Language, localTime, terminalLanguage } from './language.ts';
import { exit, type Verb } from './verb.ts';

export const statusVerb = (clock: Clock): Verb => ({
  name: 'status',
  summary: 'Says how the running gateway is: since when, what is open, its channels.',
  options: {
    data: { type: 'string', value: 'DIR', describe: 'The gateway’s data directory.', required: true },
    json: { type: 'boolean', describe: 'One object, as in docs/control-reference.md.' },
  },
  example: 'hearthward status --data /var/lib/hearthward',
  notes: 'Exit 1 where no gateway runs. What is wrong with the box beside it: hearthward doctor.',

  async run({ values }, io) {
    const status = await askRunning(values.data as string, clock, io, (client) => client.ask(statusRoute));
    if (!status) return exit.no;
    const lines = values.json ? [JSON.stringify(status)] : linesOf(status, terminalLanguage());
    for (const line of lines) await io.out(line);
    return exit.done;
  },
});

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

const words = {
  en: {
    gateway: 'gateway',
    since: (at: string) => `since ${at}`,
    armed: 'armed',
    starting: 'not armed yet',
    presence: 'presence',
    devices: (all: number, unsettled: number) =>
      `${counted(all, 'device')}${unsettled > 0 ? `, ${unsettled} not heard yet` : ''}`,
    alerts: (open: number) => counted(open, 'open alert'),
    faults: (on: number) => counted(on, 'fault'),
    channel: 'platform',
    up: 'connected',
    down: 'not reached',
    waiting: (count: number) => `${counted(count, 'message')} waiting`,
  },
  'zh-CN': {
    gateway: '网关',
    since: (at: string) => `自 ${at}`,
    armed: '已布防',
    starting: '尚未布防',
    presence: '在家情况',
    devices: (all: number, unsettled: number) => `${all} 个设备${unsettled > 0 ? `，${unsettled} 个尚未连通` : ''}`,
    alerts: (open: number) => `${open} 个未关闭的警报`,
    faults: (on: number) => `${on} 个故障`,
    channel: '平台',
    up: '已连接',
    down: '未连上',
    waiting: (count: number) => `${count} 条消息等待`,
  },
} as const satisfies Record<Language, object>;

function linesOf(status: Status, language: Language): string[] {
  const said = words[language];
  const { version, startedAt, armedAt, presence, devices, unsettled, openAlerts, faults, channels } = status;
  return [
    [said.gateway, version, said.since(localTime(startedAt.wall)), armedAt ? said.armed : said.starting],
    [said.devices(devices, unsettled.length), said.alerts(openAlerts), said.faults(faults)],
    [said.presence, presence],
    ...channels.map(({ channel, session, trouble, waiting }) => [
      said.channel,
      channel,
      session === 'up' ? said.up : session === 'starting' ? said.starting : `${said.down}: ${trouble?.detail ?? ''}`,
      said.waiting(waiting),
    ]),
  ].map((parts) => parts.join('  '));
}
