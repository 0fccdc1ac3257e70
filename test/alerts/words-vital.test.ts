// What is told of a body when there is no number, or one in doubt: in words, in both languages.

import { describe, expect, it } from 'vitest';
import type { Because } from '#contract/facts.ts';
import { textOf } from '#src/alerts/words.ts';

const told = (...because: Because[]) =>
  textOf({ hazard: 'vital', severity: 'alarm', deviceId: 'meter', room: 'kitchen', because, count: 1 });

describe('words of vital signs', () => {
  it('say HI and LO by what they are, and no number for them', () => {
    expect(told({ fact: 'vital-off-scale', quantity: 'glucose', side: 'high', limit: 22.2 })).toEqual({
      en: 'Vital sign far beyond its limit, kitchen: blood glucose (mmol/L) above what the meter can show, limit 22.2.',
      'zh-CN': '生命体征严重超限，kitchen：血糖（mmol/L）高于仪表可显示的范围，限值22.2。',
    });
    expect(told({ fact: 'vital-off-scale', quantity: 'spo2', side: 'low', limit: 91, minutes: 2.5 }).en).toContain(
      'below what the meter can show for 2.5 min, limit 91',
    );
  });

  it.each<[Because]>([
    [{ fact: 'vital-in-doubt' }],
    [{ fact: 'measure-failed', kind: 'blood-pressure' }],
    [{ fact: 'repeat-failed' }],
    [{ fact: 'repeat-doubtful' }],
  ])('know %o in both languages', (because) => {
    const { en, 'zh-CN': zh } = told(because);
    expect(en).not.toContain(because.fact);
    expect(zh.split('：')[1]).toMatch(/^[\p{Script=Han}，。]+$/u);
  });
});
