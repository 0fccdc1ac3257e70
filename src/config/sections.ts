// The sections of the configuration file that do not depend on which drivers and detectors there are.

import { z } from 'zod';
import type { Words } from '#contract/actuator.ts';
import { outputActions } from '#contract/alert.ts';
import { outputKinds, placements } from '#contract/device.ts';
import { hazardNames, severities } from '#contract/hazard.ts';
import { addressPart } from '#contract/uplink/topics.ts';
import { uplinkUrlProblem } from './addresses.ts';
import type { CustomParams } from './explain.ts';
import { words } from './faults.ts';
import { nearest } from './near.ts';

/**
 * Metadata of an option: its description in both languages, what a value is called and looks like, and keywords for the
 * JSON schema that no check of zod's gives.
 */
export const told = (
  description: string,
  zh: string,
  more: { noun?: Words; form?: Words; pattern?: string; maxItems?: number; examples?: unknown[] } = {},
) => ({ description, zh, ...more });

const knownZone = (zone: string): boolean => {
  // An offset such as +08:00 is taken by Intl too, but is no zone: it knows no summer time.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

const zoneForm = words('an IANA time zone such as Asia/Shanghai', 'IANA 时区，例如 Asia/Shanghai');

const timezone = z
  .string()
  .superRefine((zone, context) => {
    if (knownZone(zone)) return;
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
    ...told('IANA time zone of the home.', '家庭所在的 IANA 时区。', { form: zoneForm }),
    examples: ['Asia/Shanghai'],
  });
export const home = z
  .strictObject({
    timezone,
    language: z
      .enum(['en', 'zh-CN'])
      .default('zh-CN')
      .meta(told('Language spoken and shown at home.', '家中播报和显示的语言。')),
  })
  .meta(told('The home.', '家庭。'));

const addressName = (description: string, zh: string) =>
  z
    .string()
    .regex(addressPart)
    .meta(
      told(description, zh, {
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
    told('Who this gateway is to the platforms. Needed with any uplink.', '本网关对平台的身份。配置上行平台时必填。'),
  );

export const uplink = z
  .strictObject({
    channel: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/)
      .meta(
        told(
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
        ...told(
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
        told(
          'User name at the broker. The password goes in `<channel>.password`.',
          'MQTT 用户名。密码放在 `<channel>.password` 文件中。',
        ),
      ),
    evidence: z
      .boolean()
      .default(false)
      .meta(
        told(
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
        told(
          'Seconds between pings; a dead connection is noticed after one and a half.',
          '心跳间隔（秒）；约一个半间隔后发现连接中断。',
        ),
      ),
  })
  .meta(told('A platform.', '平台。'));

export const deviceId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/)
  .meta(
    told(
      'Name of the device, unique in the home. Alerts and faults name it.',
      '设备名称，家中唯一，警报和故障以此标识。',
      {
        noun: words('a device id', '设备编号'),
        form: words(
          '1 to 48 small letters, digits and hyphens, none of these at an end',
          '1至48个小写字母、数字或连字符，首尾不能是连字符',
        ),
      },
    ),
  );

const personId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/)
  .meta(
    told('Short name of the person, unique in the home.', '人员编号，家中唯一。', {
      noun: words('a person’s id', '人员编号'),
      form: words(
        '1 to 48 small letters, digits and hyphens, none of these at an end',
        '1至48个小写字母、数字或连字符，首尾不能是连字符',
      ),
    }),
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
        told(
          'As the person is called at home. It is spoken and sent with an alert.',
          '家中的称呼，将随警报播报和发送。',
        ),
      ),
    language: z
      .enum(['en', 'zh-CN'])
      .optional()
      .meta(
        told('Language in which the person is spoken to; the home’s by default.', '对此人播报的语言，默认与家庭相同。'),
      ),
    healthRecord: z
      .enum(['platform', 'home'])
      .optional()
      .meta(
        told(
          'Where measurements of the person’s body go: `platform`, for the health file there, with the person’s consent; or nowhere but this box (`home`, which it is without a word). An alert says what it is about in any case.',
          '此人体征测量结果的去向：`platform` 表示经本人同意上传至平台健康档案；`home`（默认）表示只留在本机。报警始终说明其原因。',
        ),
      ),
  })
  .meta(told('A person of the home.', '家庭成员。'));

/** What any device may have, beside `id`, `driver` and `kind`. */
export const common = {
  room: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .optional()
    .meta(
      told(
        'The room, as people at home call it. It is spoken and sent with an alert.',
        '所在房间，按家人的叫法填写，将随警报播报和发送。',
      ),
    ),
  placement: z.enum(placements).optional().meta(told('Where a wearable is worn.', '可穿戴设备的佩戴位置。')),
  role: z.enum(['exit']).optional().meta(told('`exit` marks the door to the outside.', '`exit` 表示通往室外的门。')),
  wearer: personId
    .optional()
    .meta(told('Who wears it or alone uses it: an id of `people`.', '佩戴者或专用者，填写 `people` 中的编号。')),
  sharedBy: z
    .array(personId)
    .min(2)
    .max(10)
    .optional()
    .meta(
      told(
        'Who shares a meter, by ids of `people`, in place of `wearer`: whose a measurement is, is asked and never guessed.',
        '共用此仪表的人员（`people` 中的编号），代替 `wearer`：测量结果属于谁须询问，绝不猜测。',
      ),
    ),
  ignoreForActivity: z
    .boolean()
    .optional()
    .meta(
      told(
        'What it notices says nothing of people: a pet’s corner, a lamp on a timer. It is left out of presence and inactivity.',
        '其动静与人无关（如宠物活动区、定时灯），不用于判断在家情况和无活动。',
      ),
    ),
};

const step = z
  .strictObject({
    output: deviceId.optional().meta(told('One output, by its device id.', '按设备编号指定的一个输出。')),
    outputs: z.enum(outputKinds).optional().meta(told('Every output of this kind.', '该类型的全部输出。')),
    action: z
      .enum([...outputActions, 'signal'])
      .meta(
        told(
          '`signal` shows how far a call has come, by light and beeps. A valve can only be closed.',
          '`signal` 用灯光和提示音表示求助的进展。阀门只能关闭。',
        ),
      ),
    forSeconds: z
      .int()
      .min(1)
      .max(3_600)
      .optional()
      .meta(
        told(
          'With `on`: off again after so long, or when the alert is closed.',
          '与 `on` 合用：到时或警报关闭后停止。',
        ),
      ),
  })
  .meta(told('One action; `output` or `outputs`, not both.', '一个动作；`output` 与 `outputs` 二选一。'));

export const reaction = z
  .strictObject({
    on: z.enum(hazardNames).meta(told('The hazard.', '险情。')),
    severity: z
      .array(z.enum(severities))
      .min(1)
      .default(['alarm', 'critical'])
      .meta(told('For alerts of these severities.', '适用的警报级别。')),
    do: z.array(step).min(1).meta(told('What is done, all at once.', '同时执行的动作。')),
  })
  .meta(told('A reaction to an alert.', '对警报的反应。'));

export const storage = z
  .strictObject({
    historyMegabytes: z
      .int()
      .min(1)
      .max(4_096)
      .default(64)
      .meta(
        told(
          'Size of the ring of readings on the card. Oldest telemetry goes first.',
          '卡上历史数据的容量（MB），最旧的遥测先被覆盖。',
        ),
      ),
  })
  .meta(told('What is kept on the card.', '存储。'));

export const bluetooth = z
  .strictObject({
    adapter: z
      .string()
      .regex(/^(hci\d{1,2}|\/.+)$/)
      .optional()
      .meta(
        told(
          'Bluetooth adapter: the kernel’s name (hci0), or the path of a serial line with an H4 controller (/dev/serial/by-id/…). The first of the kernel by default.',
          '蓝牙适配器：内核名称（hci0）或接有H4控制器的串口路径（/dev/serial/by-id/…），默认使用内核的第一个。',
          { form: words('hci0 or a path such as /dev/serial/by-id/…', 'hci0 或 /dev/serial/by-id/… 这样的路径') },
        ),
      ),
  })
  .meta(told('The Bluetooth radio. It is used only where a device needs it.', '蓝牙，仅在有设备需要时使用。'));

const refuse = (context: z.core.$RefinementCtx, params: CustomParams): void => {
  context.addIssue({ code: 'custom', params: { ...params } });
};
