// Fields that many parts of a scenario share: durations, times, devices, and the words of a fault that is refused.

import { z } from 'zod';
import { isQuantity, quantities } from '#contract/quantity.ts';
import { type Words, words } from '#contract/words.ts';
import { AT, DURATION, durationMs, parseAt, STEP, TIME_OF_DAY, timeOfDayMs } from './times.ts';

/** Metadata as the configuration's schema has it: `noun` names a value, `form` shows one, `pattern` is for editors. */
export const bilingual = (
  description: string,
  zh: string,
  more: { noun?: Words; form?: Words; examples?: unknown[] } = {},
) => ({ description, zh, ...more });

const durationForm = words('a duration such as 90s, 10min or 1h30min', '时长，例如 90s、10min 或 1h30min');

/** Milliseconds, written as `1h30min`. */
export const duration = (description: string, zh: string) =>
  z
    .string()
    .regex(DURATION)
    .transform(durationMs)
    .meta(bilingual(description, zh, { noun: words('a duration', '时长'), form: durationForm }));

export const step = (description: string, zh: string) =>
  z
    .string()
    .regex(STEP)
    .transform(durationMs)
    .meta(
      bilingual(description, zh, {
        noun: words('a step of time', '时间步长'),
        form: words('a duration with a sign such as +2h or -1d', '带符号的时长，例如 +2h 或 -1d'),
      }),
    );

export const at = (description: string, zh: string) =>
  z
    .string()
    .regex(AT)
    .transform(parseAt)
    .meta(
      bilingual(description, zh, {
        noun: words('a time of the scenario', '场景时间'),
        form: words(
          'a duration from the beginning (1h30min), a local time of day (07:30), or both day and time (day 2 07:30)',
          '自开始的时长（1h30min）、当地时刻（07:30）或日与时刻（day 2 07:30）',
        ),
        examples: ['10min', '07:30', 'day 2 07:30'],
      }),
    );

export const timeOfDay = (description: string, zh: string) =>
  z
    .string()
    .regex(TIME_OF_DAY)
    .transform(timeOfDayMs)
    .meta(
      bilingual(description, zh, {
        noun: words('a time of day', '时刻'),
        form: words('a time of day such as 07:30, in quotes', '时刻，例如 07:30（加引号）'),
      }),
    );

export const forMs = duration(
  'It ends by itself after so long; without it, by `mend` or never.',
  '持续时间；不填则由 `mend` 结束或一直持续。',
).optional();

/** A device by its id; whether there is one, the checks between fields say. */
export const device = z
  .string()
  .meta(
    bilingual('The device, by its id.', '设备编号。', { form: words('the id of a device above', '上面某设备的编号') }),
  );

export const quantity = z
  .enum(Object.keys(quantities).filter(isQuantity) as [string, ...string[]])
  .optional()
  .meta(bilingual('Which of its quantities, where it has several.', '设备有多个测量量时指定其一。'));
