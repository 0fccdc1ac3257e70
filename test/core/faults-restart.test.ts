// Faults over a restart: what was on stays on until it is seen to be over.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineDetector } from '#contract/detector.ts';
import type { Fault } from '#contract/fault.ts';
import { HOUR, MINUTE } from '#contract/time.ts';
import { watchedHome } from '#fakes/home.ts';
import { memoryJournal } from '#src/store/memory.ts';

type Home = ReturnType<typeof watchedHome>;

/** What the card holds after everything that `home` committed. */
async function cardOf(home: Home) {
  const { journal, restored } = memoryJournal();
  for (const change of home.commits) await journal.commit(change);
  return restored();
}

/** The same home after a restart. */
async function restarted(before: Home, options: Parameters<typeof watchedHome>[0] = {}): Promise<Home> {
  await before.pass();
  const after = watchedHome({ ...options, begun: false });
  after.pipeline.adopt(await cardOf(before));
  after.pipeline.resume();
  await after.pass();
  return after;
}

/** What people were told of faults, in order. */
const told = ({ taps }: Home) =>
  taps.flatMap((event) => (event.type === 'fault' ? [`${event.fault.code} ${event.active ? 'on' : 'over'}`] : []));

const withFault = async (...fault: Parameters<Home['pipeline']['fault']>): Promise<Home> => {
  const home = watchedHome();
  home.pipeline.fault(...fault);
  await home.pass();
  return home;
};

/** Notes which faults it is told of. */
const listening = (asked: string[]) =>
  defineDetector({
    id: 'listening',
    hazard: null,
    consumes: [],
    options: z.object({}),
    checkpoint: 'none',
    start: () => null,
    step(state, input) {
      if (input.kind === 'fault') asked.push(`${input.fault.code} ${input.fault.subject} ${input.active}`);
      return { state, findings: [] };
    },
  });

describe('a fault that was on at a restart', () => {
  it('is on, since when it was, with nothing said of it until its cause says that it is over', async () => {
    const before = watchedHome();
    before.clock.advance(5_000);
    before.pipeline.fault('sensor-fault', 'device:gas-1', true, { reason: 'off-scale' });
    const [known] = before.pipeline.faults();
    const after = await restarted(before);
    expect(after.pipeline.faults()).toEqual([known]);
    after.pipeline.fault('sensor-fault', 'device:gas-1', true, { reason: 'off-scale' });
    await after.pass(48 * HOUR);
    expect([told(after), after.faults()]).toEqual([[], ['sensor-fault@device:gas-1']]);
    after.pipeline.fault('sensor-fault', 'device:gas-1', false);
    expect(told(after)).toEqual(['sensor-fault over']);
  });

  it('is on over a second restart too, and once it is over stays so', async () => {
    const second = await restarted(await withFault('sensor-fault', 'device:gas-1', true));
    second.pipeline.fault('battery-low', 'device:gas-1', true);
    const third = await restarted(second);
    expect(third.faults()).toEqual(['sensor-fault@device:gas-1', 'battery-low@device:gas-1']);
    for (const code of ['sensor-fault', 'battery-low'] as const) third.pipeline.fault(code, 'device:gas-1', false);
    expect((await restarted(third)).faults()).toEqual([]);
  });

  it('says what is new about it', async () => {
    const after = await restarted(await withFault('battery-low', 'device:gas-1', true, { percent: 9 }));
    after.pipeline.fault('battery-low', 'device:gas-1', true, { percent: 3 });
    expect(told(after)).toEqual(['battery-low on']);
  });

  it('is kept where no channel is configured too', async () => {
    const before = watchedHome({ channels: [] });
    before.pipeline.fault('sensor-fault', 'device:gas-1', true);
    expect((await restarted(before, { channels: [] })).faults()).toEqual(['sensor-fault@device:gas-1']);
  });

  it('of a device that could not be heard is over as soon as it is', async () => {
    const after = await restarted(await withFault('serial-port-lost', 'device:gas-1', true));
    await after.pass(48 * HOUR);
    expect(after.faults()).toEqual(['serial-port-lost@device:gas-1']);
    await after.hear('gas-1', 'gas', 0);
    expect([told(after), after.faults()]).toEqual([['serial-port-lost over'], []]);
  });

  it('of a silent device is over when it is heard, and not before', async () => {
    const checkInMs = { 'gas-1': MINUTE };
    const before = watchedHome({ checkInMs });
    await before.pass(MINUTE);
    const after = await restarted(before, { checkInMs });
    await after.pass(10 * MINUTE);
    expect([told(after), after.faults()]).toEqual([[], ['device-silent@device:gas-1']]);
    await after.hear('gas-1', 'gas', 0);
    expect(told(after)).toEqual(['device-silent over']);
  });

  it('of a device that is heard, and whose cause says nothing for a day, is over', async () => {
    const after = await restarted(await withFault('battery-low', 'device:gas-1', true));
    await after.pass(12 * HOUR);
    await after.hear('gas-1', 'gas', 0);
    await after.pass(24 * HOUR - 1);
    expect(after.faults()).toEqual(['battery-low@device:gas-1']);
    await after.pass(1);
    expect([told(after), after.faults()]).toEqual([['battery-low over'], []]);
  });

  it.each([
    ['log-unread', 'gateway'],
    ['history-unwritable', 'store:history'],
    ['paired-device-refused', 'device:not-there'],
  ] as const)('and that nobody has said for an hour (%s) is over', async (code, subject) => {
    const after = await restarted(await withFault(code, subject, true));
    await after.pass(HOUR - 1);
    expect([told(after), after.faults()]).toEqual([[], [`${code}@${subject}`]]);
    await after.pass(1);
    expect(told(after)).toEqual([`${code} over`]);
  });

  it('of a channel is over when the channel says so, however long that takes, or when it is gone', async () => {
    const before = await withFault('uplink-down', 'uplink:district', true);
    const after = await restarted(before);
    await after.pass(48 * HOUR);
    expect([told(after), after.faults()]).toEqual([[], ['uplink-down@uplink:district']]);
    expect(told(await restarted(before, { channels: ['city'] }))).toEqual(['uplink-down over']);
  });

  it('is told to the detectors: what was silenced is silenced still', async () => {
    const before = watchedHome();
    await before.hear('smoke-1', 'smoke', true);
    before.pipeline.fault('serial-port-lost', 'device:smoke-1', true);
    await before.pass();
    const asked: string[] = [];
    const again = watchedHome({ rules: { detectors: [listening(asked)] }, begun: false });
    again.pipeline.adopt(await cardOf(before));
    again.pipeline.resume();
    expect(asked).toContain('serial-port-lost device:smoke-1 true');
  });

  it('in a card that could be read only late does not wait for a channel that has spoken already', async () => {
    const before = await withFault('uplink-down', 'uplink:district', true);
    await before.pass();
    const after = watchedHome();
    after.pipeline.fault('uplink-down', 'uplink:district', false);
    after.pipeline.adopt(await cardOf(before));
    await after.pass(HOUR);
    expect(told(after)).toEqual(['uplink-down over']);
  });
});

