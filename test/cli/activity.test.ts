// The picture of a day, from a gateway's own files.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '#contract/alert.ts';
import type { HistoryRecord } from '#contract/store.ts';
import type { Moment } from '#contract/time.ts';
import { activityOf, dateOf, dayNumber, SLOTS } from '#src/cli/activity/day.ts';
import { linesOf, pictureOf } from '#src/cli/activity/picture.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { inactivity } from '#src/detectors/inactivity.ts';
import { presence } from '#src/detectors/presence.ts';
import { openHistory } from '#src/store/history.ts';
import { openJournal } from '#src/store/journal.ts';
import { silentLog } from '../store/rig.ts';
import { hearthward, inFolder } from './cli.ts';

const zone = 'Asia/Shanghai';
const devices = [
  { id: 'bath-1', kind: 'motion', room: '浴室' },
  { id: 'hall-1', kind: 'motion', room: 'hall' },
  { id: 'gas-1', kind: 'gas', room: 'kitchen' },
  { id: 'door-1', kind: 'contact', room: 'pantry' },
] as const;
const at = (iso: string): Moment => {
  const wall = Date.parse(iso);
  return { mono: wall, wall, wallTrusted: true, bootId: 'b' } as Moment;
};
const moved = (deviceId: string, iso: string): HistoryRecord => ({
  kind: 'reading',
  reading: { deviceId, quantity: 'motion', value: true, quality: 'good', at: at(iso), seq: 1 },
});
const contact = (value: string, iso: string): HistoryRecord => ({
  kind: 'reading',
  reading: { deviceId: 'door-1', quantity: 'contact', value, quality: 'good', at: at(iso), seq: 1 },
});
const day = dayNumber('2026-03-02') as number;
const fell = { hazard: 'fall', room: '<浴室>', raisedAt: at('2026-03-02T09:30:00+08:00') } as Alert;
const records = (...all: HistoryRecord[]) => all.map((record) => ({ record }));

describe('a day', () => {
  it('counts what moved by room and ten minutes of the local day, and leaves out what no person did', () => {
    const gas = { deviceId: 'gas-1', quantity: 'gas', value: 3, quality: 'good', at: at('2026-03-02T08:00:00+08:00') };
    const activity = activityOf(
      records(
        moved('hall-1', '2026-03-01T23:59:59+08:00'),
        moved('hall-1', '2026-03-02T00:00:00+08:00'),
        moved('bath-1', '2026-03-02T07:19:59+08:00'),
        moved('bath-1', '2026-03-02T07:20:00+08:00'),
        { kind: 'reading', reading: { ...gas, seq: 1 } as never },
        moved('gone-1', '2026-03-02T12:00:00+08:00'),
        contact('closed', '2026-03-02T09:00:00+08:00'),
        contact('closed', '2026-03-02T10:00:00+08:00'),
        moved('hall-1', '2026-03-03T00:00:00+08:00'),
      ),
      { devices, alerts: [fell, { ...fell, raisedAt: at('2026-03-03T00:00:00+08:00') }], zone, day },
    );
    expect(activity).toMatchObject({ date: '2026-03-02', zone, first: 0, last: 440 });
    expect(activity.rooms.map(({ room }) => room)).toEqual(['浴室', 'hall']);
    const counted = activity.rooms.map(({ slots }) => slots.flatMap((count, slot) => (count ? [[slot, count]] : [])));
    expect(counted).toEqual([
      [
        [43, 1],
        [44, 1],
      ],
      [[0, 1]],
    ]);
    expect(activity.alerts).toEqual([{ minute: 570, hazard: 'fall', room: '<浴室>' }]);
  });

  it('of 25 hours puts the hour that comes twice into its slots twice', () => {
    const activity = activityOf(
      records(moved('hall-1', '2026-10-25T00:30:00Z'), moved('hall-1', '2026-10-25T01:30:00Z')),
      { devices, alerts: [], zone: 'Europe/Berlin', day: dayNumber('2026-10-25') as number },
    );
    expect(activity.rooms[0]?.slots[15]).toBe(2);
  });

  it('loses nothing: each sign of a day is in one slot, whenever it came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 86_399_999 }), { minLength: 1, maxLength: 60 }), (times) => {
        const begin = Date.parse('2026-03-02T00:00:00+08:00');
        const all = times.map((ms) => moved('hall-1', new Date(begin + ms).toISOString()));
        const { rooms } = activityOf(records(...all), { devices, alerts: [], zone, day });
        expect(rooms[0]?.slots).toHaveLength(SLOTS);
        expect(rooms[0]?.slots.reduce((sum, count) => sum + count)).toBe(times.length);
      }),
    );
  });

  it.each(['2026-02-29', '2026-13-01', '2026-3-2', 'today', ''])('"%s" is none', (text) => {
    expect(dayNumber(text)).toBeUndefined();
  });

  it('is read back as it is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), (n) => {
        expect(dayNumber(dateOf(n))).toBe(n);
      }),
    );
  });
});

