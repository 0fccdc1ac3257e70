// Wearables that protect nobody are told while somebody is up and about, and never at night on the charger.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HomeView } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import { faultCodes } from '#contract/fault.ts';
import type { Presence } from '#contract/presence.ts';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import { play } from '#fakes/play.ts';
import { wear } from '#src/detectors/wear.ts';

const band: Device = { id: 'band', kind: 'wearable', placement: 'wrist', wearer: 'otto' };
const hall: Device = { id: 'hall', kind: 'motion', room: 'hall' };
const view = (presence: Presence = 'home'): HomeView => ({ zone: 'UTC', devices: [band, hall], presence });
const clock = (hours: number, minutes = 0) => hours * HOUR + minutes * MINUTE;

type Home = ReturnType<typeof play>;
/** Somebody walks about, every two minutes from `from` up to `to`. */
function walking(home: Home, from: number, to: number, alsoAt: (at: number) => void = () => undefined): Home {
  for (let at = from; at <= to; at += 2 * MINUTE) {
    home.reading(at, hall, 'motion', true);
    alsoAt(at);
  }
  return home;
}
const told = ({ faults }: Home) => faults.map(({ code, active }) => `${active ? '+' : '-'}${code}`);
/** The band speaks every half minute. */
const streaming = (home: Home, from: number, to: number, tell: (at: number) => void) => {
  for (let at = from; at <= to; at += 30 * SECOND) tell(at);
  return home;
};

describe('a wearable that says it is not worn', () => {
  it('is nothing at night on its charger, even when somebody goes to the bathroom', () => {
    const home = play(wear, {}, view());
    home.reading(clock(21, 50), band, 'battery', 40).reading(clock(22, 30), band, 'worn', false);
    walking(home, clock(26), clock(26, 20));
    expect(told(home.quiet(clock(29)))).toEqual([]);
  });

  it('is a fault within minutes at ten in the morning with movement in the rooms, and over when it is put on', () => {
    const home = play(wear, {}, view());
    home.reading(clock(9), band, 'worn', true).reading(clock(10), band, 'worn', false);
    walking(home, clock(10), clock(10, 8));
    expect(told(home)).toEqual([]);
    walking(home, clock(10, 9), clock(10, 11));
    expect(home.faults).toMatchObject([
      { code: 'wearable-off', subject: 'device:band', active: true, context: { minutes: 10 } },
    ]);
    home.reading(clock(10, 30), band, 'worn', true);
    expect(told(home)).toEqual(['+wearable-off', '-wearable-off']);
  });

  it('is told at the minute, not at the next movement, where the movement came before', () => {
    const home = play(wear, {}, view())
      .reading(clock(10), band, 'worn', false)
      .reading(clock(10, 5), hall, 'motion', true);
    expect(told(home.quiet(clock(10, 9)))).toEqual([]);
    expect(told(home.quiet(clock(10, 10)))).toEqual(['+wearable-off']);
  });

  it('is nothing where nobody moves afterwards: the hand that laid it down does not count', () => {
    const home = play(wear, {}, view());
    home.reading(clock(10), hall, 'motion', true).reading(clock(10), band, 'worn', false);
    home.reading(clock(10) + 30 * SECOND, hall, 'motion', true);
    expect(told(home.quiet(clock(14)))).toEqual([]);
  });

  it('is told in the morning when it stays on the charger after getting up', () => {
    const home = play(wear, {}, view()).reading(clock(22, 30), band, 'worn', false);
    walking(home, clock(30), clock(31, 8));
    expect(told(home)).toEqual([]);
    walking(home, clock(31, 10), clock(31, 12));
    expect(told(home)).toEqual(['+wearable-off']);
  });

  it('may fill its battery by day, for a while', () => {
    const home = play(wear, {}, view());
    home.reading(clock(10), band, 'battery', 30).reading(clock(10), band, 'worn', false);
    walking(home, clock(10, 2), clock(12, 26), (at) =>
      home.reading(at, band, 'battery', 30 + (at - clock(10)) / (3 * MINUTE)),
    );
    expect(told(home)).toEqual([]);
    walking(home, clock(12, 28), clock(12, 32));
    expect(told(home)).toEqual(['+wearable-off']);
  });

  it.each(['asleep', 'away'] as const)('is nothing while the home believes its wearer %s', (presence) => {
    const home = play(wear, {}, view(presence)).reading(clock(10), band, 'worn', false);
    expect(told(walking(home, clock(10), clock(11)))).toEqual([]);
  });
});

