// What is said in the home about measurements: please measure, please measure again, and whose was it.

import type { HomeView } from '#contract/detector.ts';
import { usersOf } from '#contract/device.ts';
import { type MeasurementKind, meterOf } from '#contract/health.ts';
import { own } from '#contract/own.ts';
import { MINUTE } from '#contract/time.ts';
import { type BegunWarning, type Warning, type WarningKey, warningKey } from '#contract/warning.ts';
import type { Words } from '#contract/words.ts';
import { FAILED, type Work } from './state.ts';

const AGAIN_MS = { measure: 10 * MINUTE, repeat: 5 * MINUTE };

type Prompt = Pick<BegunWarning, 'subject' | 'because' | 'say' | 'sayEveryMs'>;

/** What has changed of what is to be said. */
export function prompts(work: Work, { presence }: HomeView): Warning[] {
  // Nobody is woken or called in an empty home for a routine measurement: it is said when somebody is up and about.
  const heard = presence !== 'asleep' && presence !== 'away';
  const wanted = new Map<WarningKey, Prompt>();
  for (const prompt of [...repeats(work, heard), ...(heard ? [...asks(work), ...whose(work)] : [])]) {
    const key = warningKey({ hazard: 'vital', subject: prompt.subject });
    if (!wanted.has(key)) wanted.set(key, prompt);
  }
  const at = work.now;
  const warnings: Warning[] = [];
  const said: Record<string, string> = {};
  for (const [key, prompt] of wanted) {
    const text = JSON.stringify(prompt.say);
    said[key] = text;
    const before = own(work.state.said, key);
    if (before === text) continue;
    if (before !== undefined)
      warnings.push({ hazard: 'vital', active: false, at, subject: prompt.subject, because: [] });
    warnings.push({ hazard: 'vital', active: true, at, ...prompt });
  }
  for (const key of Object.keys(work.state.said) as WarningKey[])
    if (!(key in said))
      warnings.push({
        hazard: 'vital',
        active: false,
        at,
        subject: key.slice('vital/'.length) as Warning['subject'],
        because: [],
      });
  if (warnings.length > 0) work.state = { ...work.state, said };
  return warnings;
}

/** Nobody is woken for a request that nothing depends on. */
const repeats = ({ state }: Work, heard: boolean): Prompt[] =>
  state.repeats
    .filter(({ level }) => heard || level !== null)
    .map(({ subject, kind, because, marks, again }) => ({
      subject,
      because: [...because, { fact: 'measure-again' }],
      say: again === 'failed' || FAILED in marks ? afterFailure(kind) : afterValue(kind),
      sayEveryMs: AGAIN_MS.repeat,
    }));

const afterValue = (kind: MeasurementKind): Words => ({
  en: `Please sit down and rest for five minutes, then measure your ${names[kind].en} again.`,
  'zh-CN': `请坐下休息五分钟，然后重新测量${names[kind]['zh-CN']}。`,
});
const afterFailure = (kind: MeasurementKind): Words => ({
  en: `Your ${names[kind].en} could not be measured. Please sit still, and measure it again.`,
  'zh-CN': `${names[kind]['zh-CN']}未能测出。请静坐，然后重新测量。`,
});

const asks = ({ state, devices, people }: Work): Prompt[] =>
  state.asks.flatMap(({ kind, person }) => {
    const meter = devices.find(
      (device) => device.kind === meterOf[kind] && (person === null || usersOf(device).includes(person)),
    );
    if (!meter) return [];
    const name = people.find(({ id }) => id === person)?.name;
    return [
      {
        subject: `device:${meter.id}` as const,
        because: [{ fact: 'measure-asked', kind }],
        say: {
          en: `${name === undefined ? 'Please' : `${name}, please`} measure your ${names[kind].en} now.`,
          'zh-CN': `${name === undefined ? '请' : `${name}，请您`}现在测量${names[kind]['zh-CN']}。`,
        },
        sayEveryMs: AGAIN_MS.measure,
      },
    ];
  });

/** Said once: it is answered by a telephone, not by a key. */
const whose = ({ state }: Work): Prompt[] =>
  state.nameless.slice(-1).map(({ measurement: { deviceId, kind } }) => ({
    subject: `device:${deviceId}` as const,
    because: [{ fact: 'whose', kind }],
    say: {
      en: `Whose ${names[kind].en} was this? Please tell your family or the service centre. Until then it is kept without a name.`,
      'zh-CN': `刚才是谁测量了${names[kind]['zh-CN']}？请告诉家人或服务中心；在此之前，结果不记名保存。`,
    },
  }));

const names: Record<MeasurementKind, Words> = {
  'blood-pressure': { en: 'blood pressure', 'zh-CN': '血压' },
  glucose: { en: 'blood glucose', 'zh-CN': '血糖' },
  oxygen: { en: 'oxygen level', 'zh-CN': '血氧' },
  temperature: { en: 'temperature', 'zh-CN': '体温' },
  weight: { en: 'weight', 'zh-CN': '体重' },
};
