// Verbs beside a gateway: asked while one runs, its files read where none answers, and the person told which it was.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startGateway } from '#fakes/gateway.ts';
import { until } from '#fakes/wait.ts';
import { recordedFaults } from '#src/cli/recorded-faults.ts';
import { systemClock } from '#src/clock/system.ts';
import { type House, inHouse } from '../scenarios/house.ts';
import { readNdjson } from './cli.ts';
import { begin, inside } from './inside.ts';

/** A verb on the home's data. */
const ask = ({ gateway }: House, ...args: string[]) => inside([...args, '--data', gateway.dataDir]);
const watching = ({ gateway }: House, ...args: string[]) => begin(['watch', '--data', gateway.dataDir, ...args]);
const by = ['--by', 'Wang Fang', '--role', 'family'];

inHouse('a call is shown, answered and closed by verbs alone, and a replay gives the same', async ({ home }) => {
  const gateway = await home.start();
  expect(statSync(join(gateway.dataDir, 'control.sock')).mode & 0o777).toBe(0o600);
  const watch = watching(home, '--json', '--readings');
  const seen = (event: object) => until(() => expect(watch.lines()).toContainEqual(expect.objectContaining(event)));
  await seen({ type: 'begins', armed: true });
  const alertId = await home.called();
  await seen({ type: 'reading', device: 'help-bedroom', value: 'press' });
  await seen({ type: 'received', alertId, channel: 'district' });

  expect((await ask(home, 'alerts', '--open', '--json')).lines).toMatchObject([
    {
      ...{ id: alertId, hazard: 'help', state: 'raised', source: 'live', stage: 'received', room: 'bedroom' },
      deliveries: [{ channel: 'district', state: 'received' }],
      text: { en: expect.stringContaining('Help call') },
    },
  ]);
  expect((await ask(home, 'status')).stdout).toMatch(
    /armed\n4 devices {2}1 open alert .*\npresence {2}\w+\nplatform {2}district {2}connected/,
  );
  const shown = await ask(home, 'alerts');
  expect(shown.stdout).toMatch(/raised {8}Help call, bedroom: .* district ✓\n$/);
  expect(shown.stderr).toBe('From the running gateway.\n');

  const acknowledged = await ask(home, 'say', 'acknowledge', ...by);
  expect(acknowledged).toMatchObject({ code: 0, stdout: '' });
  expect(acknowledged.stderr).toContain('the resident is shown that help is confirmed');
  await seen({ type: 'cue', stage: 'confirmed', alertId });
  await seen({ type: 'command', act: 'acknowledge', role: 'family', done: true });
  await home.platform.waitFor({ kind: 'alert', state: 'acknowledged' });

  const twice = await ask(home, 'say', 'acknowledge', '--alert', alertId, '--json', ...by);
  expect(twice).toMatchObject({ code: 1, lines: [{ done: false, refused: 'no-change' }] });
  expect(await ask(home, 'say', 'resolve', '--note', 'dropped it', ...by)).toMatchObject({ code: 0 });
  expect((await ask(home, 'alerts', '--open', '--json')).lines).toEqual([]);
  const resolution = { found: 'dropped it', by: { name: 'Wang Fang', role: 'family' } };
  // In the gateway's hands until the platform has its last word.
  await until(async () =>
    expect((await ask(home, 'alerts', '--json')).lines).toMatchObject([
      { id: alertId, state: 'resolved', source: 'files', resolution },
    ]),
  );
  const none = await ask(home, 'say', 'hush');
  expect(none).toMatchObject({ code: 1, stdout: '' });
  expect(none.stderr).toContain('There is no such open alert');
  expect(await ask(home, 'say', 'away', ...by)).toMatchObject({ code: 0 });
  await seen({ type: 'presence', presence: 'away' });
  watch.stop();
  expect((await watch.ended).code).toBe(0);
  expect(JSON.stringify(watch.said)).not.toContain('Wang');

  await gateway.stop();
  const { stdout } = await inside(['export', '--replay', '--data', gateway.dataDir]);
  const replayed = await inside(['replay', '--config', gateway.configFile], stdout);
  expect(replayed.stderr).toBe('');
  const again = readNdjson(replayed.stdout).filter(({ type }) => type === 'alert' || type === 'presence');
  expect(again.map(({ state, value }) => state ?? value)).toEqual(['raised', 'acknowledged', 'resolved', 'away']);
});

