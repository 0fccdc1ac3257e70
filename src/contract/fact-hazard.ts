// Why help was called, and what detectors of gas, carbon monoxide, smoke, heat and water report.

import { code, fact, number, overFact } from './fact-row.ts';
import { words } from './words.ts';

const unitOf = { gas: '%LEL', co: ' ppm', temperature: ' °C' } as const;

export const hazardFacts = {
  pressed: fact({}, () => words('the button was pressed', '按钮被按下')),
  held: fact({}, () => words('the button was held down', '按钮被长按')),
  'still-present': fact({}, () =>
    words('its cause was still present after the alarm was resolved', '处理完毕后原因仍未消失'),
  ),
  'detector-alarm': fact({}, () => words('the detector itself raised its alarm', '探测器自身发出报警')),
  'detector-quiet': overFact({}, () => words('the detector itself ended its alarm', '探测器自身解除报警')),
  'water-found': fact({}, () => words('the sensor found water', '传感器检测到积水')),
  'water-gone': overFact({}, () => words('the sensor is dry again', '传感器已无积水')),
  'level-above': fact(
    {
      quantity: code('gas', 'temperature'),
      value: number('%LEL of gas, Cel of temperature', 12),
      limit: number('as `value`', 10),
    },
    ({ quantity, value, limit }) =>
      quantity === 'temperature'
        ? words(`the temperature is ${value} °C, limit ${limit}`, `温度${value}°C，限值${limit}`)
        : words(`the level is ${value} %LEL, limit ${limit}`, `浓度${value}%LEL，限值${limit}`),
  ),
  'level-below': overFact(
    {
      quantity: code('gas', 'co', 'temperature'),
      value: number('%LEL of gas, [ppm] of co, Cel of temperature', 3),
      limit: number('as `value`', 5),
    },
    ({ quantity, value, limit }) =>
      words(
        `the ${quantity === 'temperature' ? 'temperature' : 'level'} has come down to ${value}${unitOf[quantity]}, limit ${limit}`,
        `${quantity === 'temperature' ? '温度' : '浓度'}已降至${value}${unitOf[quantity].trim()}，限值${limit}`,
      ),
  ),
  'rising-fast': fact(
    { quantity: code('temperature'), value: number('Cel', 44), perMinute: number('Cel/min', 12) },
    ({ value, perMinute }) =>
      words(
        `the temperature rises by ${perMinute} °C a minute and is ${value} °C`,
        `温度每分钟上升${perMinute}°C，现为${value}°C`,
      ),
  ),
  'dose-reached': fact(
    { quantity: code('co'), value: number('[ppm]', 52), above: number('[ppm]', 30), minutes: number('min', 71) },
    ({ value, above, minutes }) =>
      words(
        `the level is ${value} ppm, and was above ${above} ppm for ${minutes} min`,
        `浓度${value}ppm，超过${above}ppm已累计${minutes}分钟`,
      ),
  ),
} as const;
