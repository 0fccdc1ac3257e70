// Every sentence an alert is told in, in both languages. Facts come in as data; words are made only here.

import type { Stage, Words } from '#contract/actuator.ts';
import type { Alert } from '#contract/alert.ts';
import type { Because } from '#contract/finding.ts';
import type { Hazard } from '#contract/hazard.ts';
import type { Warning } from '#contract/warning.ts';
import { careFacts, careNames } from './words-care.ts';
import { inactivityFacts, inactivityNames } from './words-inactivity.ts';
import { vitalFacts, vitalNames } from './words-vital.ts';

const names = {
  help: { alarm: { en: 'Help call', 'zh-CN': '紧急呼叫' }, early: { en: 'Help call', 'zh-CN': '紧急呼叫' } },
  gas: { alarm: { en: 'Gas alarm', 'zh-CN': '燃气报警' }, early: { en: 'Gas early warning', 'zh-CN': '燃气浓度预警' } },
  co: {
    alarm: { en: 'Carbon monoxide alarm', 'zh-CN': '一氧化碳报警' },
    early: { en: 'Carbon monoxide early warning', 'zh-CN': '一氧化碳预警' },
  },
  smoke: {
    alarm: { en: 'Smoke alarm', 'zh-CN': '烟雾报警' },
    early: { en: 'Smoke early warning', 'zh-CN': '烟雾预警' },
  },
  heat: { alarm: { en: 'Heat alarm', 'zh-CN': '高温报警' }, early: { en: 'Heat early warning', 'zh-CN': '高温预警' } },
  'water-leak': {
    alarm: { en: 'Water leak', 'zh-CN': '漏水报警' },
    early: { en: 'Water leak early warning', 'zh-CN': '漏水预警' },
  },
  fall: {
    alarm: { en: 'Fall', 'zh-CN': '跌倒报警' },
    early: { en: 'Fall early warning', 'zh-CN': '跌倒预警' },
  },
  ...careNames,
  ...vitalNames,
  ...inactivityNames,
} as const satisfies Record<Hazard, Record<'alarm' | 'early', Words>>;

const facts: Record<string, (because: Because) => Words> = {
  ...careFacts,
  pressed: () => ({ en: 'the button was pressed', 'zh-CN': '按钮被按下' }),
  held: () => ({ en: 'the button was held down', 'zh-CN': '按钮被长按' }),
  'still-present': () => ({
    en: 'its cause was still present after the alarm was resolved',
    'zh-CN': '处理完毕后原因仍未消失',
  }),
  'detector-alarm': () => ({ en: 'the detector itself raised its alarm', 'zh-CN': '探测器自身发出报警' }),
  'level-above': ({ quantity, value, limit }) =>
    quantity === 'temperature'
      ? {
          en: `the temperature is ${value} °C, limit ${limit}`,
          'zh-CN': `温度${value}°C，限值${limit}`,
        }
      : {
          en: `the level is ${value} %LEL, limit ${limit}`,
          'zh-CN': `浓度${value}%LEL，限值${limit}`,
        },
  'rising-fast': ({ value, perMinute }) => ({
    en: `the temperature rises by ${perMinute} °C a minute and is ${value} °C`,
    'zh-CN': `温度每分钟上升${perMinute}°C，现为${value}°C`,
  }),
  'dose-reached': ({ value, above, minutes }) => ({
    en: `the level is ${value} ppm, and was above ${above} ppm for ${minutes} min`,
    'zh-CN': `浓度${value}ppm，超过${above}ppm已累计${minutes}分钟`,
  }),
  impact: ({ g }) => ({ en: `an impact of ${g} g`, 'zh-CN': `撞击${g}g` }),
  'posture-turned': ({ degrees }) => ({
    en: `the device has turned by ${degrees}°`,
    'zh-CN': `佩戴设备姿态转过${degrees}°`,
  }),
  'still-after': ({ percent }) => ({
    en: `at rest for ${percent} % of the seconds after it`,
    'zh-CN': `撞击后${percent}%的时间静止`,
  }),
  'stream-stopped': () => ({
    en: 'the device stopped sending after it',
    'zh-CN': '撞击后设备停止发送数据',
  }),
  'lies-still': ({ seconds }) => ({
    en: `no movement of the wearer ${seconds} s after it`,
    'zh-CN': `跌倒${seconds}秒后佩戴者仍无动作`,
  }),
  'rooms-quiet': ({ seconds }) => ({
    en: `nobody has moved in the rooms ${seconds} s after it`,
    'zh-CN': `跌倒${seconds}秒后各房间无人活动`,
  }),
  'heart-rate': ({ rate, usual }) => ({
    en: `the heart rate is ${rate}, usually ${usual}`,
    'zh-CN': `心率${rate}次/分，平时${usual}次/分`,
  }),
  ...vitalFacts,
  ...inactivityFacts,
  'water-found': () => ({ en: 'the sensor found water', 'zh-CN': '传感器检测到积水' }),
};

/** What it is called, in a word or two. */
export const nameOf = ({ hazard, severity }: Pick<Alert, 'hazard' | 'severity'>): Words =>
  names[hazard][severity === 'early' ? 'early' : 'alarm'];

