// What a back-end of the GPIO port must do besides that holds its lines by children: heal those that die or stop.

import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { LineOutput, LineSpec } from '#contract/transport.ts';
import { childrenOf, type Process } from '#fakes/gpio-tools/index.ts';
import { until } from '#fakes/wait.ts';
import type { LineRig, recorder } from './gpio-rig.ts';

type Seen = ReturnType<typeof recorder>;

/** The lines of the test at hand. */
export interface Lines {
  rig(): LineRig;
  watch(spec?: Partial<LineSpec>): Seen & { close(): Promise<void> };
  output(spec?: Partial<LineSpec>): Seen & LineOutput;
}

export function toolContract({ rig, watch, output }: Lines): void {
  it('replaces a killed monitor at once and tells the level found; the link stays up', async () => {
    const line = watch();
    await until(() => expect(line.events).toHaveLength(1));
    const { pid } = the('gpiomon');
    process.kill(pid, 'SIGKILL');
    await until(() => expect(line.events).toHaveLength(2));
    expect(line.events[1]).toMatchObject({ active: false, why: 'found' });
    expect(line.troubles).toEqual([
      { trouble: 'monitor-replaced', active: true },
      { trouble: 'monitor-replaced', active: false },
    ]);
    expect(the('gpiomon').pid).not.toBe(pid);
    expect(line.downs).toEqual([]);
    await rig().drive(true);
    await until(() => expect(line.events[2]).toMatchObject({ active: true, why: 'edge' }));
  });

  it('finds a line active that was pressed while its monitor was dead', async () => {
    const line = watch();
    await until(() => expect(line.events).toHaveLength(1));
    process.kill(the('gpiomon').pid, 'SIGSTOP');
    await rig().drive(true);
    process.kill(the('gpiomon').pid, 'SIGKILL');
    await until(() => expect(line.events[1]).toMatchObject({ active: true, why: 'found' }));
  });

  it('goes on replacing a monitor that is killed again and again', async () => {
    const line = watch();
    for (let round = 1; round <= 4; round += 1) {
      await until(() => expect(line.events).toHaveLength(round));
      process.kill(the('gpiomon').pid, 'SIGKILL');
    }
    await until(() => expect(line.events).toHaveLength(5));
    expect(line.downs).toEqual([]);
  });

  it('continues a stopped monitor and hands over what it missed, with the times of the edges', async () => {
    const line = watch();
    await until(() => expect(line.events).toHaveLength(1));
    const { pid } = the('gpiomon');
    process.kill(pid, 'SIGSTOP');
    await until(() => expect(the('gpiomon').state).toBe('T'));
    await rig().drive(true);
    await rig().drive(false);
    const pressed = Number(process.hrtime.bigint() / 1_000_000n);
    await until(() => expect(line.events).toHaveLength(3));
    expect(line.events.slice(1)).toMatchObject([
      { active: true, why: 'edge' },
      { active: false, why: 'edge' },
    ]);
    for (const { at } of line.events) expect(at.mono).toBeLessThanOrEqual(pressed);
    await until(() =>
      expect(line.troubles).toEqual([
        { trouble: 'monitor-stopped', active: true },
        { trouble: 'monitor-stopped', active: false },
      ]),
    );
    expect(the('gpiomon').pid).toBe(pid);
  });

  it('knows the level after a burst that was too long for the queue of a stopped monitor', async () => {
    const line = watch();
    await until(() => expect(line.events).toHaveLength(1));
    process.kill(the('gpiomon').pid, 'SIGSTOP');
    await until(() => expect(the('gpiomon').state).toBe('T'));
    for (let edge = 1; edge <= 21; edge += 1) await rig().drive(edge % 2 === 1);
    await until(() => expect(line.events.at(-1)).toMatchObject({ active: true, why: 'found' }));
  });

  it('replaces a dead holder with the same level', async () => {
    const out = output();
    await out.set(true);
    const { pid } = the('gpioset');
    process.kill(pid, 'SIGKILL');
    await until(() => expect(out.order).toEqual(['up', 'down', 'up']));
    expect(await rig().read()).toBe(true);
    expect(the('gpioset').pid).not.toBe(pid);
  });

  it('continues a stopped holder, and can change its level meanwhile', async () => {
    const out = output();
    await out.set(true);
    process.kill(the('gpioset').pid, 'SIGSTOP');
    await until(() => expect(the('gpioset').state).toBe('T'));
    await until(() => expect(the('gpioset').state).not.toBe('T'));
    process.kill(the('gpioset').pid, 'SIGSTOP');
    await out.set(false);
    expect(await rig().read()).toBe(false);
  });

  it('leaves no zombie and no descriptor behind', async () => {
    const round = async () => {
      const line = watch();
      await until(() => expect(line.events).toHaveLength(1));
      process.kill(the('gpiomon').pid, 'SIGKILL');
      await until(() => expect(line.events).toHaveLength(2));
      const out = output();
      await out.set(true);
      await out.set(false);
      await Promise.all([line.close(), out.close()]);
    };
    await round();
    const descriptors = openDescriptors();
    await round();
    await round();
    expect(running()).toEqual([]);
    await until(() => expect(openDescriptors()).toBeLessThanOrEqual(descriptors));
  });
}

export const running = (): Process[] => childrenOf(process.pid).filter(({ name }) => name.startsWith('gpio'));

function the(name: string): Process {
  const [only, ...others] = running().filter((child) => child.name === name);
  expect(others).toEqual([]);
  if (!only) throw new Error(`no ${name} is running`);
  return only;
}

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;
