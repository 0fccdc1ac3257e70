// The data path as a home sees it: a press and its stages, a card that does not write, faults, channels.

import { describe, expect, it } from 'vitest';
import { readMessage } from '#contract/uplink/envelope.ts';
import { alertMessage } from '#contract/uplink/messages.ts';
import { house, platformTerms, watchedHome } from '#fakes/home.ts';

const operator = { name: 'Li', role: 'operator' } as const;
const bodyOf = (body: string) => {
  const read = readMessage(alertMessage, new TextEncoder().encode(body));
  if (!read.ok) throw new Error(read.why);
  return read.message.data;
};

describe('a press', () => {
  it('goes its five stages, each told once, in order', async () => {
    const home = watchedHome();
    await home.press();
    await home.puback();
    await home.receipt();
    home.pipeline.command({ id: 'c1', act: 'acknowledge', by: operator });
    await home.pass();
    expect(home.stages()).toEqual(['pressed', 'registered', 'sent', 'received', 'confirmed']);
    expect(home.said.at(-1)).toContain('Help is confirmed');
  });

  it('is not called registered before the card has it', async () => {
    const home = watchedHome();
    home.card.mode = 'slow';
    await home.press();
    expect(home.stages()).toEqual(['pressed']);
    home.card.waiting.shift()?.();
    await home.pass();
    expect(home.stages()).toEqual(['pressed', 'registered']);
  });

  it('is sent as a message that the contract’s schema takes, with the id of its rev', async () => {
    const home = watchedHome();
    await home.press();
    const [entry] = home.offers;
    expect(entry).toMatchObject({ kind: 'alert', channel: 'district', msgId: '1-000001.1' });
    expect(bodyOf(entry?.body ?? '')).toMatchObject({
      hazard: 'help',
      state: 'raised',
      count: 1,
      device: { id: 'help-1', room: 'bedroom' },
      contactId: 101,
    });
  });

  it('pressed again is heard again, even while the first has its receipt', async () => {
    const home = watchedHome();
    await home.press();
    await home.puback();
    await home.receipt();
    await home.press();
    expect(home.stages()).toEqual(['pressed', 'registered', 'sent', 'received', 'pressed', 'registered']);
    expect(bodyOf(home.offers.at(-1)?.body ?? '')).toMatchObject({ rev: 2, count: 2 });
  });

  it('without a receipt after 10 s is told as "still trying", again each 30 s, with a fault, until the receipt comes', async () => {
    const home = watchedHome();
    await home.press();
    await home.puback();
    await home.pass(9_999);
    expect(home.stages()).not.toContain('still-trying');
    await home.pass(1);
    expect(home.stages().at(-1)).toBe('still-trying');
    expect(home.faults()).toEqual(['uplink-no-receipt@uplink:district']);
    await home.pass(60_000);
    expect(home.stages().filter((stage) => stage === 'still-trying')).toHaveLength(3);
    expect(home.signals.filter(({ cue }) => cue?.stage === 'still-trying')).toHaveLength(3);
    await home.receipt();
    expect(home.stages().at(-1)).toBe('received');
    expect(home.faults()).toEqual([]);
  });

  it('pressed again long after its receipt does not wait for one that was never owed', async () => {
    const home = watchedHome();
    await home.press();
    await home.receipt();
    await home.pass(20_000);
    await home.press();
    await home.pass(9_999);
    expect(home.offers.filter(({ kind }) => kind === 'fault')).toEqual([]);
    await home.pass(1);
    expect(home.faults()).toEqual(['uplink-no-receipt@uplink:district']);
  });

  it('pressed again while the first is still being tried is noticed as a call of its own', async () => {
    const home = watchedHome();
    await home.press();
    await home.pass(10_000);
    expect(home.stages().at(-1)).toBe('still-trying');
    await home.press();
    expect(home.stages().slice(-3)).toEqual(['still-trying', 'pressed', 'registered']);
  });

  it('without a receipt is told as "still trying" at its own time, though another is already', async () => {
    const home = watchedHome();
    await home.press();
    await home.pass(5_000);
    await home.hear('smoke-1', 'smoke', true);
    await home.pass(5_000);
    const trying = () => home.taps.filter((event) => event.type === 'cue' && event.stage === 'still-trying').length;
    expect(trying()).toBe(1);
    await home.pass(5_000);
    expect(trying()).toBe(2);
  });

  it('is not said to be on its way where no platform is configured', async () => {
    const home = watchedHome({ channels: [] });
    await home.press();
    await home.pass(60_000);
    expect(home.said).toEqual(['Help call: noticed.', expect.stringContaining('connected to no centre')]);
    expect(home.faults()).toEqual([]);
  });

  it('cannot be cancelled, and says so to whoever tried', async () => {
    const home = watchedHome();
    await home.press();
    expect(home.pipeline.command({ id: 'c1', act: 'cancel', by: operator })).toMatchObject({
      done: false,
      refused: 'cannot-be-cancelled',
    });
    expect(home.pipeline.openAlerts()).toMatchObject([{ state: 'raised' }]);
  });

  it('is forgotten here only when the platform has its last word', async () => {
    const home = watchedHome();
    await home.press();
    await home.receipt();
    home.pipeline.command({ id: 'c1', act: 'resolve', by: operator, note: 'all well' });
    await home.pass();
    expect(Object.keys(home.pipeline.snapshot().cases)).toHaveLength(1);
    await home.receipt();
    expect(home.pipeline.snapshot().cases).toEqual({});
    expect(home.signals.at(-1)?.cue).toBeNull();
  });
});

