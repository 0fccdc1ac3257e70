// The schema of a scenario: a home, its devices, what happens, and what must come of it. Types, fault texts, the JSON
// schema that editors complete by and the reference page follow from it.

import { z } from 'zod';
import { deviceKinds, idPattern, placements } from '#contract/device.ts';
import { faultCodeNames } from '#contract/fault.ts';
import { hazardNames, severities } from '#contract/hazard.ts';
import { isTimeZone } from '#contract/local-time.ts';
import { words } from '#contract/words.ts';
import { happening } from './actions.ts';
import { at, bilingual, device as deviceName, duration, timeOfDay } from './fields.ts';
import { isDate, LOCAL, parseLocal } from './times.ts';

export const wires = ['gpio', 'winsen', 'modbus-rtu', 'modbus-tcp'] as const;
export type Wire = (typeof wires)[number];
/** Rows of the drivers `modbus-gas` and `modbus-meter` that the simulated slave can be. */
export const slaveModels = [
  'two-register',
  'two-register-status',
  'honeywell-midas',
  'greystone-cmd5b4',
  'tuf-2000',
  'eastron-sdm120',
] as const;
export type SlaveModel = (typeof slaveModels)[number];

const id = z
  .string()
  .regex(idPattern)
  .meta(
    bilingual('Name of the device, unique in the home.', '设备名称，家中唯一。', {
      noun: words('a device id', '设备编号'),
      form: words('1 to 48 small letters, digits and hyphens', '1至48个小写字母、数字或连字符'),
    }),
  );

const dateForm = words('a date and time such as 2026-03-02 08:00', '日期和时间，例如 2026-03-02 08:00');

const home = z
  .strictObject({
    timezone: z
      .string()
      .refine(isTimeZone, { params: { message: words('is no time zone', '不是有效时区'), expected: zoneForm() } })
      .meta(bilingual('IANA time zone of the home.', '家庭所在的 IANA 时区。', { form: zoneForm() })),
    language: z.enum(['en', 'zh-CN']).default('en').meta(bilingual('Of the gateway in this home.', '家中网关的语言。')),
    preset: z
      .string()
      .min(1)
      .optional()
      .meta(bilingual('Preset of the gateway in this home: config/presets.', '家中网关的预设，见 config/presets。')),
    start: z
      .string()
      .regex(LOCAL)
      .refine((text) => !LOCAL.test(text) || isDate(text), {
        params: { message: words('is no date', '不是有效日期'), expected: dateForm },
      })
      .transform(parseLocal)
      .prefault('2026-03-02 08:00')
      .meta(
        bilingual('Local date and time at which it begins.', '开始的当地日期和时间。', {
          noun: words('a local date and time', '当地日期和时间'),
          form: dateForm,
        }),
      ),
    lasts: duration('How long it goes on.', '持续时间。'),
  })
  .meta(bilingual('The home and the time.', '家庭与时间。'));

const device = z
  .strictObject({
    id,
    kind: z.enum(deviceKinds).meta(bilingual('What it is.', '设备类型。')),
    room: z.string().trim().min(1).max(60).optional().meta(bilingual('The room.', '所在房间。')),
    placement: z.enum(placements).optional().meta(bilingual('Where a wearable is worn.', '可穿戴设备的佩戴位置。')),
    role: z
      .literal('exit')
      .optional()
      .meta(bilingual('`exit` marks the door to the outside.', '`exit` 表示通往室外的门。')),
    ignoreForActivity: z
      .boolean()
      .optional()
      .meta(bilingual('What it notices says nothing of people.', '其动静与人无关。')),
    wire: z
      .enum(wires)
      .optional()
      .meta(
        bilingual(
          'How a gateway reaches it when the scenario is played live. A device without one is there in a replay only.',
          '实时播放时网关如何连接该设备；没有接线的设备只存在于回放中。',
        ),
      ),
    model: z
      .enum(slaveModels)
      .optional()
      .meta(
        bilingual(
          'Modbus: the register map, a row of the driver `modbus-gas` or `modbus-meter`; two-register-status, of water tuf-2000, of a switch eastron-sdm120.',
          'Modbus 寄存器表：默认 two-register-status，用水为 tuf-2000，电器为 eastron-sdm120。',
        ),
      ),
    unit: z
      .int()
      .min(1)
      .max(247)
      .optional()
      .meta(bilingual('Modbus: the slave’s number; 1.', 'Modbus 从站号，默认 1。')),
    bus: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/)
      .optional()
      .meta(bilingual('Modbus RTU: devices with the same word share a line.', 'Modbus RTU：同名者共用一条总线。')),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta(bilingual('Modbus TCP: the port; a free one otherwise.', 'Modbus TCP 端口，默认自动选择。')),
    starts: z
      .union([z.number(), z.boolean(), z.string()])
      .optional()
      .meta(bilingual('Its value at the beginning; 0, false or closed.', '初始值，默认 0、false 或 closed。')),
    noise: z
      .number()
      .min(0)
      .default(0)
      .meta(
        bilingual(
          'A level wavers by at most so much, in its unit. Without it a healthy sensor looks stuck.',
          '读数的随机波动幅度。不设则正常传感器看似卡住。',
        ),
      ),
    every: duration('In a replay, a level is read so often; 1min.', '回放中读数的间隔，默认 1min。').optional(),
    warmup: duration(
      'From each start it cannot be believed for so long; 0s.',
      '每次启动后的预热时间，默认 0s。',
    ).optional(),
  })
  .meta(bilingual('A device.', '设备。'));

