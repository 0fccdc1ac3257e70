// What the home tells of itself when something flaps: a few words, whatever it is, and none that feed it.

import { describe, expect, it } from 'vitest';
import { MINUTE } from '#contract/time.ts';
import { watchedHome } from '#fakes/home.ts';

const told = (home: ReturnType<typeof watchedHome>, code: string) =>
  home.taps.flatMap((event) =>
    event.type === 'fault' && event.fault.code === code ? [[event.active, event.fault.context.unsteady === true]] : [],
  );

describe('a disk that is nearly full', () => {
  it('is a fault told a few times, once as unsteady, and sends a few messages', async () => {
    // It took small writes and refused large ones: 3,800 messages in 45 s, which filled the room that came back.
    const home = watchedHome();
    for (let n = 0; n < 1_000; n++) {
      home.card.mode = n % 2 === 0 ? 'full' : 'good';
      await home.press();
      await home.pass(10);
    }
    expect(told(home, 'journal-unwritable').length).toBeLessThanOrEqual(10);
    expect(home.faults()).toContain('journal-unwritable@store:journal');
    expect(home.offers.filter(({ kind }) => kind === 'fault').length).toBeLessThanOrEqual(12);
    home.card.mode = 'good';
    await home.pass(20 * MINUTE);
    expect(told(home, 'journal-unwritable').at(-1)).toEqual([false, false]);
    expect(home.faults()).not.toContain('journal-unwritable@store:journal');
  });
});

describe('a plug that wobbles', () => {
  it('leaves its device lost until it has rested, while what it says is heard', async () => {
    const home = watchedHome();
    for (let n = 0; n < 200; n++) {
      home.pipeline.fault('serial-port-lost', 'device:gas-1', n % 2 === 0);
      await home.pass(100);
    }
    expect(told(home, 'serial-port-lost')).toHaveLength(10);
    await home.hear('gas-1', 'gas', 12);
    expect(home.pipeline.openAlerts()).toMatchObject([{ hazard: 'gas', state: 'raised' }]);
    await home.pass(6 * MINUTE);
    expect(home.faults()).not.toContain('serial-port-lost@device:gas-1');
  });
});

describe('a device that is removed', () => {
  it('has no fault any more, however much it flapped', async () => {
    const home = watchedHome();
    for (let n = 0; n < 200; n++) home.pipeline.fault('serial-port-lost', 'device:gas-1', n % 2 === 0);
    await home.pass(1);
    expect(home.faults()).toContain('serial-port-lost@device:gas-1');
    home.pipeline.remove('gas-1');
    await home.pass(1);
    expect(home.faults()).toEqual([]);
  });
});

describe('a fault that says another number each second', () => {
  it('is told a few times, and then with what it said last', async () => {
    // 20 messages in 20 s, since a count in it changed.
    const home = watchedHome();
    for (let n = 0; n < 600; n++) {
      home.pipeline.fault('sensor-fault', 'device:gas-1', true, { count: n });
      await home.pass(1_000);
    }
    expect(told(home, 'sensor-fault').length).toBeLessThanOrEqual(10);
    await home.pass(10 * MINUTE);
    await home.hear('gas-1', 'gas', 0);
    home.pipeline.fault('sensor-fault', 'device:gas-1', true, { count: 600 });
    const last = home.taps.findLast((event) => event.type === 'fault');
    expect(last).toMatchObject({ fault: { context: { count: 600 } } });
  });
});
