// `hearthward doctor` from outside: a box with troubles, one with a running gateway, and one whose disk hangs.

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { stringify } from 'yaml';
import type { Finding } from '#contract/diagnosis.ts';
import { buildSlowDisk } from '#fakes/slow-disk.ts';
import { startVerb } from '#fakes/verb.ts';
import { partIn } from '#src/cli/doctor/process.ts';
import { systemClock } from '#src/clock/system.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { simulatedLines } from '#src/sim/lines.ts';
import { command, hearthward, inFolder, readNdjson, TRACE } from './cli.ts';
import { find, hurried, verdicts } from './doctor.ts';

const doctor = async (args: string[], env: object = {}) => {
  const said = await hearthward(['doctor', '--json', ...args], { env });
  return { ...said, all: findingsIn(said.stdout) };
};
/** Without the line that ends a part. */
const findingsIn = (text: string): Finding[] =>
  readNdjson(text).filter((line) => !('begun' in line || 'done' in line)) as unknown as Finding[];
const order = ['bad', 'warn', 'unknown', 'good'];
const SECRET = 'correct-horse-battery';

const yaml = (parts: object = {}) =>
  stringify({ home: { timezone: 'UTC', language: 'en' }, uplinks: [], devices: [], ...parts });
const troubled = yaml({
  gateway: { tenant: 'district', id: 'home-1' },
  uplinks: [{ channel: 'main', url: 'mqtts://127.0.0.1:1', username: 'home-1' }],
  devices: [
    {
      id: 'gas-1',
      driver: 'winsen-gas',
      kind: 'gas',
      room: 'kitchen',
      port: '/dev/serial/by-id/usb-None',
      model: 'zc-lel',
    },
  ],
});

/** Everything in a folder, with what would change if somebody touched it. */
const picture = (folder: string) =>
  readdirSync(folder)
    .sort()
    .map((name) => {
      const { mode, size, mtimeMs, ino } = statSync(join(folder, name));
      return { name, mode, size, mtimeMs, ino };
    });

describe.concurrent('a box with troubles', () => {
  it('is told bad things first, each with what to do; exit 1; nothing changed, no secret told', async ({ expect }) => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'g.yaml'), troubled);
      writeFileSync(join(folder, 'main.password'), SECRET, { mode: 0o600 });
      const before = picture(folder);
      const args = ['--config', join(folder, 'g.yaml'), '--data', folder, '--secrets', folder];
      const { code, stdout, stderr, all } = await doctor(args);
      expect(code).toBe(1);
      expect(verdicts(all)).toMatchObject({
        'serial:/dev/serial/by-id/usb-None': 'bad',
        'broker:main:tcp': 'bad',
        gateway: 'bad',
        program: 'good',
        'config:devices': 'warn',
      });
      const places = all.map(({ ok }) => order.indexOf(ok));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      for (const { ok, what, todo } of all) {
        expect(what.en).not.toBe('');
        expect(what['zh-CN']).toMatch(/[\u4e00-\u9fff]|^Node/);
        if (ok === 'bad') expect(todo?.en).toBeTruthy();
      }
      expect(stdout + stderr).not.toContain(SECRET);
      expect(stderr).not.toMatch(TRACE);
      expect(picture(folder)).toEqual(before);
    });
  });

  it('is described for a person, in the language of the terminal', async ({ expect }) => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'g.yaml'), troubled);
      const args = ['doctor', '--part', 'devices', '--config', join(folder, 'g.yaml')];
      const [english, chinese] = await Promise.all([
        hearthward(args, { env: { LC_ALL: 'C.UTF-8' } }),
        hearthward(args, { env: { LC_ALL: 'zh_CN.UTF-8' } }),
      ]);
      expect(english.stdout).toMatch(/^BAD .*\/dev\/serial\/by-id\/usb-None of gas-1 is not there/m);
      expect(english.stdout).toMatch(/^ {6}-> Plug the adapter in/m);
      expect(english.stderr).toMatch(/^\d+ bad, \d+ to look at, \d+ unknown, \d+ good$/m);
      expect(chinese.stdout).toMatch(/^故障 .*usb-None 不存在/m);
      expect(chinese.stderr).toMatch(/^故障 \d+ 项/m);
    });
  });

  it('whose config has faults: all of them', async ({ expect }) => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'g.yaml'), 'home:\n  timezone: Mars/Base\n  language: fr\n');
      const { code, all } = await doctor(['--part', 'config', '--config', join(folder, 'g.yaml')]);
      expect(code).toBe(1);
      expect(verdicts(all)).toEqual({ 'config:home.timezone': 'bad', 'config:home.language': 'bad' });
    });
  });

  it('whose config cannot be used: what needs it is unknown, or goes by the last good one', async ({ expect }) => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'g.yaml'), 'home: [');
      const args = ['--part', 'devices', '--config', join(folder, 'g.yaml'), '--data', folder];
      expect(verdicts((await doctor(args)).all)).toEqual({ devices: 'unknown' });
      writeFileSync(join(folder, 'config.last-good.yaml'), troubled);
      expect(verdicts((await doctor(args)).all)).toEqual({ 'serial:/dev/serial/by-id/usb-None': 'bad' });
    });
  });

  it('of which nothing is given is looked at as far as it goes', async ({ expect }) => {
    const { code, all, stderr } = await doctor([]);
    // On a busy machine it says what it still looks at.
    expect(stderr.replaceAll(/^still looking at .* …\n/gm, '')).toBe('');
    expect(code).toBe(all.some(({ ok }) => ok === 'bad') ? 1 : 0);
    const ids = all.map(({ id }) => id.split(':')[0]);
    expect(ids).toContain('program');
    for (const id of ['disk', 'data', 'gateway', 'config', 'broker', 'serial', 'gpio']) expect(ids).not.toContain(id);
  });

  it('is asked for a part that there is not', async ({ expect }) => {
    const { code, stderr } = await hearthward(['doctor', '--part', 'soul']);
    expect(code).toBe(2);
    expect(stderr).toContain('--part: "soul" is none of machine, config, devices, disk, data, broker');
  });
});