describe('a wearable that knows nothing of skin', () => {
  const still = (at: number, home: Home) =>
    home.reading(at, band, 'acceleration', { rateHz: 25, xyz: [[0.01, 0, 1 + ((at / SECOND) % 3) / 100]] });

  it('is taken for taken off once it has lain still for half an hour while somebody walks about', () => {
    const home = play(wear, {}, view());
    const both = (from: number, to: number) =>
      streaming(home, from, to, (at) => {
        still(at, home);
        if (at % (2 * MINUTE) === 0) home.reading(at, hall, 'motion', true);
      });
    both(clock(10), clock(10, 29));
    expect(told(home)).toEqual([]);
    both(clock(10, 29) + 30 * SECOND, clock(10, 40));
    expect(told(home)).toEqual(['+wearable-off']);
    home.reading(clock(10, 41), band, 'acceleration', { rateHz: 25, xyz: [[0.5, 0.5, 0.7]] });
    expect(told(home)).toEqual(['+wearable-off', '-wearable-off']);
  });

  it('is worn while it tells a pulse, however still the arm', () => {
    const home = play(wear, {}, view());
    streaming(home, clock(10), clock(11), (at) => {
      still(at, home).reading(at, band, 'heartRate', 61).reading(at, hall, 'motion', true);
    });
    expect(told(home)).toEqual([]);
  });

  it('is not worn where it has lain so still for two hours that no arm is under it, whatever pulse it tells', () => {
    const home = play(wear, {}, view());
    streaming(home, clock(10), clock(12, 10), (at) => {
      still(at, home).reading(at, band, 'heartRate', 61).reading(at, hall, 'motion', true);
    });
    expect(home.faults).toMatchObject([{ code: 'wearable-off', active: true, context: { minutes: 120 } }]);
  });

  it('is worn while it moves now and then', () => {
    const home = play(wear, {}, view());
    streaming(home, clock(10), clock(13), (at) => {
      if (at % (20 * MINUTE) === 0)
        home.reading(at, band, 'acceleration', { rateHz: 25, xyz: [[0.3, 0, at % (40 * MINUTE) === 0 ? 0.9 : 0.7]] });
      else home.reading(at, band, 'battery', 50);
      home.reading(at, hall, 'motion', true);
    });
    expect(told(home)).toEqual([]);
  });
});

describe('a wearable that is out of reach', () => {
  const linked = (home: Home, to: number) =>
    streaming(home, to - 10 * MINUTE, to, (at) => home.reading(at, band, 'heartRate', 70));

  it('is a fault within minutes while somebody walks about, and over with its next word', () => {
    const home = linked(play(wear, {}, view()), clock(10));
    walking(home, clock(10, 1), clock(10, 4));
    expect(told(home)).toEqual([]);
    expect(told(home.quiet(clock(10, 5)))).toEqual(['+wearable-away']);
    home.reading(clock(10, 20), band, 'heartRate', 71);
    expect(told(home)).toEqual(['+wearable-away', '-wearable-away']);
  });

  it.each(['asleep', 'away', 'visitor'] as const)('is nothing by night, and nothing by day when %s', (presence) => {
    const night = linked(play(wear, {}, view()), clock(23));
    expect(told(walking(night, clock(23, 1), clock(24)))).toEqual([]);
    const home = linked(play(wear, {}, view(presence)), clock(10));
    expect(told(walking(home, clock(10, 1), clock(12)))).toEqual([]);
  });

  it('that speaks only now and then is not missed for it, though it may speak twice at once', () => {
    const home = play(wear, {}, view());
    for (let n = 0; n < 12; n += 1)
      home.reading(clock(10, n * 10), band, 'heartRate', 70).reading(clock(10, n * 10) + SECOND, band, 'battery', 70);
    expect(told(walking(home, clock(12), clock(13)))).toEqual([]);
  });

  it('is told at once when its link says so, and not for the failure of the whole radio', () => {
    const fault = (code: 'device-silent' | 'bluetooth-lost') => (home: Home, at: number) =>
      home.input(at, (moment) => ({
        kind: 'fault',
        at: moment,
        active: true,
        fault: { code, subject: 'device:band', since: moment, dependsOn: [], context: {} },
      }));
    const lost = play(wear, {}, view()).reading(clock(10), band, 'battery', 80);
    fault('bluetooth-lost')(lost, clock(10, 1));
    expect(told(walking(lost, clock(10, 2), clock(10, 30)))).toEqual([]);
    fault('device-silent')(lost, clock(10, 31));
    expect(told(lost)).toEqual(['+wearable-away']);
  });
});

describe('a battery', () => {
  it('is told once when it is low, again when it is urgent, and is well again only when it is charged', () => {
    const home = play(wear, {}, view());
    [25, 20, 21, 19, 28, 12, 8, 9, 15, 7, 19, 25, 30, 31].forEach((percent, n) => {
      home.reading(clock(10, n), band, 'battery', percent);
    });
    expect(home.faults).toMatchObject([{ code: 'charge-low', active: true }, { active: false }]);
    const said: string[] = [];
    fc.assert(
      fc.property(fc.array(fc.nat(100), { maxLength: 40 }), (percents) => {
        const one = play(wear, {}, view());
        percents.forEach((percent, n) => {
          one.reading(clock(10, n), band, 'battery', percent);
        });
        const low = one.faults.at(-1)?.active === true;
        const last = percents.at(-1);
        if (last !== undefined && last <= 20) expect(low).toBe(true);
        if (last !== undefined && last > 30) expect(low).toBe(false);
        said.push(String(low));
      }),
    );
    expect(new Set(said)).toEqual(new Set(['true', 'false']));
  });

  it('says how urgent it is', () => {
    const step = (percent: number, before = wear.start()) =>
      wear.step(
        before,
        {
          kind: 'reading',
          at: { mono: 1 as never, wall: 1 as never, wallTrusted: true, bootId: 'b' },
          device: band,
          reading: { deviceId: 'band', quantity: 'battery', value: percent, quality: 'good', at: {} as never, seq: 1 },
        },
        wear.options.parse({}),
        view(),
      );
    const low = step(18);
    expect(low.faults).toMatchObject([{ context: { percent: 18, urgent: false } }]);
    expect(step(8, low.state).faults).toMatchObject([{ context: { percent: 8, urgent: true } }]);
  });
});

it('says each of its faults in both languages', () => {
  for (const code of ['charge-low', 'wearable-off', 'wearable-away'] as const)
    for (const { en, 'zh-CN': zh } of [faultCodes[code].text, faultCodes[code].advice]) {
      expect(en.length).toBeGreaterThan(10);
      expect(zh).toMatch(/[\u4e00-\u9fff]/);
    }
});