describe('its picture', () => {
  const activity = activityOf(records(moved('bath-1', '2026-03-02T07:20:00+08:00')), {
    devices,
    alerts: [fell],
    zone,
    day,
  });

  it('shows rooms, hours and alerts, and takes no name for markup', () => {
    const svg = pictureOf(activity, 'zh-CN');
    expect(svg).toContain('浴室</text>');
    expect(svg).toContain('&lt;浴室&gt;');
    expect(svg).toContain('跌倒报警');
    expect(svg.match(/<rect /g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it('says so where nothing moved', () => {
    const empty = activityOf([], { devices, alerts: [], zone, day });
    expect(pictureOf(empty, 'en')).toContain('Nothing moved on this day.');
    expect(linesOf(empty, 'zh-CN')).toEqual(['活动 2026-03-02 (Asia/Shanghai)', '当天没有任何活动。']);
  });

  it('is lines for a terminal, in which a Chinese name is as wide as it looks', () => {
    const both = activityOf(
      records(moved('bath-1', '2026-03-02T07:20:00+08:00'), moved('hall-1', '2026-03-02T07:40:00+08:00')),
      { devices, alerts: [fell], zone, day },
    );
    expect(linesOf(both, 'en')).toEqual([
      'Activity 2026-03-02 (Asia/Shanghai)',
      '      0  3  6  9  12 15 18 21',
      '浴室         █',
      'hall         █',
      '07:20 – 07:40',
      '09:30 Fall <浴室>',
    ]);
  });

  it('says how long it may stay quiet from the last sign on, and what is usual', () => {
    const quiet = activityOf(records(moved('bath-1', '2026-03-02T07:20:00+08:00')), {
      devices,
      alerts: [],
      zone,
      day,
      tolerated: ({ minute, room }) => ({
        limitMinutes: minute + room.length,
        longestMinutes: 65,
        by: 'learned',
        price: 1.5,
      }),
    });
    expect(quiet.quiet).toEqual({
      since: 440,
      room: '浴室',
      limitMinutes: 442,
      longestMinutes: 65,
      by: 'learned',
      price: 1.5,
    });
    expect(linesOf(quiet, 'en').at(-1)).toBe(
      'Quiet from 07:20 on in “浴室”, help is called after 7 h 22 min; the longest usual pause there at that hour is 1 h 5 min; it waits longer than at first, since help was called for nothing more than once in four weeks',
    );
    expect(pictureOf(quiet, 'zh-CN')).toContain(
      '7小时22分钟后呼叫帮助；该时段通常最长停顿为1小时5分钟；因误报多于每四周一次，等待时间比最初更长',
    );
  });
});

describe('hearthward activity', () => {
  it('reads the files of a gateway: text, JSON and a picture; without a day the newest', async () => {
    await inFolder(async (dir) => {
      const clock = virtualClock();
      const events = { trouble: () => undefined };
      const { journal } = await openJournal({ dir, clock, log: silentLog, events });
      const history = openHistory({ dir, budgetBytes: 4 * 1_024 * 1_024, clock, log: silentLog, events });
      history.append(moved('hall-1', '2026-03-01T10:00:00+08:00'));
      history.append(moved('bath-1', '2026-03-02T07:20:00+08:00'));
      // Nothing is learned yet: the rule of three hours by day, nine by night.
      const known = { inactivity: inactivity.start(), presence: { ...presence.start(), presence: 'home' } };
      await journal.commit({ checkpoints: known as never });
      await Promise.all([history.close(), journal.close()]);
      const config = join(dir, 'gateway.yaml');
      const named = devices
        .slice(0, 2)
        .map(({ id, kind, room }, line) => ({ id, kind, room, driver: 'gpio-input', chip: '0', line: String(line) }));
      writeFileSync(config, JSON.stringify({ home: { timezone: zone }, uplinks: [], devices: named }));

      const told = await hearthward(['activity', '--data', dir, '--config', config]);
      expect(told).toMatchObject({ code: 0, stderr: `No gateway runs on ${dir}. This is what its files say.\n` });
      expect(told.stdout).toContain('Activity 2026-03-02');
      const svg = join(dir, 'day.svg');
      const json = await hearthward([
        'activity',
        '--data',
        dir,
        '--config',
        config,
        '--day',
        '2026-03-01',
        '--json',
        '--svg',
        svg,
      ]);
      expect(JSON.parse(json.stdout)).toMatchObject({
        date: '2026-03-01',
        rooms: [{ room: 'hall' }],
        quiet: { since: 600, room: 'hall', limitMinutes: 180, longestMinutes: 0, by: 'rule', price: 1 },
      });
      expect(readFileSync(svg, 'utf8')).toContain('hall</text>');
      const wrong = await hearthward(['activity', '--data', dir, '--config', config, '--day', 'tomorrow']);
      expect(wrong).toMatchObject({ code: 2, stdout: '' });
      expect(wrong.stderr).toContain('"tomorrow" is no date');
    });
  });
});
