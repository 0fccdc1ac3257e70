// What speaks for a fall, and what makes it graver.

import { fact, number } from './fact-row.ts';
import { words } from './words.ts';

export const fallFacts = {
  impact: fact(
    { g: number('standard gravity', 3.4), score: number('the model’s, 0 to 1: no likelihood in life', 0.93) },
    ({ g }) => words(`an impact of ${g} g`, `撞击${g}g`),
  ),
  'posture-turned': fact({ degrees: number('deg', 80) }, ({ degrees }) =>
    words(`the device has turned by ${degrees}°`, `佩戴设备姿态转过${degrees}°`),
  ),
  'still-after': fact({ percent: number('% of the seconds after it', 70) }, ({ percent }) =>
    words(`at rest for ${percent} % of the seconds after it`, `撞击后${percent}%的时间静止`),
  ),
  'stream-stopped': fact({}, () => words('the device stopped sending after it', '撞击后设备停止发送数据')),
  'lies-still': fact({ seconds: number('s', 30) }, ({ seconds }) =>
    words(`no movement of the wearer ${seconds} s after it`, `跌倒${seconds}秒后佩戴者仍无动作`),
  ),
  'rooms-quiet': fact({ seconds: number('s', 60) }, ({ seconds }) =>
    words(`nobody has moved in the rooms ${seconds} s after it`, `跌倒${seconds}秒后各房间无人活动`),
  ),
  'heart-rate': fact({ rate: number('/min', 118), usual: number('/min', 72) }, ({ rate, usual }) =>
    words(`the heart rate is ${rate}, usually ${usual}`, `心率${rate}次/分，平时${usual}次/分`),
  ),
} as const;