describe('a card that does not write', () => {
  it('keeps no alert waiting, and all else for 250 ms; a fault says so until the card is back', async () => {
    const home = watchedHome();
    home.card.mode = 'slow';
    await home.press();
    expect(home.offers.map(({ kind }) => kind)).toEqual(['alert']);
    await home.puback();
    await home.pass(250);
    // The broker has it; the disk has not: it is not called sent.
    expect(home.stages()).toEqual(['pressed']);
    await home.pass(2_000);
    expect(home.faults()).toEqual(['journal-stalled@store:journal']);
    await home.press();
    await home.pass(250);
    expect(home.offers.filter(({ kind }) => kind === 'alert').map(({ msgId }) => msgId)).toEqual([
      '1-000001.1',
      '1-000001.2',
    ]);
    home.card.mode = 'good';
    for (const release of home.card.waiting) release();
    await home.pass();
    expect(home.faults()).toEqual([]);
    expect(home.stages()).toEqual(['pressed', 'pressed', 'registered']);
  });

  it('that is full stops neither siren nor sending, and gets what it missed when it has room', async () => {
    const home = watchedHome();
    home.card.mode = 'full';
    await home.press();
    expect(home.offers.filter(({ kind }) => kind === 'alert')).toHaveLength(1);
    expect(home.faults()).toEqual(['journal-unwritable@store:journal']);
    expect(home.stages()).toEqual(['pressed']);
    home.card.mode = 'good';
    await home.pass(5_000);
    expect(home.commits.findLast(({ alerts }) => alerts?.length)?.alerts).toMatchObject([{ id: '1-000001' }]);
    expect(home.commits.flatMap(({ put }) => put ?? []).filter(({ kind }) => kind === 'alert').length).toBeGreaterThan(
      1,
    );
    expect(home.stages().at(-1)).toBe('registered');
    expect(home.faults()).toEqual([]);
  });
});

