// "I am well": a key that is pressed each day.

import { z } from 'zod';
import { enabled, minuteOf, timeOfDay } from './common.ts';
import { daily } from './daily.ts';

export const wellCheck = daily({
  id: 'check-in',
  hazard: 'check-in',
  severity: 'alarm',
  consumes: ['button'],
  options: z
    .strictObject({
      enabled,
      from: timeOfDay.default('05:00').describe('A press counts from this time on.'),
      by: timeOfDay.default('10:00').describe('By this time; from then on the home is reminded.'),
      graceMinutes: z
        .number()
        .min(5)
        .max(240)
        .default(30)
        .describe('Reminded for so long before help is called, minutes.'),
    })
    .describe('The daily press of the key "I am well" (a device of the kind `well-button`).'),
  watches: ({ kind }) => kind === 'well-button',
  happens: ({ value }) => value === 'press',
  fromMinute: ({ from }) => minuteOf(from),
  byMinute: ({ by }) => minuteOf(by),
  grace: ({ graceMinutes }) => ({
    minutes: graceMinutes,
    because: { fact: 'no-check-in' },
    say: {
      en: 'Good morning. Please press the key "I am well".',
      'zh-CN': '您好，请按一下“平安”按键。',
    },
  }),
  because: (by) => ({ fact: 'no-check-in', by }),
});
