// The section `home` of the configuration file.

import { z } from 'zod';
import { nearest } from '#base/spelling.ts';
import { isTimeZone } from '#contract/local-time.ts';
import { words } from '#contract/words.ts';
import { bilingual, refuse } from './fields.ts';

const zoneForm = words('an IANA time zone such as Asia/Shanghai', 'IANA 时区，例如 Asia/Shanghai');

const timezone = z
  .string()
  .superRefine((zone, context) => {
    if (isTimeZone(zone)) return;
    const city = zone.split('/').at(-1) ?? zone;
    const zones = Intl.supportedValuesOf('timeZone');
    const meant = nearest(zone, zones) ?? zones.find((known) => known.toLowerCase().endsWith(`/${city.toLowerCase()}`));
    refuse(context, {
      message: meant
        ? words(`is no time zone; did you mean ${meant}?`, `不是有效时区，是否指 ${meant}？`)
        : words('is no time zone', '不是有效时区'),
      expected: zoneForm,
    });
  })
  .meta({
    ...bilingual('IANA time zone of the home.', '家庭所在的 IANA 时区。', { form: zoneForm }),
    examples: ['Asia/Shanghai'],
  });

export const home = z
  .strictObject({
    timezone,
    language: z
      .enum(['en', 'zh-CN'])
      .default('zh-CN')
      .meta(bilingual('Language spoken and shown at home.', '家中播报和显示的语言。')),
  })
  .meta(bilingual('The home.', '家庭。'));
