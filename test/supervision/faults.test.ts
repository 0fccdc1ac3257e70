import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fault, faultCodeNames } from '#contract/fault.ts';
import type { MonoMs } from '#contract/time.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { begin, end, type FaultBook, nextSteady, steadied, toReport, visible } from '#src/supervision/faults.ts';

const at = (ms: number) => ms as MonoMs;
const fault = (code: Fault['code'], more: Partial<Fault> = {}): Fault => ({
  code,
  subject: 'device:d',
  since: virtualClock().now(),
  dependsOn: [],
  context: {},
  ...more,
});
const reported = (book: FaultBook, now: number) =>
  toReport(book, at(now)).reports.map(({ fault, active }) => [fault.code, active]);

/** The project's promise: one lasting condition is one fault, and the telling of faults never feeds what they tell of. */
describe('a fault that comes and goes', () => {
  const key = 'journal-unwritable@store:journal';
  const when = (ms: number) => ({ ...virtualClock().now(), mono: at(ms) });
  const unwritable = (ms: number, context = {}) =>
    fault('journal-unwritable', { subject: 'store:journal', since: when(ms), context });

  it('is reported a few times, then once as unsteady, and as over when it has rested', () => {
    const book: FaultBook = {};
    const lines: [string, boolean, unknown][] = [];
    const tell = (ms: number) => {
      for (const one of toReport(book, at(ms)).reports)
        lines.push([one.fault.code, one.active, one.fault.context.unsteady]);
    };
    // A nearly full disk: 80 times a second, for 45 s.
    for (let ms = 0; ms < 45_000; ms += 12) {
      if (ms % 24 === 0) begin(book, unwritable(ms));
      else end(book, key, at(ms));
      tell(ms);
    }
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toEqual(['journal-unwritable', true, true]);
    expect(visible(book, at(45_000))).toHaveLength(1);
    expect(steadied(book, at(nextSteady(book) ?? 0))).toMatchObject([{ active: false }]);
    tell(400_000);
    expect(lines.at(-1)).toEqual(['journal-unwritable', false, undefined]);
  });

  it('and then stays on is reported once more, as steady', () => {
    const book: FaultBook = {};
    for (let ms = 0; ms < 20_000; ms += 1_000) {
      if (ms % 2_000 === 0) begin(book, unwritable(ms));
      else end(book, key, at(ms));
      toReport(book, at(ms));
    }
    begin(book, unwritable(20_000));
    expect(steadied(book, at(nextSteady(book) ?? 0))).toMatchObject([{ active: true }]);
    expect(toReport(book, at(400_000)).reports).toMatchObject([{ active: true, fault: { context: {} } }]);
    expect(visible(book, at(400_000))[0]?.context).toEqual({});
  });

  it('that said something else too often is reported with its newest context, once that is seldom enough', () => {
    const book: FaultBook = {};
    const counts: unknown[] = [];
    const tell = (ms: number) => counts.push(...toReport(book, at(ms)).reports.map((one) => one.fault.context.count));
    for (let count = 1; count <= 20; count++) {
      begin(book, unwritable(count * 1_000, { count }));
      tell(count * 1_000);
    }
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    tell(700_000);
    expect(counts.slice(8)).toEqual([20]);
    tell(1_400_000);
    expect(counts).toHaveLength(9);
  });

  it('whichever it is, is reported no more than ten times in ten minutes, whatever its cause does', () => {
    const step = fc.record({ ms: fc.constantFrom(1, 50, 1_000, 20_000, 61_000), on: fc.boolean(), count: fc.nat(3) });
    fc.assert(
      fc.property(fc.constantFrom(...faultCodeNames), fc.array(step, { maxLength: 120 }), (code, steps) => {
        const book: FaultBook = {};
        const reports: number[] = [];
        let ms = 0;
        for (const { ms: passed, on, count } of steps) {
          ms += passed;
          if (on) begin(book, fault(code, { since: when(ms), context: { count } }));
          else end(book, `${code}@device:d`, at(ms));
          steadied(book, at(ms));
          reports.push(...toReport(book, at(ms)).reports.map(() => ms));
          expect(reports.filter((one) => ms - one < 600_000).length).toBeLessThanOrEqual(10);
        }
      }),
    );
  });

  it('ends as its cause says, when that has been quiet', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30_000), fc.boolean()), { minLength: 1, maxLength: 80 }), (steps) => {
        const book: FaultBook = {};
        let ms = 0;
        let on = false;
        for (const [passed, next] of steps) {
          ms += passed;
          on = next;
          if (on) begin(book, unwritable(ms));
          else end(book, key, at(ms));
          toReport(book, at(ms));
        }
        steadied(book, at(ms + 300_000));
        expect(visible(book, at(ms + 300_000)).length).toBe(on ? 1 : 0);
      }),
    );
  });
});

describe('faults', () => {
  it('are reported once when they begin and once when they end', () => {
    const book: FaultBook = {};
    begin(book, fault('sensor-fault'));
    expect(reported(book, 0)).toEqual([['sensor-fault', true]]);
    expect(begin(book, fault('sensor-fault'))).toBeUndefined();
    expect(reported(book, 1)).toEqual([]);
    end(book, 'sensor-fault@device:d', at(1));
    expect(reported(book, 2)).toEqual([['sensor-fault', false]]);
    expect(reported(book, 700_000)).toEqual([]);
    expect(book).toEqual({});
  });

  it('that went before they were reported are never mentioned', () => {
    const book: FaultBook = {};
    begin(book, fault('clock-untrusted'));
    expect(toReport(book, at(0))).toEqual({ reports: [], nextAt: 600_000 });
    end(book, 'clock-untrusted@device:d', at(1));
    expect(reported(book, 700_000)).toEqual([]);
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
    expect(reported(book, 0)).toEqual([['serial-port-lost', true]]);
    end(book, 'serial-port-lost@device:d', at(1));
    expect(visible(book, at(1)).map(({ code }) => code)).toEqual(['device-silent']);
    expect(reported(book, 1)).toEqual([
      ['serial-port-lost', false],
      ['device-silent', true],
    ]);
  });

  it('that say something new are reported again, and their end is reported once', () => {
    const book: FaultBook = {};
    begin(book, fault('readings-dropped', { context: { dropped: 1 } }));
    reported(book, 0);
    begin(book, fault('readings-dropped', { context: { dropped: 9 } }));
    expect(reported(book, 1)).toEqual([['readings-dropped', true]]);
    begin(book, fault('readings-dropped', { context: { dropped: 10 } }));
    end(book, 'readings-dropped@device:d', at(1));
    expect(reported(book, 2)).toEqual([['readings-dropped', false]]);
  });
});
