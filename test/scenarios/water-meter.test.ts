// From the registers of a water meter to the alerts of the care rules: the driver on its bench for a day, and what it said
// through the production replay.

import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import { modbusBench } from '#fakes/modbus-bench.ts';
import { defaultRules, replayAllBy } from '#fakes/replay.ts';
import { modbusMeter } from '../../drivers/modbus-meter/driver.ts';

const POLL = 5 * SECOND;
const rules = defaultRules('UTC', {
  'water-unused': { enabled: true, hours: 12 },
  'water-running': { enabled: true, minutes: 60 },
});

/** A counter of whole litres, and what runs through it: from a minute of the day on for so many minutes, l/min. */
type Use = [fromMinute: number, minutes: number, litresPerMinute: number];

/** The alerts of `hours`, by the minute at which they came and went. */
async function alerts(hours: number, uses: Use[], dead?: { fromMinute: number; toMinute: number }) {
  const home = modbusBench(
    modbusMeter,
    'water',
    { model: 'custom', total: { address: 0, type: 'u32', unit: 'l' }, pollSeconds: 5 },
    { 0: 0, 1: 500 },
  );
  home.bus.plug();
  const links: { t: number; link: string; device: string }[] = [];
  let litres = 500;
  for (let minute = 0; minute < hours * 60; minute += 1) {
    const running = uses.filter(([from, lasts]) => minute >= from && minute < from + lasts);
    if (dead && (minute === dead.fromMinute || minute === dead.toMinute)) {
      const down = minute === dead.fromMinute;
      home.bus.fail(down ? 'modbus-timeout' : undefined);
      // The host of drivers makes a fault of it; in a replay the link is what tells.
      links.push({ t: home.clock.now().mono, link: down ? 'down' : 'up', device: 'meter' });
    }
    for (let poll = 0; poll < MINUTE / POLL; poll += 1) {
      litres += running.reduce((sum, [, , perMinute]) => sum + perMinute, 0) / (MINUTE / POLL);
      home.set({ 1: Math.floor(litres) });
      await home.during(POLL, POLL);
    }
  }
  await home.running.stop();
  const start = 1_000_000;
  const said = home.emitted().map(({ atMs: t, ...sample }) => ({ t, device: 'meter', ...sample }));
  const lines = [...said, ...links].toSorted((a, b) => a.t - b.t);
  const declared = { declare: { id: 'meter', kind: 'water', room: 'bathroom' } };
  const out = await replayAllBy(rules, [declared, ...lines, { t: start + hours * HOUR }]);
  return out
    .filter(({ type }) => type === 'alert')
    .map(({ t, hazard, conditionPresent }) => [hazard, Math.round((Number(t) - start) / MINUTE), conditionPresent]);
}

describe('a water meter', () => {
  it('that counts on for an hour is water that runs on, until it stands', async () => {
    expect(await alerts(4, [[30, 90, 9]])).toEqual([
      ['water-running', 90, true],
      ['water-running', 121, false],
    ]);
  });

  it('that counts for 58 minutes, pauses for three and counts again is nobody’s fault', async () => {
    const uses: Use[] = [
      [30, 58, 9],
      [91, 50, 9],
    ];
    expect(await alerts(4, uses)).toEqual([]);
  });

  it('that stands still for twelve hours is somebody who uses no water, until the next use', async () => {
    const uses: Use[] = [
      [60, 2, 8],
      [15 * 60, 1, 8],
    ];
    // Its flow ends a minute after its last litre.
    expect(await alerts(17, uses)).toEqual([
      ['water-unused', 60 + 2 + 1 + 12 * 60, true],
      ['water-unused', 15 * 60, false],
    ]);
  });

  it('that counts two litres once in eleven hours is used', async () => {
    const uses: Use[] = [
      [60, 2, 8],
      [12 * 60, 1, 2],
      [23 * 60, 1, 2],
    ];
    expect(await alerts(24, uses)).toEqual([]);
  });

  it('that was dead for a while proves neither: not what it counted meanwhile, and no silence', async () => {
    const uses: Use[] = [
      [60, 2, 8],
      [5 * 60, 3 * 60, 9],
    ];
    // Dead while the water runs, and for five hours of quiet after: the twelve hours begin with its return.
    expect(await alerts(24, uses, { fromMinute: 4 * 60, toMinute: 13 * 60 })).toEqual([]);
    expect(await alerts(26, uses, { fromMinute: 4 * 60, toMinute: 13 * 60 })).toEqual([
      ['water-unused', 25 * 60, true],
    ]);
  });
});
