// Which of the kernel's interfaces serves the lines: the choice, what is said where there is none, and moving from one to
// the other.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LinkDown, LinkEvents } from '#contract/transport.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { type BackEnd, type Chooser, choose, switching } from '#src/transports/gpio/choice.ts';
import type { Dialect } from '#src/transports/gpio/dialect.ts';
import { dialectOf } from '#src/transports/gpio/dialect.ts';
import { linkError } from '#src/transports/gpio/errors.ts';
import { NO_CHIP } from '#src/transports/gpio/locate.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const down = (reason: LinkDown['reason'], detail: string): LinkDown => ({ reason, detail });

/** A box: what gpiodetect prints (an Error where the tools are missing), and what sysfs lacks. */
function box(gpiodetect: { stdout?: string; stderr?: string } | Error, offered?: LinkDown, loaded?: LinkDown): Chooser {
  const notLoaded = vi.fn(async () => loaded);
  return {
    tools: {
      dialect: async () => {
        if (gpiodetect instanceof Error) throw gpiodetect;
        return dialectOf('(libgpiod) v2.2.1') as Dialect;
      },
      hear: async () => ({ stdout: '', stderr: '', end: 0, ...(gpiodetect instanceof Error ? {} : gpiodetect) }),
      run: async () => '',
      start: () => {
        throw new Error('nothing is started to choose');
      },
    },
    sysfs: { notOffered: () => offered, notLoaded },
  };
}
const good = { stdout: 'gpiochip0 [pinctrl-rp1] (54 lines)\n' };
const noTools = linkError('tool-missing', 'gpiodetect: spawn gpiodetect ENOENT');
const denied = { stderr: "gpiodetect: unable to open chip '/dev/gpiochip0': Permission denied" };
const noSysfs = down('missing', 'the kernel has no /sys/class/gpio');
const noOnoff = down('tool-missing', 'the package onoff is not installed');

describe('the choice', () => {
  it('is the character device wherever it can be used, and then onoff is not even loaded', async () => {
    for (const offered of [undefined, noSysfs]) {
      const chooser = box(good, offered);
      expect(await choose(chooser)).toEqual({ backEnd: 'device', sysfs: offered });
      expect(await choose(chooser, 'sysfs')).toEqual({ backEnd: 'device', sysfs: undefined });
      expect(chooser.sysfs.notLoaded).not.toHaveBeenCalled();
    }
  });

  it.each([
    ['the tools are missing', noTools, { reason: 'tool-missing' }],
    ['there is no device', {}, down('missing', NO_CHIP)],
    ['there is no right to it', denied, { reason: 'denied' }],
  ])('is sysfs where %s', async (_, gpiodetect, device) => {
    expect(await choose(box(gpiodetect))).toMatchObject({ backEnd: 'sysfs', device });
  });

  it.each([
    ['the kernel has none', noSysfs, undefined, noSysfs],
    ['onoff is missing', undefined, noOnoff, noOnoff],
  ])('says why sysfs cannot stand in: %s', async (_, offered, loaded, sysfs) => {
    expect(await choose(box(noTools, offered, loaded))).toEqual({ backEnd: 'device', sysfs });
  });

  it('stays where it is while neither can be used: an unplugged chip is no reason to move', async () => {
    expect(await choose(box(noTools, noSysfs), 'sysfs')).toMatchObject({ backEnd: 'sysfs' });
    expect(await choose(box(noTools, undefined, noOnoff), 'sysfs')).toMatchObject({ backEnd: 'sysfs' });
  });
});

