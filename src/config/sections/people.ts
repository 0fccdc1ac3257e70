// The section `people` of the configuration file.

import { z } from 'zod';
import { words } from '#contract/words.ts';
import { bilingual, shortId } from './fields.ts';

export const personId = shortId(
  'Short name of the person, unique in the home.',
  '人员编号，家中唯一。',
  words('a person’s id', '人员编号'),
);

export const person = z
  .strictObject({
    id: personId,
    name: z
      .string()
      .trim()
      .min(1)
      .max(60)
      .meta(
        bilingual(
          'As the person is called at home. It is spoken and sent with an alert.',
          '家中的称呼，将随警报播报和发送。',
        ),
      ),
    language: z
      .enum(['en', 'zh-CN'])
      .optional()
      .meta(
        bilingual(
          'Language in which the person is spoken to; the home’s by default.',
          '对此人播报的语言，默认与家庭相同。',
        ),
      ),
    healthRecord: z
      .enum(['platform', 'home'])
      .optional()
      .meta(
        bilingual(
          'Where measurements of the person’s body go: `platform`, for the health file there, with the person’s consent; or nowhere but this box (`home`, which it is without a word). An alert says what it is about in any case.',
          '此人体征测量结果的去向：`platform` 表示经本人同意上传至平台健康档案；`home`（默认）表示只留在本机。报警始终说明其原因。',
        ),
      ),
  })
  .meta(bilingual('A person of the home.', '家庭成员。'));
