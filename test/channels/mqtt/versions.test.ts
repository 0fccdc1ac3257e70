// The version rule: who writes is exact, who reads takes what a newer sender may say. And whether an event is live or past.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Moment, MonoMs, WallMs } from '#contract/time.ts';
import { commandMessage } from '#contract/uplink/downward.ts';
import { readMessage, stampOf } from '#contract/uplink/envelope.ts';
import { asSentAt, callOnArrival, freshnessAt } from '#contract/uplink/live.ts';
import { alertMessage, birthMessage, faultMessage, written } from '#contract/uplink/messages.ts';
import { alert, fault, moment } from './entries.ts';

const HOUR = 3_600_000;
type Json = Record<string, unknown> & { data: Record<string, unknown> };
const aCall = (): Json => JSON.parse(alert('a', 1).body) as Json;
const bytes = (message: unknown) => new TextEncoder().encode(JSON.stringify(message));
const bent = (data: object, message: Json = aCall()): Json => ({ ...message, data: { ...message.data, ...data } });
const code = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/);

describe('a reader', () => {
  it('takes any hazard, severity, state and device kind that a newer gateway may have', () => {
    fc.assert(
      fc.property(code, code, code, code, (hazard, severity, state, kind) => {
        const message = bent({ hazard, severity, state, device: { id: 'x', kind } });
        const read = readMessage(alertMessage, bytes(message));
        expect(read).toMatchObject({ ok: true, message: { data: { hazard, severity, state, device: { kind } } } });
      }),
    );
  });

  it('takes fields that it does not know, and leaves them aside', () => {
    const message = { ...bent({ tomorrow: { a: [1] } }), ofTomorrow: true };
    expect(readMessage(alertMessage, bytes(message)).ok).toBe(true);
  });

  it('takes faults of codes to come, told and listed', () => {
    const told = bent({ code: 'of-tomorrow' }, JSON.parse(fault('x').body) as Json);
    expect(readMessage(faultMessage, bytes(told)).ok).toBe(true);
    const at = stampOf(moment());
    const faults = [{ code: 'of-tomorrow', subject: 'gateway', since: at }];
    const devices = [{ id: 'x', kind: 'of-tomorrow' }];
    const birth = {
      ...told,
      type: 'hearthward.birth',
      data: { version: '9', bootId: 'b', devices, openAlerts: [], faults },
    };
    expect(readMessage(birthMessage, bytes(birth)).ok).toBe(true);
  });

  it('still takes the alerts of a gateway before 1.1, which have no live, age or scaip', () => {
    const { live, age, ...before } = aCall();
    expect([live, age]).toEqual([undefined, undefined]);
    expect(readMessage(alertMessage, bytes(before)).ok).toBe(true);
  });

  it.each(['', 'Help', 'help call', '-help', 'x'.repeat(65), 7, null])('refuses %j, which is no code', (hazard) => {
    const read = readMessage(alertMessage, bytes(bent({ hazard })));
    expect(read).toMatchObject({ ok: false, why: expect.stringMatching(/^data\.hazard: /) });
  });
});

describe('a writer', () => {
  it('is held to the codes of this version', () => {
    expect(written.alertMessage.safeParse(aCall()).success).toBe(true);
    for (const wrong of [
      { hazard: 'of-tomorrow' },
      { severity: 'x' },
      { state: 'x' },
      { device: { id: 'x', kind: 'x' } },
    ])
      expect(written.alertMessage.safeParse(bent(wrong)).success, JSON.stringify(wrong)).toBe(false);
    const told = JSON.parse(fault('x').body) as Json;
    expect(written.faultMessage.safeParse(told).success).toBe(true);
    expect(written.faultMessage.safeParse(bent({ code: 'of-tomorrow' }, told)).success).toBe(false);
  });

  it('of commands is held to them by the gateway too: it cannot do what it does not know', () => {
    const command = (data: object) => ({ ...aCall(), type: 'hearthward.command', source: '/district/platform', data });
    const by = { name: 'Li Wei', role: 'operator' };
    expect(readMessage(commandMessage, bytes(command({ act: 'acknowledge', by, new: 1 }))).ok).toBe(true);
    expect(readMessage(commandMessage, bytes(command({ act: 'open-the-valve', by }))).ok).toBe(false);
    expect(readMessage(commandMessage, bytes(command({ act: 'hush', by: { ...by, role: 'wizard' } }))).ok).toBe(false);
  });
});

