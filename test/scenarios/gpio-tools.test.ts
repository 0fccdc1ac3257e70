// The tools under the button are stopped and killed: in both of libgpiod's versions, as stand-ins on PATH.

import { afterEach, describe, expect, it } from 'vitest';
import type { RunningGateway } from '#fakes/gateway.ts';
import { CHIP_ENV, childrenOf, gpioTools, type Process, processOf } from '#fakes/gpio-tools/index.ts';
import { until } from '#fakes/wait.ts';
import { type House, house } from './house.ts';

/** By the issue: a stopped or killed tool is continued or replaced within this. */
const HEALED_MS = 3_000;

describe.each([1, 2] as const)('libgpiod %i', (major) => {
  let home: House;
  let tools: ReturnType<typeof gpioTools>;
  afterEach(async () => {
    await home.close();
    tools.remove();
  });

  it('hears a press under a stopped and under a killed monitor, and leaves no tool behind', async () => {
    tools = gpioTools(major);
    home = await house({ chip: 'pinctrl-test' });
    const { help, light } = home.devices;
    const gateway = await home.start({
      devices: [help, light],
      env: { PATH: `${tools.dir}:${process.env.PATH}`, [CHIP_ENV]: home.socketPath },
    });
    expect(gateway.count({ event: 'fault', active: true })).toBe(0);

    const stopped = monitorOf(gateway);
    process.kill(stopped.pid, 'SIGSTOP');
    const pressedAt = home.press();
    const first = await gateway.waitFor({ event: 'alert', hazard: 'help' });
    expect(Number(first.time) - pressedAt).toBeLessThanOrEqual(HEALED_MS);
    const { alertId } = first;
    await home.fault('gpio-monitor-stopped', true);
    await home.fault('gpio-monitor-stopped', false);
    await home.switches('LIGHT', true, pressedAt);
    await home.platform.waitFor({ kind: 'fault', code: 'gpio-monitor-stopped', active: true });
    await gateway.waitFor({ event: 'received', alertId });
    // The call is as old as the edge, not as its delivery.
    const [shown] = await home.platform.alerts();
    expect(Math.abs(Date.parse(shown?.data.calledAt.wall ?? '') - pressedAt)).toBeLessThan(100);
    expect(monitorOf(gateway).pid).toBe(stopped.pid);

    await home.release();
    const known = gateway.events.length;
    process.kill(stopped.pid, 'SIGKILL');
    // Nobody watches the line now: this edge is seen by none, the level is found.
    await until(() => expect(home.chip.consumer('HELP')).toBeNull());
    const again = home.press();
    const second = await gateway.waitFor({ event: 'alert', alertId, count: 2 }, { after: known });
    expect(Number(second.time) - again).toBeLessThanOrEqual(HEALED_MS);
    await home.fault('gpio-monitor-replaced', true, { after: known });
    await home.fault('gpio-monitor-replaced', false, { after: known });
    await home.platform.waitFor({ kind: 'fault', code: 'gpio-monitor-replaced', active: true });
    await gateway.waitFor({ event: 'received', alertId, rev: second.rev });

    // The line is watched again as before.
    await home.pressAgain();
    const third = await gateway.waitFor({ event: 'alert', alertId, count: 3 });
    await home.platform.waitFor({ kind: 'receipt', eventId: `${alertId}.${third.rev}` });

    const { pid = 0 } = gateway.child;
    // One that was just begun has not its name yet.
    const children = await until(() => {
      const found = childrenOf(pid);
      expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['gpiomon', 'gpioset']));
      return found;
    });
    await gateway.kill();
    await until(() => expect(children.filter(lives)).toEqual([]));
    await until(() => expect(home.chip.consumer('HELP')).toBeNull());
  });
});

function monitorOf({ child: { pid = 0 } }: RunningGateway): Process {
  const found = childrenOf(pid).filter(({ name, state }) => name === 'gpiomon' && state !== 'Z');
  expect(found).toHaveLength(1);
  return found[0] as Process;
}

const lives = ({ pid, args }: Process): boolean => {
  const now = processOf(pid);
  return now !== undefined && now.state !== 'Z' && now.args.join() === args.join();
};