type Told = Pick<Alert, 'hazard' | 'severity' | 'room' | 'deviceId' | 'because' | 'count'> &
  Partial<Pick<Alert, 'deviceKind'>>;

/** The alert in one sentence: what, where, why, how often. */
export function textOf({ hazard, severity, room, deviceId, deviceKind, because, count }: Told): Words {
  const name = nameOf({ hazard, severity });
  // What no device noticed by itself is of the whole home.
  const where = room ?? (deviceKind === 'gateway' ? undefined : deviceId);
  const times = count > 1;
  return sentence(
    where === undefined ? name : { en: `${name.en}, ${where}`, 'zh-CN': `${name['zh-CN']}，${where}` },
    because,
    times ? timesWords(hazard, count) : { en: '', 'zh-CN': '' },
  );
}

/** A press is an event of its own; other alarms call again as they get worse or come back. */
const timesWords = (hazard: Hazard, count: number): Words =>
  hazard === 'help'
    ? { en: ` (${count} times)`, 'zh-CN': `（共${count}次）` }
    : { en: ` (called ${count} times)`, 'zh-CN': `（共呼叫${count}次）` };

/** A warning in one sentence: what it would become, and why; of one that is over, its name. */
export const warningText = ({ hazard, because }: Pick<Warning, 'hazard' | 'because'>): Words =>
  sentence(nameOf({ hazard, severity: 'early' }), because, { en: '', 'zh-CN': '' });

function sentence(subject: Words, because: readonly Because[], end: Words): Words {
  const why = because.map(factWords);
  const en = why.map((words) => words.en).join('; ');
  const zh = why.map((words) => words['zh-CN']).join('；');
  return {
    en: `${subject.en}${en && `: ${en}`}${end.en}.`,
    'zh-CN': `${subject['zh-CN']}${zh && `：${zh}`}${end['zh-CN']}。`,
  };
}

const factWords = (because: Because): Words =>
  facts[because.fact]?.(because) ?? { en: because.fact, 'zh-CN': because.fact };

/** The question whether all is well, by whether the wearer can answer it with a key. */
const askingWords = {
  byKey: {
    en: 'Are you all right? If you are, hold down the key on your wearable for 5 seconds. Otherwise help is called.',
    'zh-CN': '您还好吗？如果没事，请按住佩戴设备上的按键5秒；否则将为您呼叫帮助。',
  },
  byWord: {
    en: 'Are you all right? Help is called in a moment. If you need none, say so to whoever answers.',
    'zh-CN': '您还好吗？即将为您呼叫帮助。如果没事，请告知与您联系的人员。',
  },
} as const satisfies Record<string, Words>;

const stageWords = {
  pressed: { en: 'noticed.', 'zh-CN': '已触发。' },
  registered: { en: 'registered. It is being sent.', 'zh-CN': '已登记，正在发送。' },
  sent: { en: 'sent. Waiting for the centre.', 'zh-CN': '已发送，等待中心接收。' },
  received: { en: 'received by the centre. Somebody will answer.', 'zh-CN': '中心已收到，将有人处理。' },
  confirmed: { en: 'Help is confirmed. A person is looking after it.', 'zh-CN': '已有工作人员接警，请放心。' },
  'still-trying': {
    en: 'still trying to reach the centre. If you can, telephone for help.',
    'zh-CN': '仍在尝试联系中心。如果可以，请打电话求助。',
  },
} as const satisfies Record<Exclude<Stage, 'asking'>, Words>;

/** What a wearable shows when it vibrates; at other stages it does not. */
export const wearableWords: Partial<Record<Stage, Words>> = {
  asking: { en: 'Are you all right?', 'zh-CN': '您还好吗？' },
  confirmed: { en: 'Help is confirmed', 'zh-CN': '已有人接警' },
};

/** What a call is told in, beside the alert itself. */
export interface Surroundings {
  /** No platform is configured, so nothing will be sent. */
  alone?: boolean | undefined;
  /** The wearable that it is about has a key that the wearer can answer with. */
  hasKey?: boolean | undefined;
}

/** What is said aloud when a call reaches a stage. */
export function cueWords(alert: Alert, stage: Stage, { alone, hasKey }: Surroundings): Words {
  const name = nameOf(alert);
  if (alone && stage === 'registered') {
    return {
      en: `${name.en}: registered here. This box is connected to no centre: telephone for help.`,
      'zh-CN': `${name['zh-CN']}已在本机登记。本机未连接任何中心，请打电话求助。`,
    };
  }
  if (stage === 'confirmed') {
    const onTheWay = { en: ' They are on the way.', 'zh-CN': '救助人员已出发。' };
    return alert.onTheWay
      ? { en: stageWords.confirmed.en + onTheWay.en, 'zh-CN': stageWords.confirmed['zh-CN'] + onTheWay['zh-CN'] }
      : stageWords.confirmed;
  }
  if (stage === 'asking') {
    const question = askingWords[hasKey ? 'byKey' : 'byWord'];
    return { en: `${name.en}. ${question.en}`, 'zh-CN': `${name['zh-CN']}。${question['zh-CN']}` };
  }
  return { en: `${name.en}: ${stageWords[stage].en}`, 'zh-CN': `${name['zh-CN']}${stageWords[stage]['zh-CN']}` };
}
