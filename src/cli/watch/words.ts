// An event of the gateway as a line for the person at the terminal.

import type { ControlEvent } from '#contract/control/events.ts';
import { type Language, localTime } from '../language.ts';

type Fields = Record<string, unknown>;

const en = {
  begins: ({ version }: Fields) => `watching gateway ${version}`,
  missed: ({ count }: Fields) => `… ${count} events were missed: this terminal is too slow for them`,
  alert: 'ALERT',
  story: 'alert',
  registered: 'on the card',
  sent: 'sent',
  received: 'received by the platform',
  cue: 'resident is shown',
  output: 'output',
  command: 'said',
  faultOn: 'FAULT',
  faultOff: 'fault over',
  warning: 'warning',
  warningOff: 'warning over',
  presence: 'presence',
  refused: 'refused',
};

const zh: typeof en = {
  begins: ({ version }) => `正在观察网关 ${version}`,
  missed: ({ count }) => `… 错过 ${count} 个事件：此终端读取过慢`,
  alert: '警报',
  story: '警报更新',
  registered: '已存盘',
  sent: '已发送',
  received: '平台已收到',
  cue: '住户端显示',
  output: '输出',
  command: '声明',
  faultOn: '故障',
  faultOff: '故障消除',
  warning: '警告',
  warningOff: '警告解除',
  presence: '在家情况',
  refused: '被拒绝',
};

/** What there is to say of each type of event; one that is not known here is shown as it came. */
const texts: Record<string, (event: Fields, words: typeof en, language: Language) => unknown[]> = {
  begins: (event, words) => [words.begins(event)],
  missed: (event, words) => [words.missed(event)],
  alert: ({ changed, state, text, alertId }, words, language) => [
    changed ? words.alert : words.story,
    state,
    said(text, language),
    alertId,
  ],
  registered: ({ alertId, rev }, words) => [words.registered, `${alertId}.${rev}`],
  sent: ({ alertId, rev, channel }, words) => [words.sent, channel, `${alertId}.${rev}`],
  received: ({ alertId, rev, channel }, words) => [words.received, channel, `${alertId}.${rev}`],
  cue: ({ stage, say }, words, language) => [words.cue, stage, said(say, language)],
  output: ({ output, action, result }, words) => [words.output, output, action, result],
  command: ({ act, role, alertId, refused }, words) => [
    words.command,
    act,
    role,
    alertId,
    refused === undefined ? undefined : `${words.refused}: ${refused}`,
  ],
  fault: ({ code, subject, active, text }, words, language) => [
    active ? words.faultOn : words.faultOff,
    subject,
    said(text, language),
    code,
  ],
  warning: ({ active, text }, words, language) => [active ? words.warning : words.warningOff, said(text, language)],
  presence: ({ presence }, words) => [words.presence, presence],
  'said-over': ({ text }, words, language) => [words.presence, said(text, language)],
  reading: ({ device, quantity, value, quality }) => [
    device,
    quantity,
    value,
    quality === 'good' ? undefined : quality,
  ],
};

export function eventLine(event: ControlEvent, language: Language): string {
  const { type, at, ...rest } = event;
  const parts = texts[type]?.(event, language === 'en' ? en : zh, language) ?? [type, JSON.stringify(rest)];
  return [at ? localTime(at.wall) : ''.padEnd(19), ...parts.filter((part) => part !== undefined)].join('  ');
}

const said = (words: unknown, language: Language): unknown => (words as Partial<Record<Language, string>>)?.[language];
