// The sections `gateway` and `uplinks` of the configuration file: who the gateway is, and to whom it speaks.

import { z } from 'zod';
import { addressPart } from '#contract/uplink/topics.ts';
import { words } from '#contract/words.ts';
import { uplinkUrlProblem } from '../addresses.ts';
import { bilingual, refuse } from './fields.ts';

const addressName = (description: string, zh: string) =>
  z
    .string()
    .regex(addressPart)
    .meta(
      bilingual(description, zh, {
        noun: words('a name for a topic', '可用于主题的名称'),
        form: words(
          '1 to 64 letters, digits, hyphens and underscores, a letter or digit first',
          '1至64个字母、数字、连字符或下划线，以字母或数字开头',
        ),
      }),
    );

export const gateway = z
  .strictObject({
    tenant: addressName('The organisation that this gateway belongs to.', '本网关所属的机构。'),
    id: addressName(
      'This gateway among those of the tenant. No two may have the same.',
      '本网关在该机构内的编号，不得重复。',
    ),
  })
  .meta(
    bilingual(
      'Who this gateway is to the platforms. Needed with any uplink.',
      '本网关对平台的身份。配置上行平台时必填。',
    ),
  );

export const uplink = z
  .strictObject({
    channel: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/)
      .meta(
        bilingual(
          'Short name: it stands in deliveries and faults, and names the files of its secrets, `<channel>.password`.',
          '简称：用于投递记录和故障，并作为其机密文件名 `<channel>.password`。',
          {
            noun: words('a channel name', '通道名称'),
            form: words(
              '1 to 32 small letters, digits and hyphens, a letter first',
              '1至32个小写字母、数字或连字符，以字母开头',
            ),
          },
        ),
      ),
    url: z
      .string()
      .superRefine((url, context) => {
        const problem = uplinkUrlProblem(url);
        if (problem) refuse(context, problem);
      })
      .meta({
        ...bilingual(
          'Address of the broker: mqtts:// (TLS), mqtt://, wss:// or ws://.',
          'MQTT 服务器地址：mqtts://（TLS）、mqtt://、wss:// 或 ws://。',
          { form: words('mqtt://, mqtts://, ws:// or wss://', 'mqtt://、mqtts://、ws:// 或 wss://') },
        ),
        pattern: '^(mqtts?|wss?)://[^@]+$',
        examples: ['mqtts://platform.example:8883'],
      }),
    username: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta(
        bilingual(
          'User name at the broker. The password goes in `<channel>.password`.',
          'MQTT 用户名。密码放在 `<channel>.password` 文件中。',
        ),
      ),
    evidence: z
      .boolean()
      .default(false)
      .meta(
        bilingual(
          'The raw acceleration from 6 s before to 10 s after a fall, with pulse and room, goes to this platform with the alert. Without it they stay in the home.',
          '跌倒前6秒至后10秒的原始加速度（含心率和房间）随报警发送至此平台；关闭时只留在家中。',
        ),
      ),
    keepaliveSeconds: z
      .int()
      .min(5)
      .max(300)
      .default(20)
      .meta(
        bilingual(
          'Seconds between pings; a dead connection is noticed after one and a half.',
          '心跳间隔（秒）；约一个半间隔后发现连接中断。',
        ),
      ),
  })
  .meta(bilingual('A platform.', '平台。'));
