import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Alert, alertStates, isOpen, type PersonAct, STORY_LIMIT } from '#contract/alert.ts';
import type { AlertCommand } from '#contract/command.ts';
import type { Device } from '#contract/device.ts';
import type { Begun, Finding } from '#contract/finding.ts';
import type { Moment } from '#contract/time.ts';
import { applyCommand } from '#src/alerts/apply-command.ts';
import { answeredBy, raiseOrUpdate as hears, moves, restarted } from '#src/alerts/lifecycle.ts';

/** Of findings that concern one alert at most. */
const raiseOrUpdate = (...given: Parameters<typeof hears>): Alert | undefined => hears(...given)[0];

const at = (mono: number) => ({ mono, wall: mono, wallTrusted: true, bootId: 'boot' }) as Moment;
const device = { id: 'help-1', kind: 'help-button', room: 'bedroom' } as const;
const press = (mono = 0): Begun => ({
  hazard: 'help',
  subject: 'device:help-1',
  active: true,
  severity: 'alarm',
  at: at(mono),
  because: [{ fact: 'pressed' }],
});
const gas = (active: boolean, mono = 0): Finding => ({ ...press(mono), hazard: 'gas', active }) as Finding;
const operator = { name: 'Li', role: 'operator' } as const;
const command = (act: PersonAct, more: Partial<AlertCommand> = {}): AlertCommand => ({
  id: 'c',
  act,
  by: operator,
  ...more,
});
const raised = (finding: Finding = press()): Alert => raiseOrUpdate([], finding, device, () => 'A1') as Alert;
const done = (alert: Alert, act: PersonAct): Alert => applyCommand([alert], command(act), at(9)).changed[0] ?? alert;