describe('a disk that refuses', () => {
  it('is offered what is learned again with all the rest, and not over and over', async () => {
    const home = watchedHome();
    home.card.mode = 'full';
    await home.pass(3_600_000);
    const learned = home.commits.filter(({ checkpoints }) => checkpoints?.inactivity !== undefined);
    expect(learned.length).toBeGreaterThan(0);
    await home.pass(4_999);
    expect(home.commits.length).toBeLessThan(10);
  });

  it('and then takes a newer message is not given the older one over it', async () => {
    const home = watchedHome();
    home.card.mode = 'slow';
    await home.press();
    await home.press();
    home.card.mode = 'good';
    home.card.refusing[0]?.();
    await home.pass();
    home.card.waiting[1]?.();
    await home.pass(10_000);
    const messages = home.commits.map(({ put = [] }) => put.map(({ msgId }) => msgId));
    expect(messages.slice(0, 2)).toEqual([['1-000001.1'], ['1-000001.2']]);
    expect(messages.slice(2).flat()).not.toContain('1-000001.1');
  });
});

describe('faults', () => {
  it('name a device that should have been heard, and clear when it is', async () => {
    const home = watchedHome({ checkInMs: { 'gas-1': 10_000 } });
    await home.pass(9_999);
    expect(home.faults()).toEqual([]);
    await home.pass(1);
    expect(home.faults()).toEqual(['device-silent@device:gas-1']);
    await home.hear('gas-1', 'gas', 0);
    expect(home.faults()).toEqual([]);
  });

  it('end a silence by a device that has nothing new to say, and begin it from there', async () => {
    const home = watchedHome({ checkInMs: { 'gas-1': 10_000 } });
    await home.pass(10_000);
    expect(home.faults()).toEqual(['device-silent@device:gas-1']);
    home.pipeline.heard('gas-1');
    home.pipeline.heard('nobody');
    expect(home.faults()).toEqual([]);
    await home.pass(9_999);
    expect(home.faults()).toEqual([]);
    await home.pass(1);
    expect(home.faults()).toEqual(['device-silent@device:gas-1']);
  });

  it('leave the silence of a wearable to who is up, for a day', async () => {
    const home = watchedHome({ checkInMs: { band: 10_000 } });
    home.pipeline.install({ id: 'band', kind: 'wearable' }, 10_000);
    home.pipeline.resume();
    await home.pass(10_000);
    expect(home.faults()).toEqual([]);
    await home.pass(24 * 3_600_000);
    expect(home.faults()).toContain('device-silent@device:band');
  });

  it('are one when a lost link explains a silent device', async () => {
    const home = watchedHome({ checkInMs: { 'gas-1': 10_000 } });
    home.pipeline.fault('serial-port-lost', 'device:gas-1', true);
    await home.pass(20_000);
    expect(home.faults()).toEqual(['serial-port-lost@device:gas-1']);
    expect(home.offers.filter(({ kind }) => kind === 'fault')).toHaveLength(1);
  });

  it('refuse impossible values and say whose, until they are possible again', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gas', 4_000);
    expect(home.faults()).toEqual(['reading-refused@device:gas-1']);
    expect(home.pipeline.openAlerts()).toEqual([]);
    await home.hear('gas-1', 'gasAlarm', false);
    expect(home.faults()).toEqual(['reading-refused@device:gas-1']);
    await home.hear('gas-1', 'gas', 4);
    expect(home.faults()).toEqual([]);
    // What a driver refuses, it refuses until it says otherwise.
    home.pipeline.fault('reading-refused', 'device:gas-1', true, { configured: 'zc-lel' });
    await home.hear('gas-1', 'gas', 4);
    expect(home.faults()).toEqual(['reading-refused@device:gas-1']);
  });

  it('of a sensor end no alarm: silence is not "no gas"', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gasAlarm', true);
    home.pipeline.fault('sensor-fault', 'device:gas-1', true);
    await home.hear('gas-1', 'gasAlarm', false, 'uncertain');
    expect(home.pipeline.openAlerts()).toMatchObject([{ conditionPresent: true }]);
  });
});

