// GPIO lines as doctor sees them where the kernel's sysfs serves them: a tree of files, as the kernel would show it.

import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LinkDown } from '#contract/transport.ts';
import { throughSysfs } from '#src/transports/gpio/diagnosis/sysfs.ts';
import { box, find, verdicts } from './doctor.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-sysfs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('GPIO lines through sysfs', () => {
  const noDevice = { reason: 'missing', detail: 'the kernel shows no GPIO chip' } as const;
  const wired = { device: 'help-1', chip: 'pinctrl-rp1', line: '17', pulled: false };
  beforeEach(() => {
    const chip = join(folder, 'sys/class/gpio/gpiochip512');
    mkdirSync(chip, { recursive: true });
    for (const [file, text] of Object.entries({ base: '512', ngpio: '54', label: 'pinctrl-rp1' }))
      writeFileSync(join(chip, file), `${text}\n`);
    mkdirSync(join(folder, 'proc/sys/kernel/random'), { recursive: true });
    writeFileSync(join(folder, 'proc/sys/kernel/random/boot_id'), 'this-boot\n');
  });
  const look = async (line = wired, device: LinkDown = noDevice) =>
    throughSysfs(box({ root: folder, dataDir: folder }), [line], device);
  const exported = 'sys/class/gpio/gpio529';

  it('are there, and it is said why they go that way', async () => {
    const all = await look();
    expect(verdicts(all)).toEqual({ 'gpio:sysfs': 'good', 'gpio:help-1:17': 'good' });
    expect(find(all, 'gpio:sysfs').what.en).toContain('the kernel shows no GPIO chip');
    expect(find(all, 'gpio:help-1:17').facts).toMatchObject({
      number: 529,
      kernelChip: 'gpiochip512',
      exported: false,
    });
  });

  it('want a look where the character device is there and only its tools are missing', async () => {
    mkdirSync(join(folder, 'dev'));
    writeFileSync(join(folder, 'dev/gpiochip0'), '');
    const all = await look(wired, { reason: 'tool-missing', detail: 'gpiodetect: not found' });
    expect(find(all, 'gpio:sysfs')).toMatchObject({ ok: 'warn', facts: { backEnd: 'sysfs', devices: ['gpiochip0'] } });
    expect(find(all, 'gpio:sysfs').todo?.en).toContain('apt install gpiod');
  });

  it('that somebody has exported are not taken for the gateway’s', async () => {
    mkdirSync(join(folder, exported));
    const all = await look();
    expect(find(all, 'gpio:help-1:17')).toMatchObject({ ok: 'bad' });
    expect(find(all, 'gpio:help-1:17').todo?.en).toContain('echo 529 > /sys/class/gpio/unexport');
    const inode = `${statSync(join(folder, exported)).ino}`;
    writeFileSync(join(folder, 'gpio-exports.json'), JSON.stringify({ bootId: 'this-boot', lines: { 529: inode } }));
    expect((await look()).at(-1)).toMatchObject({ ok: 'good' });
    writeFileSync(join(folder, 'gpio-exports.json'), JSON.stringify({ bootId: 'this-boot', lines: { 529: '1' } }));
    expect((await look()).at(-1)).toMatchObject({ ok: 'bad' });
    writeFileSync(join(folder, 'gpio-exports.json'), JSON.stringify({ bootId: 'another', lines: { 529: inode } }));
    expect((await look()).at(-1)).toMatchObject({ ok: 'bad' });
  });

  it('that ask for a pull resistor, or are not there: what to write', async () => {
    const [, pulled] = await look({ ...wired, pulled: true });
    expect(pulled).toMatchObject({ ok: 'bad' });
    expect(pulled?.todo?.en).toContain('bias: as-is');
    const [, named] = await look({ ...wired, line: 'GPIO17' });
    expect(named?.what.en).toContain('give the offset');
  });
});