describe('a read-only file system', () => {
  it('is bad: nothing can be stored', async ({ expect }) => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      mkdirSync(data, { mode: 0o700 });
      // A tmpfs in a mount namespace of its own: it goes with the shell.
      const child = spawn(
        'unshare',
        [
          '-m',
          'sh',
          '-c',
          `mount -t tmpfs -o ro none "$1" && shift && exec "$@"`,
          'sh',
          data,
          ...command,
          'doctor',
          '--json',
          '--part',
          'disk',
          '--data',
          data,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      const code = await new Promise((resolve) => child.once('close', resolve));
      const all = findingsIn(text);
      expect(verdicts(all)).toMatchObject({ 'disk:filesystem': 'bad', 'disk:write': 'bad' });
      expect(find(all, 'disk:write').facts).toEqual({ code: 'EROFS' });
      expect(code).toBe(1);
    });
  });
});

describe('a box with a gateway', () => {
  it('that runs, with an open alert; then one that was killed, of which only copies are read', async ({ expect }) => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const chip = await simulatedLines({ socketPath: join(folder, 'chip'), lines: ['HELP'], clock: systemClock() });
      const file = join(folder, 'g.yaml');
      writeFileSync(
        file,
        yaml({
          devices: [
            { id: 'help-1', driver: 'gpio-input', kind: 'help-button', chip: `sim:${folder}/chip`, line: 'HELP' },
            { id: 'gas-1', driver: 'winsen-gas', kind: 'gas', port: '/dev/serial/by-id/usb-None', model: 'zc-lel' },
          ],
        }),
      );
      const gateway = startVerb(['run', '--config', file, '--data', data]);
      try {
        await gateway.waitFor({ event: 'armed' });
        chip.set('HELP', false);
        await gateway.waitFor({ event: 'registered' });
        const args = ['--config', file, '--data', data];
        const running = await doctor(args);
        expect(running.stderr).not.toMatch(TRACE);
        expect(find(running.all, 'gateway')).toMatchObject({ ok: 'good', facts: { pid: gateway.child.pid } });
        expect(find(running.all, 'user').facts).toMatchObject({ as: 'gateway', gatewayPid: gateway.child.pid });
        expect(running.all.filter(({ id }) => id.startsWith('alert:'))).toMatchObject([
          { ok: 'warn', facts: { hazard: 'help' } },
        ]);
        expect(find(running.all, 'gateway:answers')).toMatchObject({ ok: 'good', facts: { armed: true } });
        const fault = 'fault:serial-port-lost@device:gas-1';
        expect(verdicts(running.all)).toMatchObject({ [fault]: 'warn' });

        // Stopped in its tracks, it is known by what it wrote, within a second or so.
        gateway.child.kill('SIGSTOP');
        const stopped = verdicts((await doctor(['--part', 'data', ...args])).all);
        gateway.child.kill('SIGCONT');
        expect(stopped).toMatchObject({ 'gateway:answers': 'bad', [fault]: 'warn' });

        await gateway.kill();
        const before = picture(data);
        const dead = await doctor(['--part', 'data', ...args]);
        expect(find(dead.all, 'gateway')).toMatchObject({ ok: 'bad', facts: { pid: null } });
        expect(dead.all.filter(({ id }) => id.startsWith('alert:'))).toHaveLength(1);
        rmSync(join(data, 'journal.db-shm'), { force: true });
        const bare = picture(data);
        expect(
          (await doctor(['--part', 'data', ...args])).all.filter(({ id }) => id.startsWith('alert:')),
        ).toHaveLength(1);
        expect(picture(data)).toEqual(bare);
        expect(bare.filter(({ name }) => name !== 'journal.db-shm')).toEqual(
          before.filter(({ name }) => name !== 'journal.db-shm'),
        );

        writeFileSync(join(data, 'journal.db'), readFileSync(join(data, 'journal.db')).subarray(0, 5_000).fill(7, 100));
        expect(find((await doctor(['--part', 'data', ...args])).all, 'journal').ok).toBe('bad');
      } finally {
        await gateway.kill();
        await chip.close();
      }
    });
  });
});

