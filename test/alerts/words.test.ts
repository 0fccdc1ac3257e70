import { describe, expect, it } from 'vitest';
import { hazardNames, severities } from '#contract/hazard.ts';
import { nameOf, textOf } from '#src/alerts/words.ts';

const alert = { deviceId: 'd-1', room: 'hall', count: 1 } as const;

describe('the words of an alert', () => {
  it('name every hazard in both languages, an early warning and an alarm apart', () => {
    for (const hazard of hazardNames)
      for (const severity of severities) {
        const words = nameOf({ hazard, severity });
        expect(words.en).toMatch(/^[A-Z][a-z]/);
        expect(words['zh-CN']).toMatch(/^[\u4e00-\u9fff]+$/);
        if (severity === 'early' && hazard !== 'help') expect(words).not.toEqual(nameOf({ hazard, severity: 'alarm' }));
      }
  });

  it.each([
    ['gas', { fact: 'level-above', quantity: 'gas', value: 12, limit: 10 }, '12 %LEL', '12%LEL'],
    ['heat', { fact: 'level-above', quantity: 'temperature', value: 61, limit: 58 }, '61 °C', '61°C'],
    [
      'heat',
      { fact: 'rising-fast', quantity: 'temperature', value: 44, perMinute: 12 },
      '12 °C a minute',
      '每分钟上升12°C',
    ],
    ['co', { fact: 'dose-reached', quantity: 'co', value: 52, above: 30, minutes: 71 }, '52 ppm', '71分钟'],
    ['water-leak', { fact: 'water-found' }, 'found water', '积水'],
  ] as const)('say why: %s, %o', (hazard, because, en, zh) => {
    const text = textOf({ ...alert, hazard, severity: 'early', because: [because] });
    expect(text.en).toContain(en);
    expect(text['zh-CN']).toContain(zh);
  });
});
