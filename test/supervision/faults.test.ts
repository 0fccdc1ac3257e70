import { describe, expect, it } from 'vitest';
import type { Fault } from '#contract/fault.ts';
import type { MonoMs } from '#contract/time.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { begin, end, type FaultBook, news, visible } from '#src/supervision/faults.ts';

const at = (ms: number) => ms as MonoMs;
const fault = (code: Fault['code'], more: Partial<Fault> = {}): Fault => ({
  code,
  subject: 'device:d',
  since: virtualClock().now(),
  dependsOn: [],
  context: {},
  ...more,
});
const told = (book: FaultBook, now: number) =>
  news(book, at(now)).told.map(({ fault, active }) => [fault.code, active]);

describe('faults', () => {
  it('are told once when they begin and once when they end', () => {
    const book: FaultBook = {};
    begin(book, fault('sensor-fault'));
    expect(told(book, 0)).toEqual([['sensor-fault', true]]);
    expect(begin(book, fault('sensor-fault'))).toBeUndefined();
    expect(told(book, 1)).toEqual([]);
    end(book, 'sensor-fault@device:d');
    expect(told(book, 2)).toEqual([['sensor-fault', false]]);
    expect(book).toEqual({});
  });

  it('that went before they were told are never mentioned', () => {
    const book: FaultBook = {};
    begin(book, fault('clock-untrusted'));
    expect(news(book, at(0))).toEqual({ told: [], nextAt: 600_000 });
    end(book, 'clock-untrusted@device:d');
    expect(told(book, 700_000)).toEqual([]);
  });

  it('ripen before people see them', () => {
    const book: FaultBook = {};
    begin(book, fault('clock-untrusted'));
    expect([visible(book, at(599_999)).length, visible(book, at(600_000)).length]).toEqual([0, 1]);
  });

  it('are not shown while another explains them, and are when that one is gone and they are not', () => {
    const book: FaultBook = {};
    begin(book, fault('serial-port-lost'));
    begin(book, fault('device-silent', { dependsOn: ['serial-port-lost@device:d'] }));
    expect(told(book, 0)).toEqual([['serial-port-lost', true]]);
    end(book, 'serial-port-lost@device:d');
    expect(visible(book, at(1)).map(({ code }) => code)).toEqual(['device-silent']);
    expect(told(book, 1)).toEqual([
      ['serial-port-lost', false],
      ['device-silent', true],
    ]);
  });

  it('that say something new are told again, and their end is told once', () => {
    const book: FaultBook = {};
    begin(book, fault('readings-dropped', { context: { dropped: 1 } }));
    told(book, 0);
    begin(book, fault('readings-dropped', { context: { dropped: 9 } }));
    expect(told(book, 1)).toEqual([['readings-dropped', true]]);
    begin(book, fault('readings-dropped', { context: { dropped: 10 } }));
    end(book, 'readings-dropped@device:d');
    expect(told(book, 2)).toEqual([['readings-dropped', false]]);
  });
});