describe.concurrent('a disk that hangs', () => {
  it('is given up after a while; the other checks are told, and doctor ends', async ({ expect }) => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      mkdirSync(data, { mode: 0o700 });
      // The trial file has no name any more when it is written.
      const disk = buildSlowDisk(join(folder, 'library'), [' (deleted)']);
      disk.hold();
      const { code, all, stderr } = await doctor(['--data', data], disk.env);
      expect(verdicts(all)).toMatchObject({ 'disk:write': 'unknown', disk: 'good', program: 'good' });
      expect(find(all, 'disk:write').what.en).toBe('how fast the disk writes: no answer within 5 s');
      expect(stderr).toContain('still looking at how fast the disk writes …');
      expect(code).toBe(1);
    });
  });

  it('is not taken for one where the program takes long to load', async ({ expect }) => {
    await inFolder(async (folder) => {
      const slow = join(folder, 'slow.mjs');
      const go = join(folder, 'go');
      writeFileSync(
        slow,
        `import { existsSync } from 'node:fs';
        while (!existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 5));
        for (const line of [{ part: 'data', begun: true }, { id: 'data', ok: 'good', what: {}, facts: {} }, { part: 'data', done: true }]) console.log(JSON.stringify(line));
        setInterval(() => {}, 1e9);`,
      );
      const clock = virtualClock();
      const options = { config: undefined, data: folder, secrets: undefined, noLogin: false };
      const part = partIn([process.execPath, slow], 'data', options, clock, () => undefined, undefined);
      clock.advance(50_000);
      writeFileSync(go, '');
      expect(verdicts(await part)).toEqual({ data: 'good' });
    });
  });

  it('under everything: the part is given up whole', async ({ expect }) => {
    await inFolder(async (folder) => {
      const stuck = join(folder, 'stuck.mjs');
      writeFileSync(stuck, 'setInterval(() => {}, 1e9);');
      const progress: string[] = [];
      const options = { config: undefined, data: folder, secrets: undefined, noLogin: false };
      const all = await partIn(
        [process.execPath, stuck],
        'data',
        options,
        hurried,
        (line) => progress.push(line),
        undefined,
      );
      expect(verdicts(all)).toEqual({ data: 'unknown' });
      writeFileSync(stuck, 'process.stdout.write("nonsense\\n"); throw new Error("a defect");');
      const crashed = await partIn(
        [process.execPath, stuck],
        'data',
        options,
        systemClock(),
        () => undefined,
        undefined,
      );
      expect(crashed).toMatchObject([{ id: 'data', ok: 'unknown', facts: { end: 1 } }]);
    });
  });
});
