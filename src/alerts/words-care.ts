// What the care rules are called and why they speak, in both languages.

import type { Words } from '#contract/actuator.ts';
import type { Because } from '#contract/finding.ts';

const both = (en: string, zh: string): Record<'alarm' | 'early', Words> => {
  return { alarm: { en, 'zh-CN': zh }, early: { en: `${en} (early sign)`, 'zh-CN': `${zh}预警` } };
};

export const careNames = {
  wandering: both('Out at night', '夜间外出'),
  absence: both('Not back in time', '外出未归'),
  breathing: both('Breathing', '呼吸异常'),
  bathroom: both('Too long in the bathroom', '卫生间停留过久'),
  'bed-exit': both('Out of bed at night', '夜间离床未归'),
  'not-up': both('Not up this morning', '早晨未起床'),
  'check-in': both('No daily sign of well-being', '未报平安'),
  'no-motion': both('No movement', '长时间无活动'),
  'bathroom-unused': both('Bathroom not used', '长时间未使用卫生间'),
  'water-unused': both('No water used', '长时间未用水'),
  'door-unused': both('Door not opened', '长时间未开门'),
  'appliance-unused': both('Not used today', '今日未使用电器'),
  'appliance-on': both('Appliance left on', '电器长时间未关'),
  'door-open': both('Door left open', '大门未关'),
  'water-running': both('Water running on', '持续用水'),
  cold: both('Room too cold', '室温过低'),
  hot: both('Room too hot', '室温过高'),
} as const;

export const careFacts: Record<string, (because: Because) => Words> = {
  'left-open': ({ minutes }) => ({ en: `open for ${span(minutes).en}`, 'zh-CN': `已开启${span(minutes)['zh-CN']}` }),
  'door-not-opened': ({ hours }) => ({
    en: `the door has not been opened for ${hours} h`,
    'zh-CN': `大门已${hours}小时未打开`,
  }),
  'no-water': ({ hours }) => ({ en: `no water for ${hours} h`, 'zh-CN': `已${hours}小时未用水` }),
  'water-runs': ({ minutes }) => ({
    en: `running for ${span(minutes).en} without a pause`,
    'zh-CN': `已连续用水${span(minutes)['zh-CN']}`,
  }),
  'appliance-on': ({ minutes }) => ({ en: `on for ${span(minutes).en}`, 'zh-CN': `已开启${span(minutes)['zh-CN']}` }),
  'not-used-today': ({ by }) => ({ en: `not used by ${by} today`, 'zh-CN': `今天到${by}仍未使用` }),
  'bed-empty': ({ minutes }) => ({
    en: `left the bed ${span(minutes).en} ago and has not come back`,
    'zh-CN': `离床${span(minutes)['zh-CN']}仍未返回`,
  }),
  'not-up': ({ by }) => ({ en: `not up by ${by}`, 'zh-CN': `到${by}仍未起床` }),
  'cold-for': ({ minutes, value, limit }) => ({
    en: `${value} °C, under ${limit} for ${span(minutes).en}`,
    'zh-CN': `${value}°C，低于${limit}°C已${span(minutes)['zh-CN']}`,
  }),
  'hot-for': ({ minutes, value, limit }) => ({
    en: `${value} °C, over ${limit} for ${span(minutes).en}`,
    'zh-CN': `${value}°C，高于${limit}°C已${span(minutes)['zh-CN']}`,
  }),
  'no-movement': ({ hours }) => ({
    en: `nothing has moved in the home for ${hours} h`,
    'zh-CN': `家中已${hours}小时无活动`,
  }),
  'bathroom-not-used': ({ hours }) => ({
    en: `nobody has passed the bathroom’s sensor for ${hours} h`,
    'zh-CN': `卫生间已${hours}小时无人经过`,
  }),
  'no-check-in': ({ by }) =>
    by === undefined
      ? { en: 'the key "I am well" has not been pressed', 'zh-CN': '尚未按“平安”键' }
      : { en: `the key "I am well" was not pressed by ${by}`, 'zh-CN': `到${by}未按“平安”键` },
  'in-bathroom': ({ since, minutes }) => ({
    en: `in there since ${since}, ${span(minutes).en}`,
    'zh-CN': `自${since}起已停留${span(minutes)['zh-CN']}`,
  }),
  'night-door': ({ time }) => ({ en: `the door was opened at ${time}`, 'zh-CN': `${time}大门被打开` }),
  'night-out': ({ time, minutes }) => ({
    en: `the door was used at ${time}, and nobody has been seen inside for ${span(minutes).en}`,
    'zh-CN': `${time}有人进出大门，之后${span(minutes)['zh-CN']}室内无人活动`,
  }),
  'night-door-open': ({ time, minutes }) => ({
    en: `the door was opened at ${time} and has stood open for ${span(minutes).en}`,
    'zh-CN': `大门${time}打开后已敞开${span(minutes)['zh-CN']}`,
  }),
  'not-back': ({ since, by }) => ({
    en: `out since ${since}, to be back by ${by}`,
    'zh-CN': `${since}外出，应于${by}前返回`,
  }),
  'breathing-rate': ({ value, minutes }) => ({
    en: `${value} breaths a minute when it began, out of its range for ${span(minutes).en}`,
    'zh-CN': `开始时呼吸${value}次/分，超出范围已${span(minutes)['zh-CN']}`,
  }),
};

/** 90 minutes are an hour and a half to a person. */
export function span(minutes: Because[string] | undefined): Words {
  const all = Number(minutes);
  const hours = Math.floor(all / 60);
  const rest = Math.round(all % 60);
  if (hours === 0) return { en: `${rest} min`, 'zh-CN': `${rest}分钟` };
  return rest === 0
    ? { en: `${hours} h`, 'zh-CN': `${hours}小时` }
    : { en: `${hours} h ${rest} min`, 'zh-CN': `${hours}小时${rest}分钟` };
}
