// A scenario played live before a real gateway, a real broker and the real platform: ptys, TCP ports and lines that are
// torn out, drowned and slowed down end in the faults they are, and in no alarm but those that the scenario holds.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY, type RunningGateway, startGateway, TENANT } from '#fakes/gateway.ts';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { type RunningPlatform, startPlatform } from '#fakes/platform.ts';
import { program } from '#fakes/program.ts';
import { type RunningVerb, startVerb } from '#fakes/verb.ts';
import { until } from '#fakes/wait.ts';

let dir: string;
let broker: Mosquitto | undefined;
let platform: RunningPlatform | undefined;
const running: (RunningVerb | RunningGateway)[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hearthward-sim-test-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((verb) => verb.kill()));
  await platform?.kill();
  await broker?.stop();
  platform = broker = undefined;
  for (const pid of processesOf(dir)) process.kill(pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

/** Plays a scenario; its lines and its own temporary folder lie under `dir`. */
function play(scenario: object, ...args: string[]): RunningVerb & { configFile: string } {
  const file = join(dir, 'scenario.yaml');
  const configFile = join(dir, 'gateway.yaml');
  writeFileSync(file, JSON.stringify(scenario));
  const verb = startVerb(['sim', '--json', '--write-config', configFile, ...args, file], { env: { TMPDIR: dir } });
  running.push(verb);
  return { ...verb, configFile };
}

/** Processes that have `folder` among their arguments. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    });
}

const home = (lasts: string) => ({ timezone: 'Asia/Shanghai', lasts });

describe('faults of real lines', () => {
  it('unplugged, drowned, slow and half: each its own fault, no alarm invented, and the gas that there is arrives', async () => {
    broker = await startMosquitto();
    platform = await startPlatform({ dir: join(dir, 'platform'), brokerUrl: broker.url, tenant: TENANT });
    const sim = play({
      scenario: 'Everything at once',
      home: home('23s'),
      config: { gateway: { tenant: TENANT, id: GATEWAY }, uplinks: [{ channel: 'district', url: broker.url }] },
      devices: [
        { id: 'help', kind: 'help-button', room: 'bedroom', wire: 'gpio' },
        { id: 'drowned', kind: 'gas', room: 'kitchen', wire: 'winsen' },
        { id: 'torn', kind: 'gas', room: 'cellar', wire: 'modbus-rtu', unit: 7 },
        { id: 'late', kind: 'co', room: 'bathroom', wire: 'modbus-tcp', model: 'greystone-cmd5b4', starts: 5 },
        { id: 'half', kind: 'gas', room: 'hall', wire: 'modbus-rtu', model: 'two-register' },
        { id: 'siren', kind: 'siren', wire: 'gpio' },
        { id: 'detector', kind: 'gas', room: 'kitchen', wire: 'gpio' },
      ],
      script: [
        { at: '500ms', do: 'garbage', device: 'drowned', for: '17s', bytesPerSecond: 500 },
        { at: '500ms', do: 'slow', device: 'late', by: '2s', for: '17s' },
        { at: '500ms', do: 'slow', device: 'half', by: '10ms', half: true, for: '20s' },
        { at: '1s', do: 'unplug', device: 'torn', for: '4s' },
        { at: '3s', do: 'press', device: 'help' },
        { at: '18s', do: 'set', device: 'drowned', value: 14 },
        { at: '8s', do: 'set', device: 'torn', value: 22 },
        { at: '11s', do: 'set', device: 'detector', value: true },
      ],
    });
    await sim.waitFor({ kind: 'waiting' });
    const gateway = startGateway({ dir });
    running.push(gateway);
    await gateway.armed();
    await sim.waitFor({ kind: 'begin' });
    const fault = (code: string, device: string, active: boolean) =>
      gateway.waitFor({ event: 'fault', code, subject: `device:${device}`, active });

    await fault('serial-port-lost', 'torn', true);
    await platform.waitFor({ kind: 'alert', hazard: 'help' });
    await fault('serial-port-lost', 'torn', false);
    await fault('device-silent', 'late', true);
    // Garbage is told once it has lasted ten seconds.
    await fault('line-garbage', 'drowned', true);
    await fault('line-garbage', 'half', true);
    for (const [device, severity] of [
      ['drowned', 'early'],
      ['torn', 'alarm'],
    ])
      await gateway.waitFor({ event: 'alert', hazard: 'gas', severity, subject: `device:${device}` });
    await gateway.waitFor({ event: 'alert', hazard: 'gas', severity: 'alarm', subject: 'device:detector' });
    await sim.waitFor({ kind: 'output', device: 'siren', on: true });
    const receiver = platform;
    await until(async () => expect(await receiver.alerts()).toHaveLength(4));
    const alerts = (await receiver.alerts()).map(
      ({ data: { hazard, severity, subject } }) => `${hazard} ${severity} ${subject}`,
    );
    expect(alerts.toSorted()).toEqual([
      'gas alarm device:detector',
      'gas alarm device:torn',
      'gas early device:drowned',
      'help alarm device:help',
    ]);
    // What the lines went through is told of those alone that went through it, until the home itself is gone.
    const end = await sim.waitFor({ kind: 'end' });
    expect(end.played).toBe(true);
    const over = gateway.events.findIndex(
      ({ code, subject }) => code === 'gpio-line-lost' && subject === 'device:help',
    );
    const told = gateway.events
      .slice(0, over < 0 ? undefined : over)
      .filter(({ event, active }) => event === 'fault' && active === true)
      .map(({ code, subject }) => `${code} ${subject}`);
    expect(new Set(told)).toEqual(
      new Set([
        'serial-port-lost device:torn',
        'device-silent device:late',
        'line-garbage device:half',
        'device-silent device:drowned',
        'device-silent device:half',
        'line-garbage device:drowned',
        ...told.filter((fault) => /^(clock|uplink|log)-/.test(fault)),
      ]),
    );
    expect((await sim.ended).code).toBe(0);
  });
});

describe('a play', () => {
  const scenario = {
    scenario: 'One sensor',
    home: home('1h'),
    devices: [
      { id: 'gas', kind: 'gas', wire: 'winsen' },
      { id: 'bus', kind: 'gas', wire: 'modbus-rtu' },
      { id: 'help', kind: 'help-button', wire: 'gpio' },
      { id: 'wrist', kind: 'wearable' },
    ],
    script: [
      { at: '0s', do: 'press', device: 'help' },
      { at: '0s', do: 'press', device: 'wrist' },
      { at: '0s', do: 'clock', step: '-1d' },
    ],
  };

  it.each(['SIGINT', 'SIGTERM'] as const)('ends on %s, and leaves no process and no file', async (signal) => {
    const sim = play(scenario, '--now');
    await sim.waitFor(({ kind }) => kind === 'move');
    const lines = join(dir, readdirSync(dir).find((name) => name.startsWith('hearthward-sim-')) ?? '');
    expect(readdirSync(lines).toSorted()).toEqual(['bus.rtu', 'gas', 'help.gpio']);
    expect(await sim.kill(signal)).toMatchObject({ code: 0 });
    expect(sim.events.at(-1)).toEqual({ kind: 'end', played: false });
    expect(existsSync(lines)).toBe(false);
    expect(processesOf(lines)).toEqual([]);
  });

  it('leaves no process when it is killed itself', async () => {
    const sim = play(scenario, '--now');
    await sim.waitFor(({ kind }) => kind === 'begin');
    expect(processesOf(dir).length).toBeGreaterThan(1);
    await sim.kill();
    await until(() => expect(processesOf(dir)).toEqual([]));
  });

  it('passes over what a gateway of its own cannot be shown, and says so', async () => {
    const sim = play({ ...scenario, home: home('2s') }, '--now', '--speed', '2');
    await sim.waitFor({ kind: 'end', played: true });
    expect((await sim.ended).code).toBe(0);
    const skipped = sim.events.flatMap(({ kind, change }) =>
      kind === 'skipped' ? [(change as { do: string }).do] : [],
    );
    expect(skipped).toEqual(['button', 'clock', 'button']);
    expect(sim.events.filter(({ kind }) => kind === 'move')).toMatchObject([
      { at: '2026-03-02 08:00:00', change: { do: 'button', device: 'help', value: 'press' } },
      { at: '2026-03-02 08:00:00', change: { do: 'button', device: 'help', value: 'release' } },
    ]);
  });

  it('keeps its lines where it is told to, so that a gateway’s configuration lasts', async () => {
    const folder = join(dir, 'lines');
    const config = async () => {
      const sim = play({ ...scenario, home: home('100ms') }, '--now', '--dir', folder);
      expect((await sim.ended).code).toBe(0);
      return readFileSync(sim.configFile, 'utf8');
    };
    const first = await config();
    expect(first).toContain(`port: ${folder}/gas`);
    expect(await config()).toBe(first);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('without socat says what to install, in one line', async () => {
    writeFileSync(join(dir, 'scenario.yaml'), JSON.stringify(scenario));
    const child: ChildProcess = spawn(process.execPath, [program, 'sim', '--now', join(dir, 'scenario.yaml')], {
      env: { PATH: '/nonexistent', TMPDIR: dir },
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
    expect(stderr).toBe(
      'hearthward sim: socat makes the serial lines and is not installed; on Debian: apt-get install socat\n',
    );
    expect(readdirSync(dir)).toEqual(['scenario.yaml']);
  });
});
