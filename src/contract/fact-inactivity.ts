// Why a silence in the home is too long, and what ended it.

import { fact, number, optional, overFact, text, timeOfDay } from './fact-row.ts';
import { span, words } from './words.ts';

const minutes = number('min', 80);
/** Where somebody was heard last: the room, or where it has no name the device. */
const place = { room: optional(text('the room', 'kitchen')), device: optional(text('a device id', 'pir-2')) };
const placeEn = (room?: string, device?: string) => (room ? ` in the ${room}` : device ? ` (${device})` : '');
const placeZh = (room?: string, device?: string) => room ?? (device ? `（${device}）` : '');

export const inactivityFacts = {
  'no-movement-since': fact({ time: timeOfDay, ...place }, ({ time, room, device }) =>
    words(`no movement since ${time}${placeEn(room, device)}`, `自${time}起${placeZh(room, device)}无活动`),
  ),
  'not-back-since': fact({ time: timeOfDay, ...place }, ({ time }) =>
    words(`nobody has come back since the door was used at ${time}`, `自${time}出门后无人返回`),
  ),
  'may-be-inside-since': fact({ time: timeOfDay }, ({ time }) =>
    words(
      `somebody may be lying inside: the door was used at ${time}, and nobody has moved since`,
      `可能有人倒在屋内：${time}门被打开过，此后一直无人活动`,
    ),
  ),
  'guest-may-have-left-alone': fact({}, () =>
    words('a guest was there before, and may have left alone', '此前有访客，可能只有访客离开'),
  ),
  'usual-pause': fact({ minutes }, ({ minutes }) =>
    words(
      `at this hour the longest usual pause is ${span(minutes).en}`,
      `该时段平时最长停顿为${span(minutes)['zh-CN']}`,
    ),
  ),
  'usual-absence': fact({ minutes }, ({ minutes }) =>
    words(
      `at this hour the longest usual absence is ${span(minutes).en}`,
      `该时段平时外出最长为${span(minutes)['zh-CN']}`,
    ),
  ),
  'never-so-quiet': fact({ minutes }, ({ minutes }) =>
    words(`at this hour it is never quiet for ${span(minutes).en}`, `该时段从未安静超过${span(minutes)['zh-CN']}`),
  ),
  'up-at-night': fact({ minutes }, ({ minutes }) =>
    words(
      `nobody stays there for ${span(minutes).en} at night: whoever is up goes back to bed`,
      `夜间从不会在此停留${span(minutes)['zh-CN']}，起夜后总会回到床上`,
    ),
  ),
  'silence-limit': fact({ minutes }, ({ minutes }) =>
    words(
      `until the habits of this home are known, the limit at this hour is ${span(minutes).en}`,
      `尚未掌握作息规律，该时段的时限为${span(minutes)['zh-CN']}`,
    ),
  ),
  'presence-unknown': fact({ minutes }, ({ minutes }) =>
    words(
      `the sensors that work cannot tell whether anybody is at home; the limit is then ${span(minutes).en}`,
      `在用的传感器无法判断家中是否有人，此时的时限为${span(minutes)['zh-CN']}`,
    ),
  ),
  'help-called': overFact({}, () => words('nobody answered, help is called', '无人应答，正在呼叫帮助')),
  'moved-again': overFact({}, () => words('somebody has moved again', '家中已恢复活动')),
} as const;