describe('a call that had waited too long for its receipt at a restart', () => {
  const waiting = async () => {
    const before = watchedHome();
    await before.press();
    await before.pass(10_000);
    expect(before.faults()).toEqual(['uplink-no-receipt@uplink:district']);
    return before;
  };

  it('is "still trying" at once, and the fault ends with the receipt', async () => {
    const after = await restarted(await waiting());
    expect([after.stages(), told(after)]).toEqual([['still-trying'], []]);
    await after.receipt();
    expect([after.stages().at(-1), told(after)]).toEqual(['received', ['uplink-no-receipt over']]);
  });

  it('and got it just before: the fault is over', async () => {
    const before = await waiting();
    const card = await cardOf(before);
    await before.receipt();
    const { deliveries } = await cardOf(before);
    const after = watchedHome({ begun: false });
    after.pipeline.adopt({ ...card, deliveries });
    after.pipeline.resume();
    await after.pass();
    expect([after.stages(), told(after)]).toEqual([['received'], ['uplink-no-receipt over']]);
  });
});

describe('a store of another version', () => {
  const slots = (home: Home) => home.offers.map(({ slot }) => slot);

  it('that kept only what waited to be sent: those faults are on', async () => {
    const before = await withFault('sensor-fault', 'device:gas-1', true);
    const { facts, ...card } = await cardOf(before);
    const after = watchedHome({ begun: false });
    after.pipeline.adopt({ ...card, facts: { 'last-seq': facts['last-seq'] ?? 0 } });
    after.pipeline.resume();
    await after.pass();
    expect(after.faults()).toEqual(['sensor-fault@device:gas-1']);
    // The message of before is still to be sent.
    expect(slots(after)).toEqual(['fault/sensor-fault@device:gas-1']);
  });

  it('that wrote after this one did: what it had to tell is on, what ended here is not', async () => {
    const before = await withFault('button-stuck', 'device:help-1', true);
    before.pipeline.fault('button-stuck', 'device:help-1', false);
    await before.pass();
    const card = await cardOf(before);
    const [entry] = card.outbox;
    if (!entry) throw new Error('nothing waits');
    const written = { ...entry, seq: entry.seq + 1, slot: 'fault/sensor-fault@device:gas-1', msgId: 'older' };
    const after = watchedHome({ begun: false });
    after.pipeline.adopt({ ...card, outbox: [...card.outbox, written] });
    after.pipeline.resume();
    await after.pass();
    expect(after.faults()).toEqual(['sensor-fault@device:gas-1']);
  });

  it('with a fault that this one does not know: it is left alone', async () => {
    const before = await withFault('sensor-fault', 'device:gas-1', true);
    const card = await cardOf(before);
    const { seq, on } = card.facts.faults as unknown as { seq: number; on: Fault[] };
    const unheard = { ...on[0], code: 'fault-of-tomorrow' } as unknown as Fault;
    const after = watchedHome({ begun: false });
    after.pipeline.adopt({ ...card, facts: { ...card.facts, faults: { seq, on: [unheard, ...on] } as never } });
    after.pipeline.resume();
    await after.pass(48 * HOUR);
    expect(after.faults()).toEqual(['sensor-fault@device:gas-1']);
  });
});

it('a call that is repeated while it waits ends the fault with its receipt', async () => {
  const home = watchedHome();
  await home.press();
  await home.pass(10_000);
  await home.press();
  await home.receipt();
  expect(home.faults()).toEqual([]);
});
