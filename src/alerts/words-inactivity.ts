// Silence in the home, told in both languages.

import type { Words } from '#contract/actuator.ts';
import type { Because } from '#contract/finding.ts';
import { span } from './words-care.ts';

export const inactivityNames = {
  inactivity: {
    alarm: { en: 'No movement in the home', 'zh-CN': '长时间无活动报警' },
    early: { en: 'No movement in the home for long', 'zh-CN': '长时间无活动提醒' },
  },
} as const satisfies Record<string, Record<'alarm' | 'early', Words>>;

export const inactivityFacts: Record<string, (because: Because) => Words> = {
  'no-movement-since': ({ time, ...place }) => ({
    en: `no movement since ${time}${whereEn(place)}`,
    'zh-CN': `自${time}起${whereZh(place)}无活动`,
  }),
  'not-back-since': ({ time }) => ({
    en: `nobody has come back since the door was used at ${time}`,
    'zh-CN': `自${time}出门后无人返回`,
  }),
  'usual-pause': ({ minutes }) => ({
    en: `at this hour the longest usual pause is ${span(minutes).en}`,
    'zh-CN': `该时段平时最长停顿为${span(minutes)['zh-CN']}`,
  }),
  'usual-absence': ({ minutes }) => ({
    en: `at this hour the longest usual absence is ${span(minutes).en}`,
    'zh-CN': `该时段平时外出最长为${span(minutes)['zh-CN']}`,
  }),
  'never-so-quiet': ({ minutes }) => ({
    en: `at this hour it is never quiet for ${span(minutes).en}`,
    'zh-CN': `该时段从未安静超过${span(minutes)['zh-CN']}`,
  }),
  'silence-limit': ({ minutes }) => ({
    en: `until the habits of this home are known, the limit at this hour is ${span(minutes).en}`,
    'zh-CN': `尚未掌握作息规律，该时段的时限为${span(minutes)['zh-CN']}`,
  }),
  'presence-unknown': ({ minutes }) => ({
    en: `the sensors that work cannot tell whether anybody is at home; the limit is then ${span(minutes).en}`,
    'zh-CN': `在用的传感器无法判断家中是否有人，此时的时限为${span(minutes)['zh-CN']}`,
  }),
  'help-called': () => ({ en: 'nobody answered, help is called', 'zh-CN': '无人应答，正在呼叫帮助' }),
  'moved-again': () => ({ en: 'somebody has moved again', 'zh-CN': '家中已恢复活动' }),
};

const whereEn = ({ room, device }: Because | Record<string, unknown>) =>
  room ? ` in the ${room}` : device ? ` (${device})` : '';
const whereZh = ({ room, device }: Because | Record<string, unknown>) =>
  room ? `${room}` : device ? `（${device}）` : '';
