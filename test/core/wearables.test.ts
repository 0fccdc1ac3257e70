// What a wearer is let feel: the question whether all is well, and that help is confirmed.

import { expect, it } from 'vitest';
import { SECOND } from '#contract/time.ts';
import { watchedHome } from '#fakes/home.ts';
import { falling, told } from '#fakes/motion.ts';
import type { HomeDevice } from '#src/core/home.ts';

const devices: HomeDevice[] = [
  { id: 'help-1', kind: 'help-button' },
  { id: 'watch', kind: 'wearable', placement: 'waist', vibrates: true, reportsHold: true },
  { id: 'strap', kind: 'wearable', placement: 'waist' },
  { id: 'other', kind: 'wearable', placement: 'wrist', vibrates: true },
];

function home() {
  const watched = watchedHome({ devices });
  /** Who was to vibrate for what, each change once. */
  const felt = () => [
    ...new Set(watched.vibrations.flat().map(({ deviceId, key, words }) => `${deviceId}: ${words.en} (${key})`)),
  ];
  const feltBy = () => felt().map((line) => line.replace(/ \(.*/, ''));
  const falls = async (device: string) => {
    for (let fromS = 0; fromS < 11; fromS += 1) {
      await watched.hear(device, 'acceleration', told(falling(8), { fromS, seconds: 1 }));
      await watched.pass(SECOND);
    }
  };
  /** The question as it was put last. */
  const asked = () => {
    const { en, 'zh-CN': zh } = watched.signals.findLast(({ cue }) => cue?.stage === 'asking')?.cue?.say ?? {};
    return [en, zh];
  };
  const acknowledge = async () => {
    watched.pipeline.command({ id: 'c', act: 'acknowledge', by: { name: 'Li', role: 'operator' } });
    await watched.pass();
  };
  return { ...watched, felt, feltBy, falls, asked, acknowledge };
}

it('the band that found a fall asks its wearer, again and again, and tells that help is confirmed', async () => {
  const { falls, pass, feltBy, acknowledge, vibrations } = home();
  await falls('watch');
  await pass(30 * SECOND);
  expect(feltBy()).toEqual(new Array(4).fill('watch: Are you all right?'));
  // Raised, and nobody has confirmed: nothing to feel.
  expect(vibrations.at(-1)).toEqual([]);
  await acknowledge();
  expect(feltBy().slice(4)).toEqual(['watch: Help is confirmed']);
});

it('only a wearer whose key is heard is told to hold it down, in both languages', async () => {
  const { falls, asked } = home();
  await falls('watch');
  expect(asked()).toEqual([
    'Fall. Are you all right? If you are, hold down the key on your wearable for 5 seconds. Otherwise help is called.',
    '跌倒报警。您还好吗？如果没事，请按住佩戴设备上的按键5秒；否则将为您呼叫帮助。',
  ]);
  await falls('strap');
  expect(asked()).toEqual([
    'Fall. Are you all right? Help is called in a moment. If you need none, say so to whoever answers.',
    '跌倒报警。您还好吗？即将为您呼叫帮助。如果没事，请告知与您联系的人员。',
  ]);
});

it('of a call by another device every band tells that help is confirmed, and none asks', async () => {
  const { press, pass, feltBy, acknowledge, pipeline, vibrations } = home();
  await press();
  await pass(10 * SECOND);
  expect(feltBy()).toEqual([]);
  await acknowledge();
  expect(feltBy()).toEqual(['watch: Help is confirmed', 'other: Help is confirmed']);
  pipeline.command({ id: 'd', act: 'resolve', by: { name: 'Li', role: 'operator' } });
  await pass();
  expect(vibrations.at(-1)).toEqual([]);
});

it('a band that cannot vibrate is asked for nothing; a question comes before news', async () => {
  const { falls, press, pass, feltBy, acknowledge } = home();
  await falls('strap');
  await pass(10 * SECOND);
  expect(feltBy()).toEqual([]);
  await press();
  await acknowledge();
  await falls('watch');
  expect(feltBy()).toContain('watch: Are you all right?');
});
