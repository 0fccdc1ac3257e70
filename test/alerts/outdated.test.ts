import { describe, expect, it } from 'vitest';
import type { Command } from '#contract/command.ts';
import { HOUR, MINUTE, SECOND, type WallMs } from '#contract/time.ts';
import { watchedHome } from '#fakes/home.ts';

const by = { name: 'Li', role: 'operator' } as const;
type Said = Partial<Command> & Pick<Command, 'act'>;

async function pressed(times = 1) {
  const home = watchedHome();
  await home.pass(2 * HOUR);
  for (let n = 0; n < times; n++) {
    await home.press();
    await home.pass(MINUTE);
  }
  let id = 0;
  const wall = () => home.clock.now().wall;
  return {
    ...home,
    say: (command: Said) => home.pipeline.command({ id: `c${id++}`, by, ...command }),
    ago: (ms: number) => (wall() - ms) as WallMs,
    states: () => home.pipeline.openAlerts().map(({ state }) => state),
  };
}

/** The contract of the uplink: a command that waited on its way, or was sent again, ends no call that its sender never heard of. */
describe('a command of yesterday', () => {
  it.each(['acknowledge', 'resolve', 'on-the-way', 'hush'] as const)(
    'to %s does nothing to a call of today',
    async (act) => {
      const home = await pressed();
      const [alert] = home.pipeline.openAlerts();
      const before = home.pipeline.openAlerts();
      expect(home.say({ act, madeAt: home.ago(25 * HOUR) })).toMatchObject({ done: false, refused: 'outdated' });
      expect(home.say({ act, madeAt: home.ago(25 * HOUR), alertId: alert?.id })).toMatchObject({ refused: 'outdated' });
      // Younger than the longest age, and older than the call.
      expect(home.say({ act, madeAt: home.ago(30 * MINUTE) }).done).toBe(false);
      expect(home.say({ act, madeAt: home.ago(30 * MINUTE), alertId: alert?.id }).done).toBe(false);
      expect(home.pipeline.openAlerts()).toEqual(before);
      expect(home.say({ act, madeAt: home.ago(30 * SECOND), alertId: alert?.id }).done).toBe(true);
    },
  );

  it('without an id meets only what stood when it was made, and of that what called last', async () => {
    const home = await pressed();
    await home.hear('smoke-1', 'smoke', true);
    await home.pass(MINUTE);
    // The help call is the older alert, and the newer call.
    await home.press();
    const answers = [home.ago(30 * SECOND), home.ago(0)].map((madeAt) => home.say({ act: 'acknowledge', madeAt }));
    const hazardOf = (id: string | undefined) => home.pipeline.openAlerts().find((alert) => alert.id === id)?.hazard;
    expect(answers.map(({ alertId }) => hazardOf(alertId))).toEqual(['smoke', 'help']);
  });

  it('is no answer to a press after it; one that names the rev that was seen needs no clock', async () => {
    const home = await pressed(2);
    const [alert] = home.pipeline.openAlerts();
    const named = { act: 'acknowledge', alertId: alert?.id } as const;
    expect(alert).toMatchObject({ count: 2, callRev: 2 });
    expect(home.say({ ...named, madeAt: home.ago(90 * SECOND) })).toMatchObject({ refused: 'outdated' });
    expect(home.say({ ...named, madeAt: home.ago(0), rev: 1 })).toMatchObject({ refused: 'outdated' });
    expect(home.states()).toEqual(['raised']);
    // A platform whose clock is half an hour behind.
    expect(home.say({ ...named, madeAt: home.ago(30 * MINUTE), rev: 2 }).done).toBe(true);
  });

  it('is told by its age, not by what the clock was at the call: a box whose clock was wrong can be answered', async () => {
    const home = await pressed();
    home.clock.stepWall(-5 * 365 * 24 * HOUR);
    await home.pass(MINUTE);
    expect(home.say({ act: 'acknowledge', madeAt: home.ago(0) })).toMatchObject({ done: true });
  });

  it('that waited for a gateway without a line is carried out where it names the call that it answers', async () => {
    const home = await pressed();
    const [alert] = home.pipeline.openAlerts();
    const madeAt = home.ago(0);
    await home.pass(3 * HOUR);
    expect(home.say({ act: 'acknowledge', madeAt })).toMatchObject({ refused: 'outdated' });
    expect(home.say({ act: 'acknowledge', madeAt, alertId: alert?.id })).toMatchObject({ done: true });
  });

  it('of who is at home is refused as well; a stay in hospital is true for longer', async () => {
    const home = await pressed();
    expect(home.say({ act: 'hospital', madeAt: home.ago(5 * HOUR) })).toMatchObject({ done: true });
    expect(home.say({ act: 'away', madeAt: home.ago(25 * HOUR) })).toMatchObject({ done: false, refused: 'outdated' });
    expect(home.say({ act: 'away', madeAt: home.ago(MINUTE) })).toMatchObject({ done: true });
  });

  it('leaves no trace in what a replay would hear', async () => {
    const home = await pressed();
    home.say({ act: 'resolve', madeAt: home.ago(25 * HOUR) });
    expect(home.history.filter(({ kind }) => kind === 'command')).toEqual([]);
  });
});

describe('with a clock that nobody trusts', () => {
  it('an alert that is named was known, and one that is not named was not', async () => {
    const home = await pressed();
    home.clock.stepWall(-3 * 365 * 24 * HOUR);
    home.clock.setTrusted(false);
    await home.press();
    const [alert] = home.pipeline.openAlerts();
    expect(home.say({ act: 'acknowledge', madeAt: 1_800_000_000_000 as WallMs })).toMatchObject({ done: false });
    expect(home.say({ act: 'acknowledge', madeAt: 1_800_000_000_000 as WallMs, alertId: alert?.id }).done).toBe(true);
  });
});
