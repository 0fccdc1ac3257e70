// The machine, its disk and its clock as doctor reads them: from recorded trees, and from real file systems where there are.

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '#contract/diagnosis.ts';
import { fileSystem, space, wear, writing } from '#src/cli/doctor/disk.ts';
import { memory, power, time } from '#src/cli/doctor/machine.ts';
import { mountOf, parseMounts } from '#src/cli/doctor/mounts.ts';
import { defaultRoutes4, defaultRoutes6, network } from '#src/cli/doctor/network.ts';
import { parseLocks } from '#src/cli/doctor/processes.ts';
import { runChecks } from '#src/cli/doctor/run.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { directory } from '#src/store/diagnosis/index.ts';
import { box, find, findings, hurried, verdicts } from './doctor.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doctor-box-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Files of a box, by path. */
function tree(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
}

describe('a Raspberry Pi', () => {
  const pi = (throttled: string, millidegrees: string) =>
    tree({
      '/sys/devices/platform/soc/soc:firmware/get_throttled': throttled,
      '/sys/class/thermal/thermal_zone0/temp': millidegrees,
      '/sys/class/thermal/cooling_device0/cur_state': '0',
    });

  it.each([
    ['0', '48312', { power: 'good', heat: 'good' }],
    ['50005', '61000', { power: 'bad', heat: 'warn' }],
    ['10000', '76000', { power: 'warn', heat: 'warn' }],
    ['e0008', '86000', { power: 'good', heat: 'bad' }],
  ])('with the flags %s at %s m°C', async (flags, heat, expected) => {
    pi(flags, heat);
    expect(verdicts(await findings([power], box({ root })))).toEqual(expected);
  });

  it('with a new kernel, which tells the low voltage as an alarm only', async () => {
    tree({ '/sys/class/hwmon/hwmon1/name': 'rpi_volt', '/sys/class/hwmon/hwmon1/in0_lcrit_alarm': '1' });
    expect(verdicts(await findings([power], box({ root })))).toEqual({ power: 'bad' });
  });

  it('is nothing to say of on a machine that has no such sensors', async () => {
    expect(await findings([power], box({ root }))).toEqual([]);
  });
});

describe('memory', () => {
  const info = (available: number) => `MemTotal:         945364 kB\nMemAvailable:     ${available} kB`;
  it.each([
    [700_000, 0, 'good'],
    [150_000, 0, 'warn'],
    [700_000, 3, 'warn'],
    [20_000, 0, 'bad'],
  ])('%s kB available, %s ended by the kernel', async (available, killed, ok) => {
    tree({ '/proc/meminfo': info(available), '/proc/vmstat': `pgfault 1\noom_kill ${killed}` });
    expect(verdicts(await findings([memory], box({ root })))).toEqual({ memory: ok });
  });
  it('that the kernel does not tell is unknown', async () => {
    expect(verdicts(await findings([memory], box({ root })))).toEqual({ memory: 'unknown' });
  });
});

describe('the clock', () => {
  const at = (wall: number, wallTrusted: boolean) => virtualClock({ wall, wallTrusted });
  const NOON = 1_790_000_000_000;
  it('that is set, with a battery', async () => {
    tree({ '/sys/class/rtc/rtc0/since_epoch': `${NOON / 1_000}` });
    expect(verdicts(await findings([time], box({ root, clock: at(NOON, true) })))).toEqual({
      clock: 'good',
      'clock:battery': 'good',
    });
  });
  it('whose battery clock is an hour off', async () => {
    tree({ '/sys/class/rtc/rtc0/since_epoch': `${NOON / 1_000 - 3_600}` });
    expect(find(await findings([time], box({ root, clock: at(NOON, true) })), 'clock:battery').todo?.en).toContain(
      'hwclock',
    );
  });
  it('that was never set, and has no battery', async () => {
    expect(verdicts(await findings([time], box({ root, clock: at(NOON, false) })))).toEqual({
      clock: 'warn',
      'clock:battery': 'warn',
    });
  });
  it('that is behind what the gateway stored', async () => {
    writeFileSync(join(root, 'journal.db'), '');
    utimesSync(join(root, 'journal.db'), NOON / 1_000, NOON / 1_000);
    const all = await findings([time], box({ root, dataDir: root, clock: at(NOON - 86_400_000, true) }));
    expect(find(all, 'clock')).toMatchObject({ ok: 'bad', facts: { latestFile: NOON } });
  });
});

