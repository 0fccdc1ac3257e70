// The catalogue of faults: what follows from its rows, and that each row is of one piece.

import { describe, expect, expectTypeOf, it } from 'vitest';
import type { DetectorFault } from '#contract/detector.ts';
import type { DriverFault } from '#contract/driver.ts';
import {
  type FaultCode,
  faultCodeNames,
  faultRow,
  mayRaise,
  type SubjectOf,
  silenceOf,
  unheardCodes,
} from '#contract/fault.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { lostWith, outOfReach } from '#src/detectors/lost.ts';
import { bluetooth } from '#src/hosting/radio/bluetooth/profile.ts';
import { messagesFrom } from '#src/hosting/radio/messages.ts';
import { faultState, isHeard, linkFaultsOf } from '#src/supervision/faults.ts';

const having = (silence: string) => faultCodeNames.filter((code) => silenceOf(code) === silence);

describe('a row of the catalogue', () => {
  it.each(faultCodeNames.map((code) => [code, faultRow(code)] as const))('%s is of one piece', (_, row) => {
    const { subjects, raisedBy, silences, effect } = row;
    // A driver, and a fault that silences a device, speak of that device alone.
    if (raisedBy.includes('driver') || silences) expect(subjects).toEqual(['device']);
    // Whoever cannot be heard, or does not see, protects nobody meanwhile.
    if (silences) expect(effect).toBe('protection-lost');
    expect(new Set(subjects).size).toBe(subjects.length);
    expect(new Set(raisedBy).size).toBe(raisedBy.length);
  });
});

describe('what silences a device', () => {
  it('is said by the rows, once', () => {
    expect(having('out-of-reach')).toEqual(['device-silent', 'device-lost']);
    expect(having('cut-off')).toEqual(['driver-failed', 'serial-port-lost', 'gpio-line-lost', 'bluetooth-lost']);
    expect(having('blind')).toEqual([
      'device-not-understood',
      'sensor-fault',
      'sensor-by-itself',
      'device-busy',
      'device-behind-gateway',
      'advert-unreadable',
      'service-missing',
    ]);
  });

  it('is the same to supervision, to the detectors and to a replay', () => {
    for (const code of faultCodeNames) {
      const state = faultState({ code, subject: 'device:d', since: virtualClock().now(), dependsOn: [], context: {} });
      const { fault } = state;
      const unheard = silenceOf(code) === 'out-of-reach' || silenceOf(code) === 'cut-off';
      expect(unheardCodes.includes(code), code).toBe(unheard);
      expect(isHeard({ [`${code}@device:d`]: state }, 'd'), code).toBe(!unheard);
      expect(linkFaultsOf('d').includes(`${code}@device:d`), code).toBe(unheard && code !== 'device-silent');
      expect(lostWith({}, fault, true), code).toEqual(silenceOf(code) ? { d: [code] } : {});
      expect(outOfReach(fault), code).toBe(silenceOf(code) === 'out-of-reach' ? 'd' : undefined);
    }
  });
});

describe('who may raise a fault', () => {
  it('is a matter of types', () => {
    expectTypeOf<'sensor-fault'>().toExtend<DriverFault>();
    expectTypeOf<'journal-damaged'>().not.toExtend<DriverFault>();
    expectTypeOf<'sensor-stuck'>().toExtend<DetectorFault>();
    expectTypeOf<'sensor-fault'>().not.toExtend<DetectorFault>();
    expectTypeOf<SubjectOf<'journal-damaged'>>().toEqualTypeOf<`store:${string}`>();
    expectTypeOf<SubjectOf<'readings-dropped'>>().toEqualTypeOf<`store:${string}` | `port:${string}`>();
    expectTypeOf<SubjectOf<'clock-untrusted'>>().toEqualTypeOf<'gateway'>();
  });

  it('is checked of what comes from the process of a radio', () => {
    const messages = messagesFrom(bluetooth);
    const takes = (code: FaultCode, device: string | null) =>
      messages.safeParse({ say: 'fault', code, device, active: true }).success;
    for (const code of faultCodeNames) {
      expect(takes(code, 'd'), code).toBe(mayRaise('driver', code) || mayRaise('host', code));
      expect(takes(code, null), code).toBe(mayRaise('radio', code));
    }
    expect(takes('sensor-fault', 'd')).toBe(true);
    expect(takes('journal-damaged', 'd')).toBe(false);
    expect(takes('uplink-down', null)).toBe(false);
    expect(takes('bluetooth-missing', 'd')).toBe(false);
  });
});