describe('a fault that says something else too often', () => {
  it('is reported with its newest words as soon as it may be, though nothing else happens', async () => {
    const home = watchedHome();
    await home.pass(4_321);
    for (let count = 1; count <= 30; count++) {
      home.pipeline.fault('readings-dropped', 'store:history', true, { dropped: count });
      await home.pass(1_000);
    }
    const reported = () =>
      home.taps.flatMap((event) => (event.type === 'fault' && event.active ? [event.fault.context.dropped] : []));
    await home.pass(569_999);
    expect(reported()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await home.pass(1);
    expect(reported()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 30]);
  });
});

describe('a port that throws', () => {
  it('takes no alert with it: it is written and sent with whatever comes next', async () => {
    const home = watchedHome();
    home.broken.indicator = true;
    await expect(home.press()).rejects.toThrow('broken');
    home.broken.indicator = false;
    expect(home.offers).toEqual([]);
    await home.hear('smoke-1', 'smoke', true);
    expect(home.offers.map(({ msgId }) => msgId)).toContain('1-000001.1');
    expect(home.stages()).toContain('registered');
  });
});

describe('a fault that nothing changes about', () => {
  const gas = house.filter(({ id }) => id === 'gas-1');
  /** How often the pipeline asked for the time, and looked at what is shown, while `act` ran. */
  function work(home: ReturnType<typeof watchedHome>, act: () => void) {
    const before = { asked: home.asked(), shown: home.vibrations.length, history: home.history.length };
    act();
    return {
      asked: home.asked() - before.asked,
      shown: home.vibrations.length - before.shown,
      history: home.history.length - before.history,
    };
  }
  const nothing = { asked: 0, shown: 0, history: 0 };

  it('is cleared at no cost where it is not on, as a host does with each sample', () => {
    const home = watchedHome();
    expect(work(home, () => home.pipeline.fault('driver-failed', 'device:gas-1', false))).toEqual(nothing);
    home.pipeline.fault('driver-failed', 'device:gas-1', true, { reason: 'broken' });
    home.pipeline.fault('driver-failed', 'device:gas-1', false);
    expect(work(home, () => home.pipeline.fault('driver-failed', 'device:gas-1', false))).toEqual(nothing);
  });

  it('does not settle what waits to be settled by another: a device that was installed is acted on at its resume', () => {
    const home = watchedHome();
    for (const device of gas) home.pipeline.install(device, null);
    expect(work(home, () => home.pipeline.fault('driver-failed', 'device:gas-1', false))).toEqual(nothing);
  });

  it('settles nothing when it is raised again with the same words', () => {
    const home = watchedHome();
    home.pipeline.fault('sensor-fault', 'device:gas-1', true, { reason: 'worn out' });
    const again = work(home, () => home.pipeline.fault('sensor-fault', 'device:gas-1', true, { reason: 'worn out' }));
    expect(again).toMatchObject({ shown: 0, history: 0 });
  });
});

describe('two channels', () => {
  it('of which one is taken out of the config: nobody waits for it any more', async () => {
    const home = watchedHome({ channels: ['district', 'city'] });
    await home.press();
    home.pipeline.rules({ ...home.rules, channels: { city: platformTerms } });
    home.pipeline.arrived('1-000001.1', 'city');
    await home.pass(20_000);
    expect(home.faults()).toEqual([]);
    home.pipeline.command({ id: 'c1', act: 'resolve', by: operator, note: 'well' });
    await home.pass();
    home.pipeline.arrived('1-000001.2', 'city');
    expect(home.pipeline.snapshot().cases).toEqual({});
  });

  it('have each their delivery: a receipt of one is not the other’s', async () => {
    const home = watchedHome({ channels: ['district', 'city'] });
    await home.press();
    home.pipeline.arrived('1-000001.1', 'city');
    await home.pass(10_000);
    expect(home.stages().at(-1)).toBe('received');
    expect(home.faults()).toEqual(['uplink-no-receipt@uplink:district']);
  });
});