describe('the network', () => {
  const resolv = { '/etc/resolv.conf': 'nameserver 192.168.1.1\n# nameserver 9.9.9.9' };
  const cable = (carrier: string) => ({
    '/sys/class/net/eth0/operstate': 'up',
    '/sys/class/net/eth0/carrier': carrier,
  });
  const HEAD = 'Iface\tDestination\tGateway \tFlags';

  it('with a way out and a name server', async () => {
    tree({ ...cable('1'), ...resolv, '/proc/net/route': `${HEAD}\neth0\t00000000\t0101A8C0\t0003\t0` });
    const all = await findings([network], box({ root }));
    expect(verdicts(all)).toEqual({ network: 'good', 'network:names': 'good' });
    expect(find(all, 'network').what.en).toBe('The way out is by eth0 (192.168.1.1)');
    expect(find(all, 'network:names').facts).toEqual({ servers: ['192.168.1.1'] });
  });
  it('without a cable, and with one but no addresses', async () => {
    tree(cable('0'));
    expect(find(await findings([network], box({ root })), 'network').what.en).toMatch(/No network cable/);
    tree(cable('1'));
    const all = await findings([network], box({ root }));
    expect(verdicts(all)).toEqual({ network: 'bad', 'network:names': 'warn' });
    expect(find(all, 'network').what.en).toMatch(/eth0 has no default route/);
  });
  it('whose names are asked through systemd-resolved', async () => {
    tree({ '/etc/resolv.conf': 'nameserver 127.0.0.53', '/run/systemd/resolve/resolv.conf': 'nameserver 10.0.0.1' });
    expect(find(await findings([network], box({ root })), 'network:names').facts).toEqual({ servers: ['10.0.0.1'] });
  });
  it('over IPv6 only', () => {
    const route = `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fd000000000000000000000000000001 00000400 00000003 00000000 00000003     eth0`;
    expect(defaultRoutes6(route)).toEqual([{ by: 'eth0', via: 'fd00:0000:0000:0000:0000:0000:0000:0001' }]);
    expect(defaultRoutes6(route.replace('eth0', 'lo'))).toEqual([]);
  });
});

describe('the card', () => {
  const SD = '179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw';
  const card = (device: Record<string, string>, mount = SD) => {
    tree({ '/proc/self/mountinfo': `26 1 ${mount}` });
    for (const [name, text] of Object.entries(device)) tree({ [`/sys/devices/mmc0/mmcblk0/device/${name}`]: text });
    mkdirSync(join(root, '/sys/devices/mmc0/mmcblk0/mmcblk0p2'), { recursive: true });
    mkdirSync(join(root, '/sys/dev/block'), { recursive: true });
    symlinkSync('../../devices/mmc0/mmcblk0/mmcblk0p2', join(root, '/sys/dev/block/179:2'));
  };
  const emmc = { type: 'MMC', name: 'BJTD4R', date: '04/2023' };

  it.each<[string, Record<string, string>, string, RegExp]>([
    ['new', { ...emmc, life_time: '0x01 0x01', pre_eol_info: '0x01' }, 'good', /10 % of its life/],
    ['nearly used up', { ...emmc, life_time: '0x02 0x09', pre_eol_info: '0x01' }, 'warn', /90 %/],
    ['out of spare blocks', { ...emmc, life_time: '0x01 0x01', pre_eol_info: '0x03' }, 'bad', /10 %/],
    ['beyond its life', { ...emmc, life_time: '0x0b 0x04', pre_eol_info: '0x02' }, 'bad', /more than 100 %/],
    [
      'an SD card, which does not tell',
      { type: 'SD', name: 'SC32G', date: '06/2021' },
      'unknown',
      /SD SC32G, made 06\/2021: it does not tell/,
    ],
  ])('%s', async (_, device, ok, words) => {
    card(device);
    const [found] = await findings([wear], box({ root, dataDir: '/var/lib/hearthward' }));
    expect(found).toMatchObject({ id: 'disk:wear', ok, what: { en: expect.stringMatching(words) } });
  });

  it('whose file system has noted errors', async () => {
    card({});
    tree({ '/sys/fs/ext4/mmcblk0p2/errors_count': '4' });
    const all = await findings([fileSystem], box({ root, dataDir: '/' }));
    expect(verdicts(all)).toEqual({ 'disk:filesystem': 'good', 'disk:errors': 'bad' });
  });

  it.each([
    ['179:2 / / ro,noatime - ext4 /dev/root ro', 'bad', /read-only/],
    ['0:22 / / rw - tmpfs tmpfs rw,size=1k', 'bad', /is memory/],
    [
      '0:22 / / rw - overlay overlayroot rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay',
      'bad',
      /is memory/,
    ],
    ['0:41 / / rw - nfs4 nas:/home rw', 'bad', /on the network/],
    ['8:1 / / rw - vfat /dev/sda1 rw', 'warn', /tear files/],
    ['8:1 / / rw - ext4 /dev/sda1 rw,nobarrier', 'warn', /nobarrier/],
    ['8:1 / / rw,noatime - ext4 /dev/sda1 rw,errors=remount-ro', 'good', /ext4/],
  ])('mounted as %s', async (mount, ok, words) => {
    tree({ '/proc/self/mountinfo': `26 1 ${mount}` });
    const [found] = await findings([fileSystem], box({ root, dataDir: '/' }));
    expect(found).toMatchObject({ ok, what: { en: expect.stringMatching(words) } });
  });

  it('is the one of the deepest mount, the last where two lie over each other', async () => {
    tree({
      '/proc/self/mountinfo': [
        '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
        `2 1 8:2 / ${root.replaceAll(' ', '\\040')} rw - ext4 /dev/sda2 rw`,
        `3 2 8:3 / ${root} rw - btrfs /dev/sda3 rw`,
        `4 1 8:4 / ${root}er rw - ext4 /dev/sda4 rw`,
      ].join('\n'),
    });
    expect((await mountOf(box({ root }), join(root, 'not/there/yet')))?.device).toBe('8:3');
  });
});

