// Alarms whose detector was removed, or whose power was cut, while they were on.

import { describe, expect, it } from 'vitest';
import { HOUR, SECOND } from '#contract/time.ts';
import { watchedHome } from '#fakes/home.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import type { OutputLine } from '#src/replay/replay.ts';

const says = (t: number, device: string, quantity: string, value: unknown) => ({ t, device, quantity, value });
const person = (t: number, say: string) => ({ t, say });
const alerts = (lines: OutputLine[]) => lines.filter(({ type }) => type === 'alert');

describe('a detector that was removed in alarm', () => {
  it.each([
    ['smoke', 'smoke', true],
    ['gas', 'gas', 60],
    ['temperature', 'temperature', 90],
  ] as const)('does not silence the one that takes its name (%s)', async (kind, quantity, value) => {
    const device = { id: 'd', kind, room: 'kitchen' };
    const home = watchedHome({ devices: [device] });
    await home.hear('d', quantity, value);
    home.pipeline.remove('d');
    home.pipeline.command({ id: 'c', act: 'resolve', by: { name: 'Li', role: 'operator' } });
    await home.pass(HOUR);
    expect(home.pipeline.openAlerts()).toEqual([]);
    home.pipeline.install(device, null);
    await home.hear('d', quantity, value);
    expect(home.pipeline.openAlerts()).toMatchObject([{ state: 'raised', subject: 'device:d' }]);
  });
});

describe('a contact that chatters when the power is cut', () => {
  // Not each of its turns is written: the card knows it as it was at the acknowledgement, on.
  const lines = [
    { declare: { id: 's', kind: 'smoke', room: 'kitchen' } },
    ...Array.from({ length: 11 }, (_, n) => says(n * SECOND, 's', 'smoke', n % 2 === 0)),
    person(10.5 * SECOND, 'acknowledge'),
    says(11 * SECOND, 's', 'smoke', false),
    { t: 20 * SECOND, gateway: 'off' },
    { t: HOUR, gateway: 'on' },
  ];

  it('calls when it comes on hours later', async () => {
    const out = alerts(await replay(...lines, says(3 * HOUR, 's', 'smoke', true), { t: 4 * HOUR }));
    expect(out.at(-1)).toMatchObject({ t: 3 * HOUR, state: 'raised' });
    expect(new Set(out.map(({ id }) => id)).size).toBe(2);
  });

  it('is believed to be on, as it was said last, until it says that it is off', async () => {
    const on = alerts(await replay(...lines, person(3 * HOUR, 'resolve'), { t: 4 * HOUR }));
    expect(on.at(-1)).toMatchObject({ t: 3 * HOUR, state: 'raised' });
    const off = [says(2 * HOUR, 's', 'smoke', false), person(3 * HOUR, 'resolve'), { t: 4 * HOUR }];
    expect(alerts(await replay(...lines, ...off)).at(-1)).toMatchObject({ t: 3 * HOUR, state: 'resolved' });
  });
});
