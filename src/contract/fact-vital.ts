// Facts about values of the body: values and limits, never what they may mean.

import { code, fact, number, optional, overFact } from './fact-row.ts';
import { type Words, words } from './words.ts';

/** With the unit where a bare number would say too little. */
const quantityNames = {
  heartRate: words('heart rate', '心率'),
  spo2: words('oxygen saturation (%)', '血氧饱和度（%）'),
  bodyTemperature: words('body temperature (°C)', '体温（°C）'),
  systolic: words('upper blood pressure (mmHg)', '收缩压（mmHg）'),
  diastolic: words('lower blood pressure (mmHg)', '舒张压（mmHg）'),
  glucose: words('blood glucose (mmol/L)', '血糖（mmol/L）'),
} as const satisfies Record<string, Words>;
const kindNames = {
  'blood-pressure': words('blood pressure', '血压'),
  glucose: words('blood glucose', '血糖'),
  oxygen: words('oxygen level', '血氧'),
  temperature: words('temperature', '体温'),
  weight: words('weight', '体重'),
} as const satisfies Record<string, Words>;

const quantity = code('heartRate', 'spo2', 'bodyTemperature', 'systolic', 'diastolic', 'glucose');
const kind = code('blood-pressure', 'glucose', 'oxygen', 'temperature', 'weight');
/** Of the limit that was passed. */
const side = code('low', 'high');
const value = number('the quantity’s', 128);
const limit = number('the quantity’s', 120);

export const vitalFacts = {
  'vital-beyond': fact(
    { quantity, value, limit, side, minutes: number('min', 10) },
    ({ quantity, value, limit, minutes }) =>
      words(
        `${quantityNames[quantity].en} ${value} for ${minutes} min, limit ${limit}`,
        `${quantityNames[quantity]['zh-CN']}${value}，已持续${minutes}分钟，限值${limit}`,
      ),
  ),
  'vital-measured': fact({ quantity, value, limit, side }, ({ quantity, value, limit }) =>
    words(
      `${quantityNames[quantity].en} measured at ${value}, limit ${limit}`,
      `${quantityNames[quantity]['zh-CN']}测得${value}，限值${limit}`,
    ),
  ),
  'vital-off-scale': fact(
    { quantity, limit, side, minutes: optional(number('min', 10)) },
    ({ quantity, side, limit, minutes }) =>
      words(
        `${quantityNames[quantity].en} ${side === 'low' ? 'below' : 'above'} what the meter can show${minutes === undefined ? '' : ` for ${minutes} min`}, limit ${limit}`,
        `${quantityNames[quantity]['zh-CN']}${side === 'low' ? '低于' : '高于'}仪表可显示的范围${minutes === undefined ? '' : `，已持续${minutes}分钟`}，限值${limit}`,
      ),
  ),
  'vital-in-doubt': fact({}, () =>
    words(
      'in doubt: measured poorly, by a wrong clock, or beyond what such a meter is made for',
      '存疑：测量不佳、仪表时钟有误或超出仪表的适用范围',
    ),
  ),
  'vital-back': overFact({ quantity, value }, ({ quantity, value }) =>
    words(
      `${quantityNames[quantity].en} is ${value}, back within its limits`,
      `${quantityNames[quantity]['zh-CN']}${value}，已回到限值以内`,
    ),
  ),
  'measure-failed': fact({ kind }, ({ kind }) =>
    words(`the meter could not measure: ${kindNames[kind].en}`, `仪表未能测出${kindNames[kind]['zh-CN']}`),
  ),
  'repeat-failed': fact({}, () => words('measured again, and that failed', '已重新测量，但未测出')),
  'repeat-doubtful': fact({}, () =>
    words(
      'measured again, and the result is in doubt, or may be another person’s',
      '已重新测量，但结果存疑或可能属于他人',
    ),
  ),
  'not-repeated': fact({}, () => words('asked to measure again, nobody did', '已提示重新测量，但未测量')),
  'measure-again': fact({}, () => words('asked to measure again', '已提示重新测量')),
  'measure-asked': fact({ kind }, ({ kind }) =>
    words(`asked to measure now: ${kindNames[kind].en}`, `已提示现在测量${kindNames[kind]['zh-CN']}`),
  ),
  whose: fact({ kind }, ({ kind }) =>
    words(`asked whose measurement it was: ${kindNames[kind].en}`, `已询问是谁测量的${kindNames[kind]['zh-CN']}`),
  ),
} as const;