describe('a real disk', () => {
  it('has room, and takes a small write that leaves nothing behind', async () => {
    const all = await findings([space, writing], box({ dataDir: root }));
    expect(verdicts(all)).toMatchObject({ 'disk:write': 'good' });
    expect(find(all, 'disk').facts.freeMb).toBeGreaterThan(0);
    expect(readdirSync(root)).toEqual([]);
  });
  it('whose data directory others may look into, and with a damaged file set aside', async () => {
    for (const name of ['journal.db', 'journal.db.damaged-2026-01-01'])
      writeFileSync(join(root, name), 'x', { mode: 0o644 });
    chmodSync(root, 0o755);
    expect(verdicts(await findings([directory], box({ dataDir: root })))).toMatchObject({
      data: 'warn',
      'data:damaged': 'warn',
    });
    chmodSync(root, 0o700);
    expect(verdicts(await findings([directory], box({ dataDir: root })))).toMatchObject({ data: 'good' });
  });
  it('without the directory', async () => {
    expect(verdicts(await findings([directory], box({ dataDir: join(root, 'no') })))).toEqual({ data: 'bad' });
  });
});

describe('checks', () => {
  const title = { en: 'it', 'zh-CN': '它' };
  it('cannot harm each other: one throws, one hangs, one is good', async () => {
    const all: Finding[] = [];
    const slow: string[] = [];
    await runChecks(
      [
        { id: 'a', title, run: () => Promise.reject(new Error('EIO: i/o error')) },
        { id: 'b', title, run: () => new Promise(() => undefined) },
        {
          id: 'c',
          title,
          run: async () => {
            throw 'a word';
          },
        },
        { id: 'd', title, run: async () => [{ id: 'd', ok: 'good', what: title, facts: {} }] },
      ],
      box({ clock: hurried }),
      (finding) => all.push(finding),
      ({ en }) => slow.push(en),
    );
    expect(verdicts(all)).toEqual({ a: 'unknown', b: 'unknown', c: 'unknown', d: 'good' });
    expect(find(all, 'a').what.en).toContain('EIO: i/o error');
    expect(find(all, 'b').what.en).toBe('it: no answer within 10 s');
    expect(slow).toEqual(['it']);
  });
});

describe('whatever the kernel prints', () => {
  it('is read or left', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseLocks(text);
        parseMounts(text);
        defaultRoutes4(text);
        defaultRoutes6(text);
      }),
    );
  });
  it('locks for writing only, with the device as stat() has it', () => {
    const text = [
      '1: POSIX  ADVISORY  WRITE 11058 fe:00:2279218 120 120',
      '2: POSIX  ADVISORY  READ 11058 fe:00:7 124 124',
      '2: -> POSIX  ADVISORY  WRITE 99 fe:00:8 0 EOF',
      '3: FLOCK  ADVISORY  WRITE 1 b3:02:9 0 EOF',
    ].join('\n');
    expect(parseLocks(text)).toEqual([{ pid: 11058, device: 0xfe00, inode: 2279218 }]);
  });
});