const repeat = z
  .strictObject({
    every: duration('From one time to the next.', '间隔。'),
    times: z.int().min(2).max(100_000).meta(bilingual('How often in all.', '总次数。')),
  })
  .optional()
  .meta(bilingual('Again and again.', '重复。'));

const jitter = duration(
  'At most so much earlier or later, by chance that follows from the seed.',
  '随种子确定的随机提前或推迟的最大量。',
).optional();

const script = z
  .array(happening({ at: at('When.', '何时。'), jitter, repeat }))
  .default([])
  .meta(bilingual('What happens once, or a few times.', '发生的事件。'));

const dayNumber = (en: string, zh: string) => z.int().min(1).max(9_999).optional().meta(bilingual(en, zh));

const routine = z
  .strictObject({
    name: z.string().min(1).max(100).meta(bilingual('What somebody does there.', '日常活动的名称。')),
    at: timeOfDay('Local time of day.', '当地时刻。'),
    jitter,
    on: z
      .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
      .min(1)
      .optional()
      .meta(bilingual('Days of the week; all of them otherwise.', '星期几，默认每天。')),
    from: dayNumber('First day, counted from 1.', '起始日，自1计。'),
    until: dayNumber('Last day.', '结束日。'),
    except: z.array(z.int().min(1)).optional().meta(bilingual('Not on these days.', '不发生的日子。')),
    chance: z.number().min(0).max(1).default(1).meta(bilingual('How likely on a day.', '每天发生的概率。')),
    steps: z
      .array(
        happening({
          after: duration('From the time of the routine; 0s.', '自活动开始的时长，默认 0s。').optional(),
          jitter,
        }),
      )
      .min(1)
      .meta(bilingual('What happens then, step by step.', '依次发生的事件。')),
  })
  .meta(bilingual('Something that a person does day after day.', '每天的日常活动。'));

const within = duration('At most so much earlier or later; 1s.', '允许的偏差，默认 1s。').optional();
const ends = at(
  'When its cause is gone, with the same tolerance. Without it, the cause must be there to the end.',
  '原因消失的时间，偏差相同。不填则必须持续到结束。',
).optional();

const expectation = z
  .strictObject({
    alerts: z
      .array(
        z.strictObject({
          at: at('When it comes to be.', '出现时间。'),
          within,
          hazard: z.enum(hazardNames).meta(bilingual('The hazard.', '险情。')),
          severity: z.enum(severities).default('alarm').meta(bilingual('How severe.', '级别。')),
          device: deviceName.optional(),
          state: z
            .enum(['pending', 'raised', 'acknowledged', 'resolved', 'cancelled'])
            .default('raised')
            .meta(bilingual('Its state at the end.', '结束时的状态。')),
          count: z.int().min(1).optional().meta(bilingual('How often it was called.', '触发次数。')),
          ends,
        }),
      )
      .default([])
      .meta(bilingual('Every alert that comes to be.', '所有出现的警报。')),
    warnings: z
      .array(
        z.strictObject({
          at: at('When.', '何时。'),
          within,
          hazard: z.string().min(1).meta(bilingual('The hazard.', '险情。')),
          device: deviceName.optional(),
        }),
      )
      .default([])
      .meta(bilingual('Every warning that any activity ends.', '所有可被活动解除的预警。')),
    faults: z
      .array(
        z.strictObject({
          at: at('When it begins.', '开始时间。'),
          within,
          code: z
            .enum(faultCodeNames)
            .meta(bilingual('Its code, as docs/faults.md has them.', '故障代码，见 docs/faults.md。')),
          device: deviceName.optional(),
          ends,
        }),
      )
      .default([])
      .meta(bilingual('Every fault.', '所有故障。')),
    presence: z
      .array(
        z.strictObject({
          at: at('When.', '何时。'),
          within,
          value: z.string().min(1).meta(bilingual('The presence.', '在家状态。')),
        }),
      )
      .optional()
      .meta(bilingual('Every change of presence; not looked at without it.', '所有在家状态的变化；不填则不检查。')),
  })
  .meta(
    bilingual(
      'What must come of it in a replay: these and no others. Not looked at without it.',
      '回放中必须出现的结果：恰好这些，不多不少。不填则不检查。',
    ),
  );

export const scenarioSchema = z
  .strictObject({
    scenario: z.string().min(1).max(200).meta(bilingual('What it is about, in a sentence.', '一句话说明。')),
    home,
    config: z
      .record(z.string(), z.unknown())
      .optional()
      .meta(
        bilingual(
          'Further sections of the gateway’s configuration: detectors, reactions, gateway, uplinks (config/reference.md).',
          '网关配置的其他部分：detectors、reactions、gateway、uplinks（见 config/reference.md）。',
        ),
      ),
    devices: z.array(device).min(1).meta(bilingual('What is in the home.', '家中的设备。')),
    script,
    routines: z.array(routine).default([]).meta(bilingual('What happens day after day.', '每天发生的事。')),
    expect: expectation.optional(),
  })
  .meta({ title: 'Hearthward scenario', ...bilingual('A home and what happens in it.', '一户家庭及其中发生的事。') });

export type Scenario = z.output<typeof scenarioSchema>;
export type SceneDevice = Scenario['devices'][number];
export type Happening = Scenario['script'][number];
export type RoutineStep = Scenario['routines'][number]['steps'][number];
export type Expectation = NonNullable<Scenario['expect']>;

function zoneForm() {
  return words('an IANA time zone such as Asia/Shanghai', 'IANA 时区，例如 Asia/Shanghai');
}
