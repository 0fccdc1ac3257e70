// What a detector can ask of the path beside an alert: warnings, presence, and its state kept over a restart.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AnyDetector, defineDetector, type Input, type Step } from '#contract/detector.ts';
import type { Json } from '#contract/json.ts';
import { later } from '#contract/time.ts';
import type { Warning } from '#contract/warning.ts';
import { watchedHome } from '#fakes/home.ts';
import { emptyHome } from '#src/core/home.ts';
import { nothingRestored } from '#src/store/journal-rows.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const family = { name: 'Wang', role: 'family' } as const;
const say = { en: 'Is everything all right?', 'zh-CN': '您还好吗？' };
const doorbell = { id: 'door-1', kind: 'contact', room: 'hall' } as const;

/** A detector whose answers the test gives, and that counts what it was asked. */
function scripted(id: string, checkpoint: AnyDetector['checkpoint'] = 'none') {
  const asked: Input[] = [];
  const presences: string[] = [];
  let answer: Omit<Step<Json>, 'state'> = { findings: [] };
  const detector: AnyDetector = defineDetector({
    id,
    hazard: 'help',
    consumes: ['contact'],
    options: z.strictObject({}),
    checkpoint,
    start: () => ({ heard: 0 }),
    step(state, input, _options, view) {
      asked.push(input);
      presences.push(view.presence);
      const now = answer;
      answer = { findings: [] };
      return { state: { heard: state.heard + 1 }, ...now };
    },
  });
  return {
    detector,
    asked,
    presences,
    kinds: () => asked.map(({ kind }) => kind),
    next(step: Omit<Step<Json>, 'state'>) {
      answer = step;
    },
  };
}

const homeWith = (detectors: AnyDetector[]) =>
  watchedHome({ devices: [doorbell], rules: { detectors, detectorOptions: {}, zone: 'Asia/Shanghai' } });

describe('an alert that asks first', () => {
  it('and is raised since nobody answered has no receipt to wait for yet', async () => {
    const falls = scripted('falls');
    const home = homeWith([falls.detector]);
    const at = home.clock.now();
    falls.next({
      findings: [{ hazard: 'fall', subject: 'device:door-1', active: true, severity: 'alarm', at, because: [] }],
    });
    await home.hear('door-1', 'contact', 'open');
    await home.receipt();
    await home.pass(20_000);
    expect(home.pipeline.openAlerts()).toMatchObject([{ state: 'raised', rev: 2 }]);
    await home.pass(9_999);
    expect([home.faults(), home.stages()]).toEqual([
      [],
      ['asking', 'asking', 'asking', 'asking', 'pressed', 'registered'],
    ]);
    await home.pass(1);
    expect(home.faults()).toEqual(['uplink-no-receipt@uplink:district']);
  });
});

describe('a warning', () => {
  const warning = (home: ReturnType<typeof watchedHome>, active: boolean): Warning => {
    const about = { hazard: 'help', subject: 'person:resident', at: home.clock.now() } as const;
    return active
      ? { ...about, active, because: [{ fact: 'pressed' }], say, sayEveryMs: 5 * MINUTE }
      : { ...about, active, because: [] };
  };

  it('is said at once, again after its time, and no more when it has ended; each told once', async () => {
    const quiet = scripted('quiet');
    const home = homeWith([quiet.detector]);
    quiet.next({ findings: [], warnings: [warning(home, true), warning(home, true)] });
    await home.hear('door-1', 'contact', 'open');
    expect(home.said).toEqual([say.en]);
    await home.pass(11 * MINUTE);
    expect(home.said).toEqual([say.en, say.en, say.en]);
    quiet.next({ findings: [], warnings: [warning(home, false), warning(home, false)] });
    await home.hear('door-1', 'contact', 'closed');
    await home.pass(20 * MINUTE);
    expect(home.said).toHaveLength(3);
    const told = home.taps.flatMap((event) => (event.type === 'warning' ? [event] : []));
    expect(told.map(({ warning: { active }, again }) => [active, again])).toEqual([
      [true, false],
      [true, true],
      [true, true],
      [false, false],
    ]);
  });

  it('ends when its detector is switched off, which hears no reading any more', async () => {
    const quiet = scripted('quiet');
    const home = homeWith([quiet.detector]);
    quiet.next({ findings: [], warnings: [warning(home, true)], wakeAt: later(home.clock.now().mono, HOUR) });
    await home.hear('door-1', 'contact', 'open');
    // Its hazard is the warning's.
    home.pipeline.rules({ ...home.rules, detectorOptions: { quiet: { enabled: false } } });
    const asked = quiet.asked.length;
    await home.hear('door-1', 'contact', 'closed');
    await home.pass(2 * HOUR);
    expect(quiet.asked).toHaveLength(asked);
    expect(home.said).toEqual([say.en]);
    expect(home.taps.findLast(({ type }) => type === 'warning')).toMatchObject({ warning: { active: false } });
  });

  it('stays in the home: nothing is offered to a platform', async () => {
    const quiet = scripted('quiet');
    const home = homeWith([quiet.detector]);
    quiet.next({ findings: [], warnings: [warning(home, true)] });
    await home.hear('door-1', 'contact', 'open');
    expect(home.offers).toEqual([]);
  });
});

