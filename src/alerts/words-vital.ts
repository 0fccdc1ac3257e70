// The words of vital signs, in both languages: values and limits, never what they may mean.

import type { Words } from '#contract/actuator.ts';
import type { Because } from '#contract/finding.ts';

export const vitalNames = {
  vital: {
    alarm: { en: 'Vital sign far beyond its limit', 'zh-CN': '生命体征严重超限' },
    early: { en: 'Vital sign beyond its limit', 'zh-CN': '生命体征超限' },
  },
} as const satisfies Record<string, Record<'alarm' | 'early', Words>>;

export const vitalFacts: Record<string, (because: Because) => Words> = {
  'vital-beyond': ({ quantity, value, limit, minutes }) => ({
    en: `${vital(quantity).en} ${value} for ${minutes} min, limit ${limit}`,
    'zh-CN': `${vital(quantity)['zh-CN']}${value}，已持续${minutes}分钟，限值${limit}`,
  }),
  'vital-measured': ({ quantity, value, limit }) => ({
    en: `${vital(quantity).en} measured at ${value}, limit ${limit}`,
    'zh-CN': `${vital(quantity)['zh-CN']}测得${value}，限值${limit}`,
  }),
  'vital-back': ({ quantity, value }) => ({
    en: `${vital(quantity).en} is ${value}, back within its limits`,
    'zh-CN': `${vital(quantity)['zh-CN']}${value}，已回到限值以内`,
  }),
  'vital-off-scale': ({ quantity, side, limit, minutes }) => ({
    en: `${vital(quantity).en} ${side === 'low' ? 'below' : 'above'} what the meter can show${minutes === undefined ? '' : ` for ${minutes} min`}, limit ${limit}`,
    'zh-CN': `${vital(quantity)['zh-CN']}${side === 'low' ? '低于' : '高于'}仪表可显示的范围${minutes === undefined ? '' : `，已持续${minutes}分钟`}，限值${limit}`,
  }),
  'vital-in-doubt': () => ({
    en: 'in doubt: measured poorly, by a wrong clock, or beyond what such a meter is made for',
    'zh-CN': '存疑：测量不佳、仪表时钟有误或超出仪表的适用范围',
  }),
  'measure-failed': ({ kind }) => ({
    en: `the meter could not measure: ${measured(kind).en}`,
    'zh-CN': `仪表未能测出${measured(kind)['zh-CN']}`,
  }),
  'repeat-failed': () => ({ en: 'measured again, and that failed', 'zh-CN': '已重新测量，但未测出' }),
  'repeat-doubtful': () => ({
    en: 'measured again, and the result is in doubt, or may be another person’s',
    'zh-CN': '已重新测量，但结果存疑或可能属于他人',
  }),
  'not-repeated': () => ({ en: 'asked to measure again, nobody did', 'zh-CN': '已提示重新测量，但未测量' }),
  'measure-again': () => ({ en: 'asked to measure again', 'zh-CN': '已提示重新测量' }),
  'measure-asked': ({ kind }) => ({
    en: `asked to measure now: ${measured(kind).en}`,
    'zh-CN': `已提示现在测量${measured(kind)['zh-CN']}`,
  }),
  whose: ({ kind }) => ({
    en: `asked whose measurement it was: ${measured(kind).en}`,
    'zh-CN': `已询问是谁测量的${measured(kind)['zh-CN']}`,
  }),
};

/** Quantities of the body, with the unit where a bare number says too little. */
const quantityNames: Record<string, Words> = {
  heartRate: { en: 'heart rate', 'zh-CN': '心率' },
  spo2: { en: 'oxygen saturation (%)', 'zh-CN': '血氧饱和度（%）' },
  bodyTemperature: { en: 'body temperature (°C)', 'zh-CN': '体温（°C）' },
  systolic: { en: 'upper blood pressure (mmHg)', 'zh-CN': '收缩压（mmHg）' },
  diastolic: { en: 'lower blood pressure (mmHg)', 'zh-CN': '舒张压（mmHg）' },
  glucose: { en: 'blood glucose (mmol/L)', 'zh-CN': '血糖（mmol/L）' },
};
const measuredNames: Record<string, Words> = {
  'blood-pressure': { en: 'blood pressure', 'zh-CN': '血压' },
  glucose: { en: 'blood glucose', 'zh-CN': '血糖' },
  oxygen: { en: 'oxygen level', 'zh-CN': '血氧' },
  temperature: { en: 'temperature', 'zh-CN': '体温' },
  weight: { en: 'weight', 'zh-CN': '体重' },
};
const same = (name: Because[string] | undefined): Words => ({ en: String(name), 'zh-CN': String(name) });
const vital = (quantity: Because[string] | undefined): Words => quantityNames[String(quantity)] ?? same(quantity);
const measured = (kind: Because[string] | undefined): Words => measuredNames[String(kind)] ?? same(kind);