const at = (mono: number, more: Partial<Moment> = {}): Moment => ({
  ...moment(),
  mono: mono as MonoMs,
  wall: (moment().wall + mono) as WallMs,
  ...more,
});

describe('an event at its sending', () => {
  it('is live for a minute after what it tells, and past from then on', () => {
    const made = stampOf(at(0));
    expect(freshnessAt(made, at(60_999))).toEqual({ live: true, age: 60 });
    expect(freshnessAt(made, at(61_000))).toEqual({ live: false, age: 61 });
    expect(freshnessAt(made, at(40 * HOUR))).toEqual({ live: false, age: 144_000 });
  });

  it('has its age from the monotonic clock: a step of the wall clock makes nothing past, or live', () => {
    const made = stampOf(at(0));
    expect(freshnessAt(made, at(5_000, { wall: (moment().wall + 40 * HOUR) as WallMs }))).toEqual({
      live: true,
      age: 5,
    });
    expect(freshnessAt(made, at(40 * HOUR, { wall: moment().wall }))).toEqual({ live: false, age: 144_000 });
  });

  it('of an earlier boot has its age from the wall clock where it was trusted at both ends, else none, and is past', () => {
    const made = stampOf(at(0));
    const reborn = { bootId: 'next', mono: 3 as MonoMs };
    expect(freshnessAt(made, at(30_000, reborn))).toEqual({ live: true, age: 30 });
    expect(freshnessAt(made, at(40 * HOUR, reborn))).toEqual({ live: false, age: 144_000 });
    expect(freshnessAt(made, at(30_000, { ...reborn, wallTrusted: false }))).toEqual({ live: false });
    expect(freshnessAt(stampOf(at(0, { wallTrusted: false })), at(30_000, reborn))).toEqual({ live: false });
  });

  it('says so in its envelope, and is the same message otherwise', () => {
    const { body } = alert('a', 1);
    const sent = JSON.parse(asSentAt(body, at(90_000))) as Json;
    expect(sent).toEqual({ live: false, age: 90, ...aCall() });
    expect(written.alertMessage.safeParse(sent).success).toBe(true);
  });

  it('leaves as it is when it is none of ours, whatever it is', () => {
    for (const body of ['', '{}', '[]', 'null', '{"data":1}', '{"data":{}}', '{broken'])
      expect(asSentAt(body, at(0))).toBe(body);
  });
});

describe('a call on its arrival', () => {
  const calledAt = stampOf(at(0));
  const estimated = { ...calledAt, quality: 'estimated' };
  const wall = moment().wall;
  const event = (more: object = {}, data: object = {}) => ({
    live: true,
    age: 0,
    ...more,
    data: { calledAt, changedAt: calledAt, ...data },
  });

  it('is live when it comes at once, and past after 40 hours in the home', () => {
    expect(callOnArrival(event(), wall + 900)).toEqual({ past: false, ageMs: 900 });
    expect(callOnArrival(event({ live: false, age: 144_000 }), wall + 40 * HOUR)).toEqual({
      past: true,
      ageMs: 40 * HOUR,
    });
  });

  it('is past when it waited at the broker, though the gateway sent it as live', () => {
    expect(callOnArrival(event(), wall + 40 * HOUR)).toEqual({ past: true, ageMs: 40 * HOUR });
  });

  it('without a clock in the home has its age from the sending, counted from the call and not from the last change', () => {
    const changedAt = { ...estimated, mono: 5_000 };
    const told = event({ live: false, age: 100 }, { calledAt: estimated, changedAt });
    expect(callOnArrival(told, wall)).toEqual({ past: true, ageMs: 105_000 });
  });

  it('is past and of unknown age where the box was restarted without a clock', () => {
    const told = event({ live: false, age: undefined }, { calledAt: estimated });
    expect(callOnArrival(told, wall)).toEqual({ past: true });
  });

  it('of a gateway before 1.1 goes by the stamp alone, and is live where that says nothing', () => {
    const before = { live: undefined, age: undefined };
    expect(callOnArrival(event(before), wall + 40 * HOUR).past).toBe(true);
    expect(callOnArrival(event(before, { calledAt: estimated, changedAt: estimated }), wall + 40 * HOUR)).toEqual({
      past: false,
    });
  });
});
