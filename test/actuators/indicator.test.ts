import { describe, expect, it } from 'vitest';
import { stages } from '#contract/actuator.ts';
import type { Alert } from '#contract/alert.ts';
import { patternIndicator } from '#src/actuators/indicator.ts';
import { cueFor } from '#src/alerts/cues.ts';
import { raiseOrUpdate } from '#src/alerts/lifecycle.ts';
import { virtualClock } from '#src/clock/virtual.ts';

const finding = {
  hazard: 'help',
  subject: 'device:b',
  active: true,
  severity: 'alarm',
  at: virtualClock().now(),
  because: [],
} as const;
const [alert] = raiseOrUpdate([], { ...finding, because: [] }, { id: 'b', kind: 'help-button' }, () => 'A') as [Alert];

function lamps() {
  const clock = virtualClock();
  const log: [number, string, boolean][] = [];
  const indicator = patternIndicator({
    clock,
    set: (id, on) => log.push([clock.now().mono, id, on]),
    kindOf: (id) => (id === 'buzzer' ? 'buzzer' : 'light'),
  });
  return { clock, log, indicator };
}

describe('the patterns of a cue', () => {
  it('begin no more once they have been stopped, whatever is still heard', () => {
    const { clock, log, indicator } = lamps();
    indicator.signal(cueFor(alert, 'registered'), ['light']);
    indicator.stop();
    indicator.signal(cueFor(alert, 'pressed'), ['light']);
    clock.advance(10_000);
    expect(log).toEqual([[0, 'light', true]]);
  });

  it('blink until the stage changes, and end dark', () => {
    const { clock, log, indicator } = lamps();
    indicator.signal(cueFor(alert, 'registered'), ['light']);
    clock.advance(1_200);
    indicator.signal(null, []);
    clock.advance(10_000);
    expect(log).toEqual([
      [0, 'light', true],
      [500, 'light', false],
      [1_000, 'light', true],
      [1_200, 'light', false],
    ]);
  });

  it('beep as often as the stage says and are quiet then', () => {
    const { clock, log, indicator } = lamps();
    indicator.signal(cueFor(alert, 'registered'), ['buzzer']);
    clock.advance(10_000);
    expect(log.filter(([, , on]) => on)).toHaveLength(2);
    expect(log.at(-1)?.[2]).toBe(false);
  });

  it('differ from stage to stage, in light, in sound and in words', () => {
    const cues = stages.map((stage) => cueFor(alert, stage));
    expect(new Set(cues.map(({ light }) => JSON.stringify(light))).size).toBe(stages.length);
    expect(new Set(cues.map(({ beep }) => JSON.stringify(beep))).size).toBe(stages.length);
    expect(new Set(cues.map(({ say }) => say['zh-CN'])).size).toBe(stages.length);
  });

  it('are each seen, though the stages follow within milliseconds; a new press at once', () => {
    const { clock, log, indicator } = lamps();
    indicator.signal(cueFor(alert, 'received'), ['light']);
    clock.advance(100);
    indicator.signal(cueFor(alert, 'pressed'), ['light']);
    indicator.signal(cueFor(alert, 'registered'), ['light']);
    indicator.signal(cueFor(alert, 'received'), ['light']);
    clock.advance(799);
    const changes = log.filter(([at]) => at >= 100).length;
    // 120 ms on and off: the pattern of a press.
    expect(changes).toBeGreaterThanOrEqual(6);
    clock.advance(2_000);
    expect(log.filter(([at]) => at >= 900)).toEqual([[900, 'light', true]]);
  });

  it('stop on an output that a hush takes away, and go on with the others', () => {
    const { clock, log, indicator } = lamps();
    indicator.signal(cueFor(alert, 'received'), ['light', 'buzzer']);
    clock.advance(100);
    indicator.signal(cueFor(alert, 'received'), ['light']);
    clock.advance(10_000);
    expect(log.filter(([at, id]) => id === 'buzzer' && at > 100)).toEqual([]);
    expect(log.filter(([at, id]) => id === 'light' && at > 100).length).toBeGreaterThan(2);
  });
});