describe('presence', () => {
  it('is told to every detector when it changes, and is in their view before the reading that changed it', async () => {
    const model = scripted('model');
    const other = scripted('other');
    const home = homeWith([model.detector, other.detector]);
    model.next({ findings: [], presence: 'home' });
    await home.hear('door-1', 'contact', 'open');
    expect(other.asked).toMatchObject([{ kind: 'presence', presence: 'home' }, { kind: 'reading' }]);
    expect(other.presences).toEqual(['home', 'home']);
    expect(home.taps.filter(({ type }) => type === 'presence')).toMatchObject([{ presence: 'home' }]);
  });

  it('as a person declares it is handed to the detectors, answered, and kept in the history', async () => {
    const model = scripted('model');
    const home = homeWith([model.detector]);
    expect(home.pipeline.command({ id: 'c1', act: 'hospital', by: family })).toEqual({ commandId: 'c1', done: true });
    expect(model.asked.at(-1)).toMatchObject({ kind: 'said', said: 'hospital' });
    expect(home.history).toMatchObject([{ kind: 'command', command: { act: 'hospital' } }]);
  });
});

describe('what is learned', () => {
  it('is written once an hour, and with nothing else', async () => {
    const learner = scripted('learner', 'hourly');
    const home = homeWith([learner.detector]);
    await home.hear('door-1', 'contact', 'open');
    home.pipeline.fault('clock-untrusted', 'gateway', true);
    await home.pass(10 * MINUTE);
    expect(home.commits.filter(({ checkpoints }) => checkpoints?.learner !== undefined)).toEqual([]);
    await home.pass(3 * HOUR);
    expect(home.commits.filter(({ checkpoints }) => checkpoints?.learner !== undefined)).toHaveLength(3);
  });

  it('is written at once where the detector asks for it, and again while the card refuses', async () => {
    const learner = scripted('learner', 'hourly');
    const home = homeWith([learner.detector]);
    home.card.mode = 'full';
    learner.next({ findings: [], save: true });
    await home.hear('door-1', 'contact', 'open');
    await home.pass();
    home.card.mode = 'good';
    await home.pass(MINUTE);
    const kept = home.commits.flatMap(({ checkpoints }) => (checkpoints?.learner ? [checkpoints.learner] : []));
    expect(kept.length).toBeGreaterThanOrEqual(2);
    expect(kept.at(-1)).toMatchObject({ heard: expect.any(Number) });
  });

  it('is written at a clean stop', async () => {
    const learner = scripted('learner', 'hourly');
    const home = homeWith([learner.detector]);
    await home.hear('door-1', 'contact', 'open');
    home.pipeline.stop();
    expect(home.commits.at(-1)?.checkpoints).toEqual({ learner: { heard: 2 } });
  });

  it('is taken up at a start before the detector is told of it', () => {
    const learner = scripted('learner', 'hourly');
    const state = emptyHome();
    state.detectors.learner = { heard: 41 };
    watchedHome({ devices: [], state, rules: { detectors: [learner.detector], detectorOptions: {} } });
    expect(learner.kinds()).toEqual(['start']);
    expect(state.detectors.learner).toEqual({ heard: 42 });
  });

  it('read late from a slow card takes the place of what was begun anew', async () => {
    const learner = scripted('learner', 'hourly');
    const state = emptyHome();
    const home = watchedHome({
      devices: [doorbell],
      state,
      rules: { detectors: [learner.detector], detectorOptions: {} },
    });
    await home.hear('door-1', 'contact', 'open');
    const floor = home.clock.now().wall - 5 * HOUR;
    home.pipeline.adopt({ ...nothingRestored(), checkpoints: { learner: { heard: 41 } }, facts: { floor } });
    expect(learner.kinds()).toEqual(['start', 'reading', 'start']);
    expect(learner.asked.at(-1)).toMatchObject({ unseenMs: 5 * HOUR });
    expect(state.detectors.learner).toEqual({ heard: 42 });
  });
});

describe('a detector that fails', () => {
  /** Counts contacts; fails on an `open`, and on a memory that is not of its making. */
  const fragile = (checkpoint: AnyDetector['checkpoint']) =>
    defineDetector<{ heard: number; started: boolean }, z.ZodObject>({
      id: 'fragile',
      hazard: 'help',
      consumes: ['contact'],
      options: z.strictObject({}),
      checkpoint,
      start: () => ({ heard: 0, started: false }),
      step(state, input) {
        if (typeof state.heard !== 'number') throw new Error('what is this?');
        if (input.kind === 'start') return { state: { ...state, started: true }, findings: [] };
        if (input.kind !== 'reading') return { state, findings: [] };
        if (input.reading.value === 'open') throw new Error('a defect');
        return { state: { ...state, heard: state.heard + 1 }, findings: [] };
      },
    });
  const memoriesTold = (home: ReturnType<typeof watchedHome>) =>
    home.pipeline.faults().map(({ code, context }) => [code, context.memory]);

  it.each([
    ['alert', false],
    ['hourly', true],
  ] as const)('on what it remembers begins anew, and watches on (%s)', async (checkpoint, started) => {
    const state = emptyHome();
    state.detectors.fragile = { heard: null };
    const home = watchedHome({
      devices: [doorbell],
      state,
      rules: { detectors: [fragile(checkpoint)], detectorOptions: {} },
    });
    await home.hear('door-1', 'contact', 'closed');
    expect(state.detectors.fragile).toEqual({ heard: 1, started });
    expect(memoriesTold(home)).toEqual([['detector-failed', 'begun-anew']]);
  });

  it('on a reading keeps what it remembers, and hears the next', async () => {
    const home = homeWith([fragile('alert')]);
    await home.hear('door-1', 'contact', 'closed');
    await home.hear('door-1', 'contact', 'open');
    await home.hear('door-1', 'contact', 'closed');
    expect(home.pipeline.snapshot().detectors.fragile).toEqual({ heard: 2, started: false });
    expect(memoriesTold(home)).toEqual([['detector-failed', 'kept']]);
  });
});
