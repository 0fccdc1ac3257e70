// What can happen in a scenario, one branch each: levels and edges, faults of lines and sensors, people, clock and gateway.

import { z } from 'zod';
import { alertOutcomes } from '#contract/alert.ts';
import { hazardNames } from '#contract/hazard.ts';
import { bilingual, device, duration, forMs, quantity, step } from './fields.ts';

const saying = [
  'home',
  'away',
  'visitor',
  'hospital',
  'cancel',
  'hush',
  'acknowledge',
  'resolve',
  'on-the-way',
] as const;
const roles = ['resident', 'operator', 'responder', 'installer', 'family'] as const;

/** One kind of happening: its word, its fields, and what it means. */
const action = <Name extends string, Shape extends z.ZodRawShape>(
  name: Name,
  [en, zh]: [string, string],
  shape: Shape,
) => ({
  name,
  shape: { do: z.literal(name).meta(bilingual(en, zh)), ...shape },
});

export const actions = [
  action('press', ['Somebody presses a button.', '有人按下按钮。'], {
    device,
    hold: duration(
      'How long it is held down; 300ms. From 3s on it is reported as a long press.',
      '按住的时长，默认 300ms；达到 3s 为长按。',
    ).optional(),
  }),
  action('set', ['A value is another from now on, at once.', '数值立即改变。'], {
    device,
    quantity,
    value: z
      .union([z.number(), z.boolean(), z.string()])
      .meta(
        bilingual(
          'A number, true or false, or a word of the quantity such as `open`.',
          '数字、true 或 false，或该测量量的取值，例如 `open`。',
        ),
      ),
  }),
  action(
    'pulse',
    [
      'True (a contact: open) for a while, then false (closed).',
      '一段时间为 true（门磁为 open），随后为 false（closed）。',
    ],
    {
      device,
      quantity,
      for: duration('How long.', '持续时间。'),
    },
  ),
  action('ramp', ['A level goes from where it is to another.', '数值从当前值变到目标值。'], {
    device,
    quantity,
    to: z.number().meta(bilingual('Where it ends.', '目标值。')),
    over: duration('In so long.', '变化时长。'),
    shape: z
      .enum(['straight', 'leak'])
      .default('straight')
      .meta(
        bilingual(
          '`straight` goes evenly; `leak` fast at first and ever slower, as gas fills a room, or leaves it.',
          '`straight` 匀速；`leak` 先快后慢，如燃气充满或散出房间。',
        ),
      ),
  }),
  action('curve', ['A level follows a curve of straight lines.', '数值沿折线变化。'], {
    device,
    quantity,
    points: z
      .array(
        z.strictObject({
          after: duration('From this step on.', '自本步起的时长。'),
          value: z.number().meta(bilingual('The level then.', '届时的数值。')),
        }),
      )
      .min(1)
      .meta(bilingual('Levels, in order of time.', '按时间排列的数值。')),
  }),
  action('unplug', ['The cable or adapter is pulled out.', '拔出线缆或适配器。'], { device, for: forMs }),
  action('plug', ['It is put back.', '重新插上。'], { device }),
  action('silence', ['The device says nothing; its line stands.', '设备无应答，线路正常。'], { device, for: forMs }),
  action('garbage', ['The line carries noise.', '线路出现杂讯。'], {
    device,
    for: forMs,
    bytesPerSecond: z.number().min(1).max(5_000).default(100).meta(bilingual('How much of it.', '杂讯数量。')),
    answers: z
      .enum(['broken', 'whole'])
      .default('broken')
      .meta(bilingual('Whether what the device says itself still comes through.', '设备自身的数据是否仍能完整到达。')),
  }),
  action('slow', ['The device answers late, or with half an answer.', '设备应答迟缓或只应答一半。'], {
    device,
    for: forMs,
    by: duration('So much later than it should.', '延迟时长。'),
    half: z
      .boolean()
      .default(false)
      .meta(bilingual('Only the first half of each answer comes.', '每次只到达应答的前一半。')),
  }),
  action('stuck', ['The sensor says the same value, whatever there is.', '传感器数值卡住不变。'], {
    device,
    for: forMs,
  }),
  action('drift', ['The sensor says ever more, or less, than there is.', '传感器读数逐渐漂移。'], {
    device,
    for: forMs,
    perHour: z.number().meta(bilingual('In its unit.', '每小时漂移量，以其单位计。')),
  }),
  action('sensor-fault', ['The sensor says itself that it is broken.', '传感器自报故障。'], { device, for: forMs }),
  action('end-of-life', ['The sensor says itself that its life is over.', '传感器自报寿命终止。'], {
    device,
    for: forMs,
  }),
  action('mend', ['Whatever is wrong with a device is over.', '设备的一切异常结束。'], { device }),
  action('say', ['Somebody says or does something.', '有人声明或处置。'], {
    word: z.enum(saying).meta(bilingual('As `say` in docs/replay.md.', '同 docs/replay.md 中的 `say`。')),
    hazard: z
      .enum(hazardNames)
      .optional()
      .meta(bilingual('Of which alert; the newest otherwise.', '针对哪类警报，默认最新的。')),
    by: z
      .strictObject({
        name: z.string().min(1).max(200).meta(bilingual('Name.', '姓名。')),
        role: z.enum(roles).meta(bilingual('Role.', '身份。')),
      })
      .optional()
      .meta(bilingual('Who; the resident otherwise.', '由谁，默认老人本人。')),
    note: z.string().max(1_000).optional().meta(bilingual('What was found.', '处置说明。')),
    outcome: z
      .enum(alertOutcomes)
      .optional()
      .meta(bilingual('With `resolve`: whether help was needed.', '与 `resolve` 同用：当时是否需要帮助。')),
  }),
  action(
    'still',
    [
      'Nobody does what routines say: their steps from here on do not happen. A collapse, a stay elsewhere.',
      '此后日常活动不再发生，例如跌倒昏迷或外出住院。',
    ],
    {
      for: duration('For so long; without it, to the end.', '持续时间；不填则直到结束。').optional(),
      routines: z
        .array(z.string())
        .min(1)
        .optional()
        .meta(bilingual('Only these, by their names; all of them otherwise.', '仅限这些名称的日常活动，默认全部。')),
    },
  ),
  action('clock', ['The wall clock of the gateway is stepped.', '网关系统时钟被调整。'], {
    step: step('By so much.', '调整量。'),
  }),
  action('gateway-off', ['The gateway loses its power.', '网关断电。'], {
    for: duration(
      'It comes back after so long; without it, by `gateway-on`.',
      '断电时长；不填则由 `gateway-on` 恢复。',
    ).optional(),
  }),
  action('gateway-on', ['It has power again.', '网关恢复供电。'], {}),
] as const;

/** The actions as a discriminated union, each with further fields of when it happens. */
export function happening<When extends z.ZodRawShape>(when: When) {
  const branches = actions.map(({ shape }) => z.strictObject({ ...shape, ...when }));
  return z.discriminatedUnion('do', branches as unknown as Branches<typeof actions, When>);
}

/** Each action's object in its place: what `map` makes of a tuple, with its types kept. */
type Branches<Actions extends readonly { shape: z.ZodRawShape }[], When extends z.ZodRawShape> = {
  -readonly [Index in keyof Actions]: z.ZodObject<Actions[Index]['shape'] & When, z.core.$strict>;
};