inHouse('devices and faults as they are now; of a gateway that was killed, as it wrote them', async ({ home }) => {
  const gateway = await home.start();
  await home.called();
  expect((await ask(home, 'devices', '--json')).lines).toMatchObject([
    { id: 'help-bedroom', link: 'up', faults: [], source: 'live', last: { quantity: 'button' } },
    { id: 'gas-kitchen', kind: 'gas', driver: 'gpio-input', room: 'kitchen', source: 'live' },
    { id: 'light', link: 'up', last: null },
    { id: 'siren', link: 'up', last: null },
  ]);
  expect((await ask(home, 'faults')).stderr).toContain('No fault is on.');

  await home.chip.close();
  await home.fault('gpio-line-lost', true);
  await until(async () => expect((await ask(home, 'devices', '--json')).lines[0]).toMatchObject({ link: 'lost' }));
  expect((await ask(home, 'devices')).stdout).toMatch(/^help-bedroom .* LOST {2}gpio-line-lost$/m);
  expect((await ask(home, 'faults', '--json')).lines).toContainEqual(
    expect.objectContaining({ code: 'gpio-line-lost', subject: 'device:help-bedroom', source: 'live' }),
  );
  expect((await ask(home, 'faults')).stdout).toMatch(/device:help-bedroom .*\(gpio-line-lost\)\n {6}-> .+\n/);

  // What the history batches goes to the card within seconds.
  await until(() => expect(recordedFaults(gateway.dataDir, systemClock(), 1_000).faults).not.toEqual([]));
  await gateway.kill();
  expect(existsSync(join(gateway.dataDir, 'control.sock'))).toBe(true);
  for (const verb of ['alerts', 'devices', 'faults']) {
    const { code, lines, stderr } = await ask(home, verb, '--json');
    expect({ verb, code, stderr }).toEqual({ verb, code: 0, stderr: '' });
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every(({ source }) => source === 'files')).toBe(true);
  }
  expect((await ask(home, 'alerts')).stderr).toContain(`No gateway runs on ${gateway.dataDir}. This is what its files`);
  for (const args of [['say', 'home'], ['watch']]) {
    const { code, stdout, stderr } = await ask(home, ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Start it: hearthward run');
  }
});

inHouse('a gateway stopped in its tracks is not waited for; a second one takes no socket from it', async ({ home }) => {
  const gateway = await home.start();
  const alertId = await home.called();
  const second = startGateway({ dir: home.dir });
  expect((await second.ended).code).toBe(1);
  expect((await ask(home, 'alerts', '--json')).lines).toMatchObject([{ id: alertId, source: 'live' }]);

  const watch = watching(home);
  await until(() => expect(watch.said.stdout).toContain('watching gateway'));
  gateway.child.kill('SIGSTOP');
  try {
    const { code, lines, stderr } = await ask(home, 'alerts', '--json');
    expect({ code, lines }).toMatchObject({ code: 0, lines: [{ id: alertId, source: 'files' }] });
    expect(stderr).toContain('does not answer: it hangs, or is stopped');
  } finally {
    gateway.child.kill('SIGCONT');
  }
  expect((await ask(home, 'alerts', '--json')).lines).toMatchObject([{ id: alertId, source: 'live' }]);
  await gateway.stop();
  const { code, stderr } = await watch.ended;
  expect(code).toBe(1);
  expect(stderr).toContain('has ended');
  await home.start();
  expect((await ask(home, 'alerts', '--json')).lines).toMatchObject([{ id: alertId, source: 'live' }]);
});