describe('a link on the chosen back-end', () => {
  function rig(first: BackEnd = 'device', sysfs: LinkDown | undefined = undefined) {
    const clock = virtualClock();
    let backEnd = first;
    const opened: { backEnd: BackEnd; events: LinkEvents; closed: boolean }[] = [];
    const told: string[] = [];
    const asked: (BackEnd | undefined)[] = [];
    const link = switching(
      {
        clock,
        choose: async (now) => {
          asked.push(now);
          return backEnd === 'device' ? { backEnd, sysfs } : { backEnd, device: down('denied', 'no right') };
        },
      },
      {
        up: () => void told.push('up'),
        down: ({ reason, detail }: LinkDown) => void told.push(`${reason}: ${detail}`),
      },
      ({ backEnd }, events) => {
        const mine = { backEnd, events, closed: false };
        opened.push(mine);
        return {
          close: async () => {
            mine.closed = true;
          },
        };
      },
    );
    const choose = (other: BackEnd) => {
      backEnd = other;
    };
    const now = () => opened.at(-1) as (typeof opened)[number];
    return { clock, link, opened, told, asked, now, choose };
  }

  it('says of both what is missing, where neither can be used', async () => {
    const { link, now, told } = rig('device', noSysfs);
    await turn();
    now().events.down(down('tool-missing', 'gpiodetect: not found'));
    expect(told).toEqual(['tool-missing: gpiodetect: not found; and in its place: the kernel has no /sys/class/gpio']);
    await link.close();
  });

  it('says of a line that is not there, or held, only that', async () => {
    const { link, now, told } = rig('device', noSysfs);
    await turn();
    now().events.down(down('missing', 'chip "a" has no line "b"'));
    now().events.down(down('busy', 'held by "spi0"'));
    now().events.down(down('missing', NO_CHIP));
    expect(told).toEqual([
      'missing: chip "a" has no line "b"',
      'busy: held by "spi0"',
      `missing: ${NO_CHIP}; and in its place: the kernel has no /sys/class/gpio`,
    ]);
    await link.close();
  });

  it('moves only while it is down, every 10 s anew, and closes what it leaves', async () => {
    const { clock, link, opened, told, asked, now, choose } = rig();
    await turn();
    now().events.up();
    choose('sysfs');
    clock.advance(60_000);
    await turn();
    expect(asked).toEqual([undefined]);
    now().events.down(down('tool-missing', 'gone'));
    await turn();
    clock.advance(9_999);
    await turn();
    expect(opened).toHaveLength(1);
    clock.advance(1);
    await turn();
    expect(opened.map(({ backEnd, closed }) => [backEnd, closed])).toEqual([
      ['device', true],
      ['sysfs', false],
    ]);
    now().events.up();
    expect(told).toEqual(['up', 'tool-missing: gone', 'up']);
    await link.close();
    expect(now().closed).toBe(true);
    now().events.down(down('lost', 'after the end'));
    expect(told).toHaveLength(3);
    expect(clock.waiting()).toEqual([]);
  });

  it('stays, and goes on asking, while the choice falls the same', async () => {
    const { clock, link, opened, asked, now } = rig('sysfs');
    await turn();
    now().events.down(down('missing', 'unplugged'));
    for (let asks = 1; asks <= 3; asks += 1) {
      await turn();
      clock.advance(10_000);
      await turn();
    }
    expect(asked).toEqual([undefined, 'sysfs', 'sysfs', 'sysfs']);
    expect(opened).toHaveLength(1);
    await link.close();
    expect(clock.waiting()).toEqual([]);
  });

  it('can be closed before anything was chosen', async () => {
    const { link, opened } = rig();
    await link.close();
    await turn();
    expect(opened).toEqual([]);
    await expect(link.link()).rejects.toBeDefined();
  });
});

describe('onoff', () => {
  const root = join(import.meta.dirname, '../..');
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onoff-'));
    for (const part of ['src/contract', 'src/base', 'src/transports'])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'node_modules/zod'), join(folder, 'node_modules/zod'));
    writeFileSync(
      join(folder, 'load.ts'),
      `import { sysfsHere } from './src/transports/gpio/sysfs/index.ts';
       process.stdout.write(JSON.stringify((await sysfsHere().notLoaded()) ?? null));`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const load = () => JSON.parse(execFileSync(process.execPath, [join(folder, 'load.ts')], { encoding: 'utf8' }));

  it('is said to be missing where it is not installed', () => {
    expect(load()).toEqual({ reason: 'tool-missing', detail: expect.stringContaining('onoff is not installed') });
  });

  it('is said to be without its add-on where that is not built, with the command that builds it', () => {
    for (const name of ['onoff', 'epoll', 'bindings', 'file-uri-to-path', 'lodash.debounce'])
      cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), {
        recursive: true,
        filter: (from) => !from.includes('epoll/build'),
      });
    expect(load()).toEqual({ reason: 'tool-missing', detail: expect.stringContaining('npm run build:onoff') });
  });
});
