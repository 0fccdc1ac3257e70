// Pairing from outside: the command as a person calls it, beside a gateway and without one, on a simulated controller.

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { configText, type RunningGateway, startGateway } from '#fakes/gateway.ts';
import { type HciPty, hciPty } from '#fakes/hci-pty.ts';
import { repeat, until } from '#fakes/wait.ts';
import { readRegistry } from '#src/store/registry.ts';
import { hearthward, readNdjson, TRACE } from './cli.ts';

/** The published vector of BTHome: temperature 25.06, humidity 50.55, counter 00112233. */
const THERMOMETER = '54:48:e6:8f:80:a5';
const KEY = '231d39c1d7cc1ab1aee224cd096db932';
const WRONG = '00000000000000000000000000000001';
const sealed = Uint8Array.from(Buffer.from('1216d2fc41a47266c95f730011223378237214', 'hex'));
const BUTTON = 'a4:c1:38:00:11:22';
const STRAP = 'f0:11:22:33:44:55';

const people = [
  { id: 'otto', name: 'Otto' },
  { id: 'li', name: '李娜' },
];

/** A home to pair in, with a controller of its own; it ends with its test, so that such tests run side by side. */
async function scene() {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-pair-'));
  const data = join(dir, 'data');
  const pty = await hciPty();
  const config = { bluetooth: { adapter: pty.path }, people };
  const file = join(dir, 'gateway.yaml');
  const gateways: RunningGateway[] = [];
  const ends: (() => void)[] = [];
  return {
    data,
    pty,
    /** With no gateway running, the file that says which radio there is. */
    written: () => writeFileSync(file, configText([], [], config)),
    file: ['--config', file],
    unchanged: () => readFileSync(file, 'utf8') === configText([], [], config),
    async gateway(): Promise<RunningGateway> {
      const gateway = startGateway({ dir, devices: [], config });
      gateways.push(gateway);
      await gateway.armed();
      return gateway;
    },
    onTheAir: () => void ends.push(onTheAir(pty)),
    async pair(args: string[], input = '', env = {}) {
      const said = await hearthward(['pair', ...args, '--data', data], { input, env });
      if (TRACE.test(said.stderr)) throw new Error(said.stderr);
      return said;
    },
    /** What is near, once that is so many devices: on a busy machine the radio's process may start later than the search ends. */
    near: (count: number, args: string[] = []) =>
      until(async () => {
        const { stdout } = await hearthward(['pair', 'ble', '--json', '--seconds', '3', ...args, '--data', data]);
        const found = readNdjson(stdout);
        if (found.length < count) throw new Error(`${found.length} devices are near`);
        return found;
      }),
    async end(): Promise<void> {
      for (const end of ends) end();
      await Promise.all(gateways.map((gateway) => gateway.kill()));
      await pty.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
type Scene = Awaited<ReturnType<typeof scene>>;

const it = test.extend<{ home: Scene }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs
  home: async ({}, use) => {
    const home = await scene();
    try {
      await use(home);
    } finally {
      await home.end();
    }
  },
});

/** A thermometer that encrypts, a button that is pressed, a strap, and a stranger: on the air until the test ends. */
function onTheAir({ controller }: HciPty): () => void {
  let count = 0;
  return repeat(200, () => {
    count += 1;
    controller.advertise({ address: THERMOMETER, type: 3, fields: sealed, rssi: -70 });
    const press = Uint8Array.of(8, 0x16, 0xd2, 0xfc, 0x44, 0x00, count & 0xff, 0x3a, 0x01);
    controller.advertise({ address: BUTTON, type: 3, fields: press, rssi: -50 });
    const named = Uint8Array.of(3, 0x03, 0x0d, 0x18, 6, 0x09, 0x1b, 0x5b, 0x48, 0x48, 0x52);
    controller.advertise({ address: STRAP, fields: named, rssi: -60 });
    controller.advertise({ address: 'c0:ff:ee:00:00:01', fields: Uint8Array.of(3, 0x09, 0x54, 0x56), rssi: -40 });
  });
}

describe.concurrent('beside a gateway', () => {
  it('pairs by its radio: a wrong key is refused in words, the right one never shown again, and the gateway takes it up', async ({
    home,
    expect,
  }) => {
    const { data, pair, onTheAir } = home;
    const gateway = await home.gateway();
    expect(statSync(join(data, 'control.sock')).mode & 0o777).toBe(0o600);
    onTheAir();
    const ble = ['ble', '--address', THERMOMETER, '--room', '卧室', '--bindkey', '-', '--json'];
    const wrong = await pair(ble, `${WRONG}\n`);
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toContain('The bind key does not open what it says');
    expect((await pair(ble, 'nonsense\n')).stderr).toContain('expected 32 hexadecimal digits');
    expect((await readRegistry(data)).devices).toEqual([]);

    const more = ['--role', 'exit', '--shared-by', 'otto,li', '--ignore-for-activity', '--placement', 'waist'];
    const described = [...ble, '--kind', 'temperature', '--id', 'room-1', ...more];
    const right = await pair(described, `${KEY.toUpperCase()}\n`);
    expect(right.stderr).toContain('Heard from it: temperature 25.06');
    expect(right.code).toBe(0);
    expect(readNdjson(right.stdout)).toMatchObject([
      { id: 'room-1', driver: 'bthome', kind: 'temperature', address: THERMOMETER, room: '卧室', bindkey: true },
    ]);
    expect((await readRegistry(data)).devices).toMatchObject([
      { role: 'exit', sharedBy: ['otto', 'li'], ignoreForActivity: true, placement: 'waist' },
    ]);
    await gateway.waitFor({ event: 'config-applied', devices: 1 });

    const list = await pair(['list', '--json']);
    expect(readNdjson(list.stdout)).toMatchObject([{ id: 'room-1', bindkey: true }]);
    expect((await pair(['list'], '', { LC_ALL: 'zh_CN.UTF-8' })).stdout).toContain('有密钥');
    const twice = await pair(ble, `${KEY}\n`);
    expect(twice).toMatchObject({ code: 1 });
    expect(twice.stderr).toContain(`${THERMOMETER} is room-1 already`);
    expect((await pair(['remove', 'room-2'])).stderr).toContain('room-2 was not paired; paired are: room-1');
    expect(await pair(['remove', 'room-1'])).toMatchObject({ code: 0, stdout: '' });
    await gateway.waitFor({ event: 'config-applied', devices: 0 });
    const told = JSON.stringify([right, list, gateway.events]).toLowerCase();
    expect(told).not.toContain(KEY.slice(0, 10));
  });

  it('lends the radio to whoever asked last: the one before is told so', async ({ home, expect }) => {
    const gateway = await home.gateway();
    // Looks for one that is not there.
    const first = home.pair(['ble', '--seconds', '170', '--address', 'a4:c1:38:ff:ff:ff']);
    await gateway.waitFor({ event: 'control', path: '/pairing/nearby' });
    home.onTheAir();
    const second = home.pair(['ble', '--seconds', '170', '--address', BUTTON]);
    expect(await first).toMatchObject({ code: 1, stdout: '' });
    expect(await second).toMatchObject({ code: 0 });
    expect((await first).stderr).toContain('another command pairs by it');
  });
});

describe.concurrent('with no gateway running', () => {
  it('shows what a driver understands, strangers and control characters left out, and lets a person choose', async ({
    home,
    expect,
  }) => {
    const { data, pair, onTheAir, file } = home;
    home.written();
    onTheAir();
    const near = await home.near(3, file);
    expect(near).toHaveLength(3);
    expect(near).toMatchObject([
      { address: BUTTON, driver: 'bthome', kind: 'help-button', says: 'button 1', rssi: -50, encrypted: false },
      { address: STRAP, driver: 'gatt-health', kind: 'wearable', name: '[HHR' },
      { address: THERMOMETER, encrypted: true },
    ]);
    // Number, kind as it is, room, wearer.
    const said = await pair(['ble', '--seconds', '6', ...file], '7\n1\n\nhall\notto\n');
    expect(said.stderr).toContain('There is no number 7.');
    expect(said.stderr).toContain('Paired as help-button-1');
    expect(said).toMatchObject({ code: 0, stdout: '' });
    expect((await readRegistry(data)).devices).toMatchObject([
      { id: 'help-button-1', radio: { transport: 'ble', address: BUTTON }, room: 'hall', wearer: 'otto' },
    ]);
    expect(home.unchanged()).toBe(true);
  });

  it('connects a strap, and stores nothing of one that has not what its driver needs', async ({ home, expect }) => {
    const { data, pair, pty, onTheAir, file } = home;
    home.written();
    onTheAir();
    const ble = ['ble', '--address', STRAP, '--wearer', 'mei', '--seconds', '15', ...file];
    expect((await pair(ble)).stderr).toContain('Nobody of the home has the id mei');
    ble.push('--wearer-name', '李梅');
    pty.controller.peripheral(STRAP, []);
    const lacking = await pair(ble);
    expect(lacking.stderr).toContain('has not what its driver needs');
    expect(lacking.code).toBe(1);
    pty.controller.peripheral(STRAP, [{ uuid: '180d', characteristics: [{ uuid: '2a37', properties: ['notify'] }] }]);
    expect((await pair(ble)).code).toBe(0);
    expect(await readRegistry(data)).toMatchObject({
      devices: [{ id: 'wearable-1', placement: 'wrist', wearer: 'mei', driver: 'gatt-health' }],
      people: [{ id: 'mei', name: '李梅' }],
    });
  });

  it('has the silence of a detector noticed after a day', async ({ home, expect }) => {
    const { data, pair, onTheAir, file } = home;
    home.written();
    onTheAir();
    const ble = ['ble', '--address', BUTTON, '--kind', 'smoke', '--seconds', '15', ...file];
    expect((await pair([...ble, '--check-in', 'soon'])).stderr).toContain('"soon" is no number of minutes');
    expect(await pair(ble)).toMatchObject({ code: 0 });
    expect((await readRegistry(data)).devices).toMatchObject([{ id: 'smoke-1', options: { checkInMinutes: 1440 } }]);
  });

  it('names a device that speaks and is not understood, and does not pair it', async ({ home, expect }) => {
    const { data, pair, pty, file } = home;
    home.written();
    const end = repeat(200, () => {
      // A MiBeacon of version 1, from before what is documented.
      const fields = Uint8Array.of(12, 0x16, 0x95, 0xfe, 0x40, 0x10, 0, 0, 1, 0x15, 0x10, 1, 1);
      pty.controller.advertise({ address: BUTTON, type: 3, fields, rssi: -50 });
    });
    expect(await home.near(1, file)).toMatchObject([{ driver: 'mibeacon', odd: 'unknown-version 1' }]);
    const said = await pair(['ble', '--address', BUTTON, '--kind', 'smoke', '--seconds', '5', ...file]);
    end();
    expect(said.stderr).toContain('Heard from it, and not understood: unknown-version 1');
    expect(said.stderr).toContain('nothing of what it says is understood here; it is not paired');
    expect(said).toMatchObject({ code: 1, stdout: '' });
    expect((await readRegistry(data)).devices).toEqual([]);
  });

  it('says what is wrong: nothing near, no key, a missing adapter, wrong use', async ({ home, expect }) => {
    const { data, pair, pty, onTheAir, file } = home;
    home.written();
    const none = await pair(['ble', '--seconds', '2', ...file]);
    expect(none).toMatchObject({ code: 1 });
    expect(none.stderr).toContain('Nothing was found');
    onTheAir();
    const noKey = await pair(['ble', '--address', THERMOMETER, '--seconds', '10', ...file]);
    expect(noKey.stderr).toContain('give its bind key with --bindkey FILE');
    await pty.unplug();
    const missing = await pair(['ble', '--seconds', '6', ...file], '', { LC_ALL: 'zh_CN.UTF-8' });
    expect(missing.stderr).toContain('蓝牙适配器');
    const wrong = [['nonsense'], ['remove'], ['list', 'x'], ['ble', '--seconds', '0'], ['ble', '--bindkey', '-']];
    const said = await Promise.all(wrong.map((args) => pair(args)));
    expect(said.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    expect(existsSync(join(data, 'registry.json'))).toBe(false);
  });
});