describe('an alert', () => {
  it('is born raised, latched, in its device’s room', () => {
    expect(raised()).toMatchObject({
      id: 'A1',
      state: 'raised',
      conditionPresent: true,
      count: 1,
      rev: 1,
      callRev: 1,
      room: 'bedroom',
    });
  });

  it('counts up and calls anew with a press while it is open', () => {
    expect(raiseOrUpdate([raised()], press(5), device, () => 'A2')).toMatchObject({
      id: 'A1',
      count: 2,
      rev: 2,
      callRev: 2,
      calledAt: { mono: 5 },
      raisedAt: { mono: 0 },
    });
  });

  it('is a new one with a press after a person acknowledged', () => {
    const acknowledged = done(raised(), 'acknowledge');
    expect(acknowledged).toMatchObject({ state: 'acknowledged', acknowledgedBy: operator });
    expect(raiseOrUpdate([acknowledged], press(5), device, () => 'A2')).toMatchObject({
      id: 'A2',
      state: 'raised',
      count: 1,
    });
  });

  it('stays when its cause has gone, and says so; the cause beginning again counts up', () => {
    const gone = raiseOrUpdate([raised(gas(true))], gas(false, 4), device, () => 'A2') as Alert;
    expect(gone).toMatchObject({ id: 'A1', state: 'raised', conditionPresent: false, rev: 2, callRev: 1 });
    expect(raiseOrUpdate([gone], gas(true, 6), device, () => 'A2')).toMatchObject({
      id: 'A1',
      conditionPresent: true,
      count: 2,
      callRev: 3,
    });
  });

  it('is told as gone, and as there again, without a call, with all that are open of it', () => {
    const [first, second] = [done(raised(gas(true)), 'acknowledge'), { ...raised(gas(true, 2)), id: 'A2' }];
    const both = hears([first, second], gas(false, 4), device, () => 'A3');
    expect(both.map(({ id, conditionPresent }) => [id, conditionPresent])).toEqual([
      ['A1', false],
      ['A2', false],
    ]);
    const again = hears(both, { ...gas(true, 6), again: true } as Finding, device, () => 'A3');
    expect(again).toMatchObject([{ id: 'A2', conditionPresent: true, count: 1, callRev: 1, rev: 3 }]);
    expect(hears(again, { ...gas(true, 7), again: true } as Finding, device, () => 'A3')).toEqual([]);
    // With none open it is nothing that anybody knows of.
    expect(hears([], { ...gas(true, 8), again: true } as Finding, device, () => 'A3')).toMatchObject([{ id: 'A3' }]);
  });

  it('that is there again and graver than what is open of it calls', () => {
    const level = (severity: 'alarm' | 'critical', again?: true) =>
      ({ ...gas(true), severity, level: true, ...(again && { again }) }) as Finding;
    const heard = done(raised(level('alarm')), 'acknowledge');
    const worse = raiseOrUpdate([heard], level('critical', true), device, () => 'A2');
    expect(worse).toMatchObject({ id: 'A2', state: 'raised', severity: 'critical' });
  });

  it('is never less grave than it was, whatever begins again', () => {
    const level = (severity: 'early' | 'critical', mono = 0) =>
      ({ ...gas(true, mono), severity, level: true }) as const;
    const grave = raised(level('critical'));
    expect(raiseOrUpdate([grave], level('early', 5), device, () => 'A2')).toMatchObject({
      id: 'A1',
      severity: 'critical',
    });
  });

  it('is not answered by the key of a wearable of which nobody knows that the same person wears it', () => {
    const band = (id: string, wearer?: string) => ({ id, kind: 'wearable', ...(wearer && { wearer }) }) as Device;
    const fall = { ...press(), hazard: 'fall', subject: 'device:one' } as const;
    const pending = raiseOrUpdate([], fall, band('one'), () => 'A1') as Alert;
    expect(answeredBy([pending], band('two'), [band('one'), band('two')])).toEqual([]);
    expect(answeredBy([pending], band('two', 'li'), [band('one', 'li'), band('two', 'li')])).toEqual([pending]);
    expect(answeredBy([pending], band('one'), [band('one'), band('two')])).toEqual([pending]);
  });

  it('keeps an early warning apart from the alarm of the same source', () => {
    const early = raised({ ...gas(true), severity: 'early' });
    expect(raiseOrUpdate([early], gas(true, 3), device, () => 'A2')).toMatchObject({ id: 'A2', severity: 'alarm' });
  });

  it('of a help call cannot be cancelled: that is reported and closes nothing', () => {
    const { answer, changed } = applyCommand([raised()], command('cancel'), at(3));
    expect(answer).toMatchObject({ done: false, refused: 'cannot-be-cancelled' });
    expect(changed).toMatchObject([
      { state: 'raised', rev: 2, story: [{ kind: 'person', act: 'cancel', refused: 'cannot-be-cancelled' }] },
    ]);
  });

  it('is acknowledged by whoever says that they are on the way', () => {
    expect(done(raised(), 'on-the-way')).toMatchObject({
      state: 'acknowledged',
      onTheWay: operator,
      acknowledgedBy: operator,
    });
  });

  it('is resolved with what was found, and by nobody twice', () => {
    const resolved = applyCommand([raised()], command('resolve', { note: 'slipped, unhurt' }), at(3))
      .changed[0] as Alert;
    expect(resolved).toMatchObject({ state: 'resolved', resolution: { by: operator, found: 'slipped, unhurt' } });
    expect(applyCommand([resolved], command('resolve', { alertId: 'A1' }), at(4))).toMatchObject({
      answer: { refused: 'already-closed' },
      changed: [],
    });
  });

  it('meant by a command without an id is the newest open one of the hazard', () => {
    const alerts = [
      raised(),
      { ...raised(gas(true)), id: 'G1' },
      { ...raised(), id: 'A3', state: 'resolved' as const },
    ];
    expect(applyCommand(alerts, command('acknowledge'), at(3)).answer.alertId).toBe('G1');
    expect(applyCommand(alerts, command('acknowledge', { hazard: 'help' }), at(3)).answer.alertId).toBe('A1');
    expect(applyCommand(alerts, command('acknowledge', { hazard: 'smoke' }), at(3)).answer.refused).toBe(
      'no-such-alert',
    );
  });

  it('that was pending when the power went is raised by the start', () => {
    expect(restarted({ ...raised(), state: 'pending' }, at(7))).toMatchObject({
      state: 'raised',
      story: [{ kind: 'restarted' }],
    });
  });

  it('that is open leaps, at a restart, over revs that left before they were on the disk; it calls nobody anew', () => {
    const found = raised();
    const after = restarted(found, at(7));
    expect(after).toEqual({ ...found, rev: found.rev + 1_000 });
    expect(raiseOrUpdate([after], press(8), device, () => 'A2')).toMatchObject({
      rev: after.rev + 1,
      callRev: after.rev + 1,
    });
  });

  it('that is closed stays as it is at a restart', () => {
    for (const state of ['resolved', 'cancelled'] as const)
      expect(restarted({ ...raised(), state }, at(7))).toEqual({ ...raised(), state });
  });

  it('never goes back, whatever is done to it, and every change that is kept is a new rev', () => {
    const rank = (alert: Alert) => (isOpen(alert) ? alertStates.indexOf(alert.state) : 9);
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom<PersonAct | 'press'>('press', 'acknowledge', 'on-the-way', 'resolve', 'cancel', 'hush'),
          { maxLength: 80 },
        ),
        (acts) => {
          const book = new Map<string, Alert>();
          acts.forEach((act, step) => {
            const open = [...book.values()];
            const changed =
              act === 'press'
                ? [raiseOrUpdate(open, press(step), device, () => `A${step}`)]
                : applyCommand(open, command(act), at(step)).changed;
            if (act === 'press') expect(changed[0]).toMatchObject({ state: 'raised', calledAt: { mono: step } });
            for (const alert of changed) {
              if (!alert) continue;
              const before = book.get(alert.id);
              if (before) expect([alert.rev, rank(alert) >= rank(before)]).toEqual([before.rev + 1, true]);
              expect(alert.story.length).toBeLessThanOrEqual(STORY_LIMIT);
              book.set(alert.id, alert);
            }
          });
        },
      ),
    );
  });

  it('has no way out of its closed states', () => {
    expect([moves.resolved, moves.cancelled]).toEqual([{}, {}]);
  });
});
