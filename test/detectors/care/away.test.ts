// Away is away: who has said that they leave, or are in hospital, is missed by no care rule; who has only used the door is.

import { describe, expect, it } from 'vitest';
import { type Day, each } from './day.ts';
import { replay, spoken } from './play-day.ts';

const says = (t: string, say: string) => ({ t, line: { say } });
const told = async (rule: string, day: Day['day'], options: Record<string, unknown> = {}) =>
  spoken(await replay(rule, { options, day }), rule);

describe('in hospital', () => {
  const taken: Day['day'] = [
    ['08:00', 'hall', true],
    ['08:00', 'water', true],
    ['08:01', 'water', false],
    ['08:02', 'door', 'open'],
    ['08:03', 'door', 'closed'],
    ['08:05', 'bath', true],
    says('08:30', 'hospital'),
  ];
  /** A neighbour waters the plants. */
  const neighbour: Day['day'] = [
    ['1d 10:00', 'door', 'open'],
    ['1d 10:00', 'door', 'closed'],
    ['1d 10:01', 'hall', true],
    ['1d 10:02', 'water', true],
    ['1d 10:03', 'water', false],
    ['1d 10:04', 'bath', true],
    ['1d 10:05', 'door', 'open'],
    ['1d 10:05', 'door', 'closed'],
    ['6d 12:00'],
  ];
  const rules = ['water-unused', 'door-unused', 'no-motion', 'bathroom-unused', 'bathroom'];

  it.each(rules)('a neighbour’s visit begins nothing: %s', async (rule) => {
    expect(await told(rule, [...taken, ...neighbour])).toEqual([]);
  });

  it.each(rules)('a power cut begins nothing, though they would have been missed during it: %s', async (rule) => {
    const cut = (hours: number) => [
      { t: '08:31', line: { gateway: 'off' } },
      { t: `${Math.floor(hours / 24)}d ${String(hours % 24).padStart(2, '0')}:31`, line: { gateway: 'on' } },
    ];
    for (const hours of [9, 13, 20, 33]) expect(await told(rule, [...taken, ...cut(hours), ['4d 12:00']])).toEqual([]);
  });

  it('nor does a short one, at the end of the hours', async () => {
    const day: Day['day'] = [
      ['08:00', 'water', true],
      ['08:01', 'water', false],
      ['19:00', 'hall', true],
      says('19:50', 'hospital'),
      { t: '19:51', line: { gateway: 'off' } },
      { t: '20:05', line: { gateway: 'on' } },
      ['2d 12:00'],
    ];
    expect(await told('water-unused', day)).toEqual([]);
  });

  it('nobody is waited for at eight in the evening, and again once they are at home', async () => {
    const [walk, back]: Day['day'][] = [[says('5d 09:00', 'away'), ['6d 12:00']], [says('4d 09:00', 'home')]];
    expect(await told('absence', [...taken, ...(back as Day['day']), ...(walk as Day['day'])])).toEqual([
      ['5d 17:00', true],
    ]);
  });

  it('nor where the wearable is lost with the door, nor after a power cut', async () => {
    const day: Day['day'] = [
      ['08:00', 'hall', true],
      says('08:00', 'hospital'),
      ['08:01', 'door', 'open'],
      { t: '08:04', line: { link: 'down', device: 'band' } },
      { t: '09:00', line: { gateway: 'off' } },
      { t: '09:30', line: { gateway: 'on' } },
      ['2d 12:00'],
    ];
    expect(await told('absence', day)).toEqual([]);
  });

  it('the hours at which a neighbour comes are no habit of whoever gets up', async () => {
    const mornings = Array.from({ length: 8 }, (_, n) =>
      each(`${n + 1}d 11:00`, `${n + 1}d 11:00`, 60, 'hall', true),
    ).flat();
    const day: Day['day'] = [says('08:30', 'hospital'), ...mornings, says('9d 20:00', 'home'), ['10d 12:00']];
    expect(await told('not-up', day)).toEqual([['10d 10:00', true]]);
  });
});

describe('a bed that is left at night', () => {
  const left: Day['day'] = [
    ['22:30', 'bed', true],
    ['23:30', 'bed', false],
  ];

  it.each(['away', 'hospital'])('is waited for no more once "%s" is said', async (say) => {
    expect(await told('bed-exit', [...left, says('23:40', say), ['1d 12:00']])).toEqual([]);
    // And where it was said from the bed.
    expect(await told('bed-exit', [left[0] as never, says('23:29', say), left[1] as never, ['1d 12:00']])).toEqual([]);
  });

  it('is, where nobody has said anything: who has gone out by night is to be looked for', async () => {
    const out: Day['day'] = [...left, ['23:31', 'door', 'open'], ['23:32', 'door', 'closed'], ['1d 02:00']];
    expect(await told('bed-exit', out)).toEqual([['1d 00:00', true]]);
  });
});

describe('the door at night', () => {
  const leaves: Day['day'] = [
    ['23:00', 'hall', true],
    ['23:05', 'door', 'open'],
    ['23:06', 'door', 'closed'],
    ['1d 02:00'],
  ];

  it.each(['away', 'hospital'])('is of who leaves, within ten minutes of "%s"', async (say) => {
    expect(await told('wandering', [...leaves, says('23:01', say)])).toEqual([]);
    expect(await told('wandering', [...leaves, says('23:07', say)])).toEqual([]);
  });

  it('is somebody’s who comes, hours after it was said', async () => {
    expect(await told('wandering', [...leaves, says('20:00', 'away')])).toEqual([['23:11', true]]);
  });
});
