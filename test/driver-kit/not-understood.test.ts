// A device that speaks and is not understood: when that is told, when it is over, and that it does not come and go.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceKind } from '#contract/device.ts';
import type { Log } from '#contract/log.ts';
import type { Quantity } from '#contract/quantity.ts';
import { type Odd, oddText, understanding } from '#driver-kit/not-understood.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

function rig(kind: DeviceKind) {
  let on: object | undefined;
  let begun = 0;
  const odds = understanding({
    device: { id: 'd', kind },
    log: quiet,
    fault(code, active, context = {}) {
      expect(code).toBe('device-not-understood');
      if (active && !on) begun += 1;
      on = active ? context : undefined;
    },
  });
  const heard = (understood: readonly Quantity[], ...odd: Odd[]) => {
    odds.heard(understood, odd, false);
    return on;
  };
  return {
    heard,
    doubted: (said: readonly Quantity[], ...odd: Odd[]) => odds.heard(said, odd, true),
    now: () => on,
    begun: () => begun,
  };
}

const unknown = (object: string): Odd => ({ reason: 'unknown-object', object });
const badSmoke: Odd = { reason: 'unknown-code', object: '1015', code: '07', quantity: 'smoke' };

describe('a device that is not understood', () => {
  it('is told by the first that was seen of it, until what it is there for is understood', () => {
    const { heard } = rig('smoke');
    expect(heard([], unknown('1899'))).toEqual({ reason: 'unknown-object', object: '1899' });
    expect(heard([], unknown('1900'))).toEqual({ reason: 'unknown-object', object: '1899' });
    expect(heard(['battery'])).toBeDefined();
    expect(heard(['smoke'])).toBeUndefined();
  });

  it('is not one that says something odd beside what is understood, in one advert or in turn', () => {
    const together = rig('smoke');
    for (let turn = 0; turn < 5; turn += 1) expect(together.heard(['smoke'], unknown('1899'))).toBeUndefined();
    const inTurn = rig('smoke');
    for (let turn = 0; turn < 50; turn += 1) {
      inTurn.heard([], unknown('1899'));
      inTurn.heard(['smoke']);
    }
    expect(inTurn.begun()).toBe(1);
    // What it never said before, after an update of its firmware perhaps, is told.
    expect(inTurn.heard([], unknown('1900'))).toEqual({ reason: 'unknown-object', object: '1900' });
  });

  it('is one each time that the object it is there for means nothing', () => {
    const { heard } = rig('smoke');
    heard(['smoke']);
    expect(heard([], badSmoke)).toEqual({ reason: 'unknown-code', object: '1015', code: '07' });
    expect(heard(['smoke'], badSmoke)).toBeDefined();
    expect(heard(['smoke'])).toBeUndefined();
    expect(heard([], badSmoke)).toBeDefined();
  });

  it('of another kind is judged by what that is there for', () => {
    const { heard } = rig('water-leak');
    expect(heard(['waterLeak'], badSmoke)).toBeUndefined();
    expect(rig('gas').heard(['gasAlarm'], badSmoke)).toBeUndefined();
    expect(rig('help-button').heard(['smoke'], unknown('4899'))).toBeDefined();
  });

  it('is told in doubt, and never cleared in doubt', () => {
    const { doubted, now, heard } = rig('smoke');
    doubted([], unknown('1899'));
    expect(now()).toBeDefined();
    doubted(['smoke']);
    expect(now()).toBeDefined();
    expect(heard(['smoke'])).toBeUndefined();
  });

  it('begins at most once for each odd thing beside its purpose, whatever comes in whatever order', () => {
    const event = fc.oneof(
      fc.constant('smoke' as const),
      fc.integer({ min: 0, max: 40 }).map((object) => unknown(object.toString(16))),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const { heard, begun } = rig('smoke');
        const seen = new Set<string>();
        for (const one of events) {
          if (one === 'smoke') expect(heard(['smoke'])).toBeUndefined();
          else {
            seen.add(one.object ?? '');
            heard([], one);
          }
        }
        // More than can be remembered are told again.
        if (seen.size <= 32) expect(begun()).toBeLessThanOrEqual(seen.size);
      }),
    );
  });

  it('says in words what was seen', () => {
    expect(oddText({ reason: 'unknown-length', object: '1015', length: 2 })).toBe('unknown-length 1015 2');
    expect(oddText({ reason: 'mesh' })).toBe('mesh');
  });
});
