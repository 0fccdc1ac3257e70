// What the verbs beside a gateway say to a person, in both languages.

import { describe, expect, it } from 'vitest';
import { sayings } from '#contract/control/say.ts';
import { refusals } from '#contract/uplink/parts.ts';
import { answerText } from '#src/cli/say/words.ts';
import { eventLine } from '#src/cli/watch/words.ts';

const at = { mono: 1, wall: Date.UTC(2026, 10, 3, 8, 15, 30), wallTrusted: true, bootId: 'b' };
const text = { en: 'Help call, bedroom.', 'zh-CN': '紧急呼叫，卧室。' };

describe('hearthward watch', () => {
  it.each([
    [{ type: 'begins', version: '1.2.3' }, /watching gateway 1\.2\.3$/, /正在观察网关 1\.2\.3$/],
    [{ type: 'missed', count: 7 }, /7 events were missed/, /错过 7 个事件/],
    [
      { type: 'alert', at, changed: true, state: 'raised', text, alertId: 'A' },
      /^2026-11-03 \d\d:15:30 {2}ALERT {2}raised {2}Help call, bedroom\. {2}A$/,
      /警报 {2}raised {2}紧急呼叫，卧室。/,
    ],
    [
      { type: 'received', at, alertId: 'A', rev: 2, channel: 'district' },
      /received by the platform {2}district {2}A\.2$/,
      /平台已收到/,
    ],
    [
      { type: 'command', at, act: 'resolve', role: 'family', refused: 'no-change' },
      /resolve {2}family {2}refused: no-change$/,
      /被拒绝/,
    ],
    [
      { type: 'fault', at, active: false, code: 'battery-low', subject: 'device:d', text },
      /fault over {2}device:d/,
      /故障消除/,
    ],
    [
      { type: 'reading', at, device: 'd', quantity: 'gas', value: 3, quality: 'uncertain' },
      /d {2}gas {2}3 {2}uncertain$/,
      /gas/,
    ],
    [{ type: 'of-tomorrow', at, colour: 'red' }, /of-tomorrow {2}\{"colour":"red"\}$/, /of-tomorrow/],
  ])('shows %j', (event, english, chinese) => {
    expect(eventLine(event, 'en')).toMatch(english);
    expect(eventLine(event, 'zh-CN')).toMatch(chinese);
    expect(eventLine(event, 'zh-CN')).not.toContain('undefined');
  });
});

describe('hearthward say', () => {
  it('has a sentence for each thing that can be said, and for each reason to refuse it', () => {
    for (const act of sayings)
      for (const refused of [undefined, ...refusals]) {
        expect(answerText(act, refused, 'en')).toMatch(/^[A-Z].*(?:\.|--open)$/);
        expect(answerText(act, refused, 'zh-CN')).toMatch(/[\u4e00-\u9fff]/);
      }
  });
});
