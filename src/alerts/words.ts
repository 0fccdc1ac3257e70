// The sentences of an alert, in both languages. What a hazard is called and what a fact says stands in their rows in contract.

import type { Stage } from '#contract/actuator.ts';
import type { Alert } from '#contract/alert.ts';
import { type Fact, factWords } from '#contract/facts.ts';
import { type Hazard, hazards } from '#contract/hazard.ts';
import type { Warning } from '#contract/warning.ts';
import type { Words } from '#contract/words.ts';

/** What it is called, in a word or two. */
export const nameOf = ({ hazard, severity }: Pick<Alert, 'hazard' | 'severity'>): Words =>
  hazards[hazard].names[severity === 'early' ? 'early' : 'alarm'];

type Described = Pick<Alert, 'hazard' | 'severity' | 'room' | 'deviceId' | 'because' | 'count'> &
  Partial<Pick<Alert, 'deviceKind'>>;

/** The alert in one sentence: what, where, why, how often. */
export function textOf({ hazard, severity, room, deviceId, deviceKind, because, count }: Described): Words {
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

function sentence(subject: Words, because: readonly Fact[], end: Words): Words {
  const why = because.map(factWords);
  const en = why.map((words) => words.en).join('; ');
  const zh = why.map((words) => words['zh-CN']).join('；');
  return {
    en: `${subject.en}${en && `: ${en}`}${end.en}.`,
    'zh-CN': `${subject['zh-CN']}${zh && `：${zh}`}${end['zh-CN']}。`,
  };
}

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

/** What a call's words depend on, beside the alert itself. */
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
