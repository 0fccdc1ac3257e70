// Why the care rules speak.

import { fact, number, optional, timeOfDay } from './fact-row.ts';
import { span, words } from './words.ts';

const minutes = number('min', 90);
const hours = number('h', 12);

export const careFacts = {
  'left-open': fact({ minutes }, ({ minutes }) =>
    words(`open for ${span(minutes).en}`, `已开启${span(minutes)['zh-CN']}`),
  ),
  'door-not-opened': fact({ hours }, ({ hours }) =>
    words(`the door has not been opened for ${hours} h`, `大门已${hours}小时未打开`),
  ),
  'no-water': fact({ hours }, ({ hours }) => words(`no water for ${hours} h`, `已${hours}小时未用水`)),
  'water-runs': fact({ minutes }, ({ minutes }) =>
    words(`running for ${span(minutes).en} without a pause`, `已连续用水${span(minutes)['zh-CN']}`),
  ),
  'appliance-on': fact({ minutes }, ({ minutes }) =>
    words(`on for ${span(minutes).en}`, `已开启${span(minutes)['zh-CN']}`),
  ),
  'not-used-today': fact({ by: timeOfDay }, ({ by }) => words(`not used by ${by} today`, `今天到${by}仍未使用`)),
  'bed-empty': fact({ minutes }, ({ minutes }) =>
    words(`left the bed ${span(minutes).en} ago and has not come back`, `离床${span(minutes)['zh-CN']}仍未返回`),
  ),
  'not-up': fact({ by: timeOfDay }, ({ by }) => words(`not up by ${by}`, `到${by}仍未起床`)),
  'cold-for': fact({ minutes, value: number('Cel', 12), limit: number('Cel', 14) }, ({ minutes, value, limit }) =>
    words(
      `${value} °C, under ${limit} for ${span(minutes).en}`,
      `${value}°C，低于${limit}°C已${span(minutes)['zh-CN']}`,
    ),
  ),
  'hot-for': fact({ minutes, value: number('Cel', 34), limit: number('Cel', 32) }, ({ minutes, value, limit }) =>
    words(
      `${value} °C, over ${limit} for ${span(minutes).en}`,
      `${value}°C，高于${limit}°C已${span(minutes)['zh-CN']}`,
    ),
  ),
  'no-movement': fact({ hours }, ({ hours }) =>
    words(`nothing has moved in the home for ${hours} h`, `家中已${hours}小时无活动`),
  ),
  'bathroom-not-used': fact({ hours }, ({ hours }) =>
    words(`nobody has passed the bathroom’s sensor for ${hours} h`, `卫生间已${hours}小时无人经过`),
  ),
  /** Without `by`: the home is asking for it, and it may still come. */
  'no-check-in': fact({ by: optional(timeOfDay) }, ({ by }) =>
    by === undefined
      ? words('the key "I am well" has not been pressed', '尚未按“平安”键')
      : words(`the key "I am well" was not pressed by ${by}`, `到${by}未按“平安”键`),
  ),
  'in-bathroom': fact({ since: timeOfDay, minutes }, ({ since, minutes }) =>
    words(`in there since ${since}, ${span(minutes).en}`, `自${since}起已停留${span(minutes)['zh-CN']}`),
  ),
  'night-door': fact({ time: timeOfDay }, ({ time }) => words(`the door was opened at ${time}`, `${time}大门被打开`)),
  'night-out': fact({ time: timeOfDay, minutes }, ({ time, minutes }) =>
    words(
      `the door was used at ${time}, and nobody has been seen inside for ${span(minutes).en}`,
      `${time}有人进出大门，之后${span(minutes)['zh-CN']}室内无人活动`,
    ),
  ),
  'night-door-open': fact({ time: timeOfDay, minutes }, ({ time, minutes }) =>
    words(
      `the door was opened at ${time} and has stood open for ${span(minutes).en}`,
      `大门${time}打开后已敞开${span(minutes)['zh-CN']}`,
    ),
  ),
  'not-back': fact({ since: timeOfDay, by: timeOfDay }, ({ since, by }) =>
    words(`out since ${since}, to be back by ${by}`, `${since}外出，应于${by}前返回`),
  ),
  'breathing-rate': fact({ value: number('/min', 7), minutes }, ({ value, minutes }) =>
    words(
      `${value} breaths a minute when it began, out of its range for ${span(minutes).en}`,
      `开始时呼吸${value}次/分，超出范围已${span(minutes)['zh-CN']}`,
    ),
  ),
} as const;
