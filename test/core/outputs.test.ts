// What a gas alarm switches in the home, how long, and what is said of it: siren, light, valve, fan.

import { describe, expect, it } from 'vitest';
import { house, watchedHome } from '#fakes/home.ts';

const MINUTE = 60_000;
const operator = { name: 'Li', role: 'operator' } as const;

describe('a gas alarm', () => {
  it('closes the valve and sounds the siren before anything is written', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gasAlarm', true);
    const commit = home.order.indexOf('commit');
    expect(home.order.indexOf('siren-1 on')).toBeLessThan(commit);
    expect(home.order.indexOf('valve-1 close')).toBeLessThan(commit);
  });

  it('never switches an ordinary fan, and switches one that may run in gas where the config says so', async () => {
    const rules = {
      reactions: [
        { on: 'gas' as const, severity: ['alarm' as const], do: [{ outputs: 'fan' as const, action: 'on' as const }] },
      ],
    };
    const ordinary = watchedHome({ rules });
    await ordinary.hear('gas-1', 'gasAlarm', true);
    expect(ordinary.switched).toEqual([]);
    const proof = watchedHome({
      rules,
      devices: [
        { id: 'gas-1', kind: 'gas' },
        { id: 'fan-1', kind: 'fan', explosionProof: true },
      ],
    });
    await proof.hear('gas-1', 'gasAlarm', true);
    expect(proof.switched).toEqual([['fan-1', 'on']]);
  });

  it('sounds for five minutes', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gasAlarm', true);
    await home.pass(5 * MINUTE - 1);
    expect(home.switched.filter(([id]) => id === 'siren-1')).toEqual([['siren-1', 'on']]);
    await home.pass(1);
    expect(home.switched.filter(([id]) => id === 'siren-1')).toEqual([
      ['siren-1', 'on'],
      ['siren-1', 'off'],
    ]);
  });

  it('hushed is silent, keeps its light and valve, and is heard again after ten minutes while the gas is there', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gasAlarm', true);
    home.pipeline.command({ id: 'c1', act: 'hush', by: operator });
    await home.pass();
    expect(home.switched.at(-1)).toEqual(['siren-1', 'off']);
    expect(home.signals.at(-1)?.outputs).toEqual(['light-1']);
    await home.pass(10 * MINUTE - 1);
    expect(home.switched.at(-1)).toEqual(['siren-1', 'off']);
    await home.pass(1);
    expect(home.switched.at(-1)).toEqual(['siren-1', 'on']);
    expect(home.switched.filter(([id]) => id === 'valve-1')).toEqual([['valve-1', 'close']]);
  });

  it('is hushed by a button in the home, too', async () => {
    const home = watchedHome({ devices: [...house, { id: 'hush-1', kind: 'hush-button' }] });
    await home.hear('gas-1', 'gasAlarm', true);
    await home.hear('hush-1', 'button', 'press');
    expect(home.switched.at(-1)).toEqual(['siren-1', 'off']);
    expect(home.pipeline.openAlerts()).toHaveLength(1);
  });

  it('hushed stays silent when the gas has gone, and a new alarm is heard at once', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gasAlarm', true);
    home.pipeline.command({ id: 'c1', act: 'hush', by: operator });
    await home.hear('gas-1', 'gasAlarm', false);
    await home.pass(10 * MINUTE + 1);
    expect(home.switched.at(-1)).toEqual(['siren-1', 'off']);
    await home.hear('gas-1', 'gasAlarm', true);
    expect(home.switched.slice(-2)).toEqual(
      [
        ['siren-1', 'on'],
        ['valve-1', 'close'],
      ].sort(),
    );
  });

  it('never opens a valve: not when it ends, is resolved, or is found at a restart', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gasAlarm', true);
    await home.hear('gas-1', 'gasAlarm', false);
    home.pipeline.command({ id: 'c1', act: 'resolve', by: operator, note: 'aired' });
    await home.pass(60 * MINUTE);
    expect(home.switched.filter(([id]) => id === 'valve-1')).toEqual([['valve-1', 'close']]);
  });

  it('sounds on, and its lights show on, when an output is taken out of the config and put back', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gasAlarm', true);
    home.switched.length = 0;
    home.signals.length = 0;
    const [siren, light] = house.filter(({ id }) => id === 'siren-1' || id === 'light-1');
    if (!siren || !light) throw new Error('no such output');
    for (const { id } of [siren, light]) home.pipeline.remove(id);
    for (const device of [siren, light]) home.pipeline.install({ ...device, room: 'hall' }, null);
    home.pipeline.resume();
    await home.pass();
    expect(home.switched).toEqual([['siren-1', 'on']]);
    expect(home.signals.map(({ outputs }) => outputs)).toEqual([['light-1', 'buzzer-1']]);
  });

  it('sounds on when the driver of the siren failed, which let go of it', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gasAlarm', true);
    home.switched.length = 0;
    home.outcome['siren-1'] = 'failed';
    home.pipeline.fault('driver-failed', 'device:siren-1', true);
    await home.pass();
    home.outcome['siren-1'] = 'commanded';
    await home.pass(30_000);
    expect(home.switched).toEqual([
      ['siren-1', 'on'],
      ['siren-1', 'on'],
    ]);
    expect(home.faults()).not.toContain('output-failed@device:siren-1');
  });

  it('tells in its story what the outputs did, and how sure that is', async () => {
    const home = watchedHome();
    home.outcome['valve-1'] = 'confirmed';
    await home.hear('gas-1', 'gasAlarm', true);
    await home.pass();
    const story = home.pipeline.openAlerts()[0]?.story ?? [];
    expect(story).toContainEqual(
      expect.objectContaining({ kind: 'output', output: 'valve-1', action: 'close', result: 'confirmed' }),
    );
    expect(story).toContainEqual(expect.objectContaining({ output: 'siren-1', result: 'commanded' }));
  });

  it('goes on trying a valve that does not answer, with a fault, as long as the alert is open', async () => {
    const home = watchedHome();
    home.outcome['valve-1'] = 'failed';
    await home.hear('gas-1', 'gasAlarm', true);
    await home.pass(60_000);
    expect(home.switched.filter(([id]) => id === 'valve-1')).toHaveLength(3);
    expect(home.faults()).toContain('output-failed@device:valve-1');
    home.outcome['valve-1'] = 'confirmed';
    await home.pass(30_000);
    expect(home.faults()).not.toContain('output-failed@device:valve-1');
    await home.pass(10 * MINUTE);
    expect(home.switched.filter(([id]) => id === 'valve-1')).toHaveLength(4);
  });

  it('warns early on a raw level without the siren, and closes the valve', async () => {
    const home = watchedHome();
    await home.hear('gas-1', 'gas', 12);
    expect(home.pipeline.openAlerts()).toMatchObject([{ hazard: 'gas', severity: 'early' }]);
    expect(home.switched).toEqual([['valve-1', 'close']]);
  });
});
