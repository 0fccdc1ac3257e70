// What an entry of `devices` in the configuration file may have whatever its driver.

import { z } from 'zod';
import { type Device, placements } from '#contract/device.ts';
import { words } from '#contract/words.ts';
import { bilingual, shortId } from './fields.ts';
import { personId } from './people.ts';

export const deviceId = shortId(
  'Name of the device, unique in the home. Alerts and faults name it.',
  '设备名称，家中唯一，警报和故障以此标识。',
  words('a device id', '设备编号'),
);

/** What any device may have, beside `id`, `driver` and `kind`. */
export const common = {
  room: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .optional()
    .meta(
      bilingual(
        'The room, as people at home call it. It is spoken and sent with an alert.',
        '所在房间，按家人的叫法填写，将随警报播报和发送。',
      ),
    ),
  placement: z.enum(placements).optional().meta(bilingual('Where a wearable is worn.', '可穿戴设备的佩戴位置。')),
  role: z
    .enum(['exit'])
    .optional()
    .meta(
      bilingual(
        '`exit` marks the door to the outside, a `door` or `contact`. No other device is taken for it.',
        '`exit` 表示通往室外的门（`door` 或 `contact`）；未标明的门一律不算。',
      ),
    ),
  wearer: personId
    .optional()
    .meta(bilingual('Who wears it or alone uses it: an id of `people`.', '佩戴者或专用者，填写 `people` 中的编号。')),
  sharedBy: z
    .array(personId)
    .min(2)
    .max(10)
    .optional()
    .meta(
      bilingual(
        'Who shares a meter, by ids of `people`, in place of `wearer`: whose a measurement is, is asked and never guessed.',
        '共用此仪表的人员（`people` 中的编号），代替 `wearer`：测量结果属于谁须询问，绝不猜测。',
      ),
    ),
  ignoreForActivity: z
    .boolean()
    .optional()
    .meta(
      bilingual(
        'What it notices says nothing of people: a pet’s corner, a lamp on a timer. It is left out of presence and inactivity.',
        '其动静与人无关（如宠物活动区、定时灯），不用于判断在家情况和无活动。',
      ),
    ),
} as const satisfies { [Field in Exclude<keyof Required<Device>, 'id' | 'kind'>]: z.ZodType<Device[Field]> };
