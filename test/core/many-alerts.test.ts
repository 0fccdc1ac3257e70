// A home with many open alerts, as after a long outage: what happens to one of them costs the same as in a home with few.

import { beforeAll, describe, expect, it } from 'vitest';
import { type Counted, counted } from '#fakes/counted.ts';
import { watchedHome } from '#fakes/home.ts';
import type { Cases } from '#src/core/cases.ts';
import type { HomeDevice } from '#src/core/home.ts';

const FEW = 10;
const MANY = 500;

const devices: HomeDevice[] = [
  ...Array.from({ length: MANY }, (_, number): HomeDevice => ({ id: `help-${number}`, kind: 'help-button' })),
  { id: 'motion-1', kind: 'motion', room: 'kitchen' },
  { id: 'light-1', kind: 'light' },
  { id: 'siren-1', kind: 'siren' },
  { id: 'watch', kind: 'wearable', vibrates: true },
];

interface Crowded {
  home: ReturnType<typeof watchedHome>;
  looks: Counted<Cases>['looks'];
}

/** So many calls are open, none of them sent yet; every look at one of them is counted from here on. */
async function crowded(count: number): Promise<Crowded> {
  const before = watchedHome({ devices });
  for (let number = 0; number < count; number++) await before.hear(`help-${number}`, 'button', 'press');
  await before.pass();
  const state = before.pipeline.snapshot();
  const { data, looks } = counted(state.cases);
  const home = watchedHome({ devices, state: { ...state, cases: data } });
  await home.pass();
  expect(home.pipeline.openAlerts()).toHaveLength(count);
  home.offers.push(...before.offers);
  return { home, looks };
}

describe(`with ${MANY} alerts open`, () => {
  let few: Crowded;
  let many: Crowded;
  beforeAll(async () => {
    few = await crowded(FEW);
    many = await crowded(MANY);
  });

  /** What `act` costs in either home. */
  const costs = (act: (home: Crowded['home']) => void) => {
    const [inFew, inMany] = [few, many].map(({ home, looks }) => looks(() => act(home)));
    return { few: inFew ?? 0, many: inMany ?? 0 };
  };
  const entryOf = (home: Crowded['home'], number: number) => {
    const found = home.offers.filter(({ kind }) => kind === 'alert')[number];
    if (!found) throw new Error(`no entry ${number}`);
    return found;
  };

  it('the broker’s word for one of them costs what it costs with a few', () => {
    const { few, many } = costs((home) => home.pipeline.sent(entryOf(home, 3)));
    expect(few).toBeGreaterThan(0);
    expect(many).toBeLessThanOrEqual(few + 5);
  });

  it('the receipt for one of them costs what it costs with a few', () => {
    const { few, many } = costs((home) => home.pipeline.arrived(entryOf(home, 4).msgId, 'district'));
    expect(few).toBeGreaterThan(0);
    expect(many).toBeLessThanOrEqual(few + 5);
  });

  it('a sample that raises nothing looks at none of them, though detectors ask to be woken anew', () => {
    const accept = (value: boolean) => (home: Crowded['home']) => {
      // By then the receipts of all of them are on the disk.
      home.clock.advance(value ? 5_000 : 1_000);
      const at = home.clock.now();
      home.pipeline.accept({ deviceId: 'motion-1', quantity: 'motion', value, quality: 'good', at, seq: 1 });
    };
    costs(accept(true));
    expect(costs(accept(false))).toEqual({ few: 0, many: 0 });
  });

  it('a press looks at each of the others a few times: which is the same call, which is shown, which outputs are wanted', () => {
    const { few, many } = costs((home) =>
      home.pipeline.accept({
        deviceId: 'help-1',
        quantity: 'button',
        value: 'press',
        quality: 'good',
        at: home.clock.now(),
        seq: 1,
      }),
    );
    expect(few).toBeGreaterThan(0);
    expect(many - few).toBeLessThanOrEqual(60 * (MANY - FEW));
  });

  it('presses while they drain are noticed in the turn they are made in, and go out in their order', async () => {
    const { home } = await crowded(MANY);
    const noticed = () =>
      home.taps.flatMap((event) => (event.type === 'cue' && event.stage === 'pressed' ? [event.alertId] : []));
    const before = noticed().length;
    const pressed: string[] = [];
    for (let number = 0; number < 100; number++) {
      home.pipeline.sent(entryOf(home, number));
      home.pipeline.arrived(entryOf(home, number).msgId, 'district');
      const deviceId = `help-${(number * 7) % 100}`;
      const at = home.clock.now();
      home.pipeline.accept({ deviceId, quantity: 'button', value: 'press', quality: 'good', at, seq: number });
      pressed.push(home.pipeline.openAlerts().find((alert) => alert.deviceId === deviceId)?.id ?? '');
      expect(noticed().slice(before)).toEqual(pressed);
    }
    await home.pass();
    const sent = home.commits.flatMap(({ put = [] }) => put.filter(({ kind }) => kind === 'alert'));
    expect(sent.map(({ msgId }) => msgId)).toEqual(pressed.map((id) => `${id}.2`));
    expect(sent.map(({ seq }) => seq)).toEqual(sent.map(({ seq }) => seq).toSorted((a, b) => a - b));
  });
});
