// What the sysfs back-end reads: chips and lines in a tree of real files, and its own note of what it has exported.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chips, findLine, notOffered } from '#src/transports/gpio/sysfs/chips.ts';
import { CLAIMS_FILE, exportClaims } from '#src/transports/gpio/sysfs/claims.ts';
import { sysfsIo } from '#src/transports/gpio/sysfs/io.ts';
import { silentLog } from './silent-log.ts';
import { sysfsKernel } from './sysfs-kernel.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sysfs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
};

describe('chips and lines in /sys/class/gpio', () => {
  function tree(...all: { base: number; label: string; lines: number; names?: string[]; parent?: string }[]) {
    for (const file of ['export', 'unexport']) writeFileSync(join(folder, file), '');
    for (const { base, label, lines, names, parent = `device-${base}` } of all) {
      const chip = join(folder, `gpiochip${base}`);
      const device = join(folder, 'devices', parent);
      mkdirSync(join(device, 'of_node'), { recursive: true });
      mkdirSync(chip);
      writeFileSync(join(chip, 'base'), `${base}\n`);
      writeFileSync(join(chip, 'ngpio'), `${lines}\n`);
      writeFileSync(join(chip, 'label'), `${label}\n`);
      if (names) writeFileSync(join(device, 'of_node/gpio-line-names'), names.map((name) => `${name}\0`).join(''));
      symlinkSync(device, join(chip, 'device'));
    }
    return sysfsIo(folder);
  }

  it('finds a line by label and offset, whatever base the kernel gave the chip', () => {
    fc.assert(
      fc.property(fc.nat(4_000), fc.integer({ min: 1, max: 60 }), fc.nat(80), (base, lines, offset) => {
        const { io } = sysfsKernel([
          { label: 'expander', base: base + 100, lines: 16 },
          { label: 'pinctrl-rp1', base, lines },
        ]);
        const found = thrownBy(() => findLine(io, { chip: 'pinctrl-rp1', line: `${offset}` }));
        if (offset < lines) expect(found).toEqual({ chip: `gpiochip${base}`, offset, number: base + offset });
        else expect(found).toMatchObject({ code: 'gpio-missing' });
      }),
    );
  });

  it('takes no number of the kernel for a line', () => {
    const io = tree({ base: 512, label: 'pinctrl-rp1', lines: 54 });
    expect(thrownBy(() => findLine(io, { chip: 'pinctrl-rp1', line: '529' }))).toMatchObject({ code: 'gpio-missing' });
    expect(thrownBy(() => findLine(io, { chip: 'gpiochip512', line: '17' }))).toMatchObject({
      code: 'gpio-missing',
      message: expect.stringContaining('there is: pinctrl-rp1'),
    });
  });

  it('knows line names where the device tree has them, and says where it has none', () => {
    const io = tree(
      { base: 512, label: 'pinctrl-rp1', lines: 4, names: ['ID_SDA', '', 'GPIO2', '3'] },
      { base: 600, label: 'nameless', lines: 4 },
    );
    expect(findLine(io, { chip: 'pinctrl-rp1', line: 'GPIO2' })).toMatchObject({ number: 514 });
    // A name comes before an offset, as with the character device.
    expect(findLine(io, { chip: 'pinctrl-rp1', line: '3' })).toMatchObject({ number: 515 });
    expect(thrownBy(() => findLine(io, { chip: 'pinctrl-rp1', line: 'GPIO9' }))).toMatchObject({
      message: 'chip "pinctrl-rp1" has no line "GPIO9"',
    });
    expect(thrownBy(() => findLine(io, { chip: 'nameless', line: 'GPIO2' }))).toMatchObject({
      code: 'gpio-missing',
      message: expect.stringContaining('give the offset'),
    });
  });

  it('does not trust a list of names that several chips share', () => {
    const io = tree(
      { base: 0, label: 'bank', lines: 4, names: ['A', 'B'], parent: 'both' },
      { base: 4, label: 'other', lines: 4, parent: 'both' },
    );
    expect(chips(io).map(({ names }) => names)).toEqual([[], []]);
  });

  it('refuses what two chips of one label both have', () => {
    const io = tree({ base: 0, label: 'twin', lines: 4 }, { base: 4, label: 'twin', lines: 2 });
    expect(thrownBy(() => findLine(io, { chip: 'twin', line: '1' }))).toMatchObject({ code: 'gpio-refused' });
    expect(findLine(io, { chip: 'twin', line: '3' })).toMatchObject({ number: 3 });
  });

  it('says what the kernel lacks', () => {
    const nothing = sysfsIo(join(folder, 'not-there'));
    expect(notOffered(nothing)).toMatchObject({
      reason: 'missing',
      detail: expect.stringContaining('CONFIG_GPIO_SYSFS'),
    });
    expect(notOffered(sysfsIo(folder))).toMatchObject({ detail: expect.stringContaining('CONFIG_GPIO_SYSFS_LEGACY') });
    const bare = tree();
    expect(notOffered(bare)).toMatchObject({ reason: 'missing', detail: expect.stringContaining('no GPIO chip') });
    const io = tree({ base: 0, label: 'a', lines: 1 });
    expect(notOffered(io)).toBeUndefined();
    expect(notOffered({ ...io, mayWrite: (path) => path !== 'export' })).toMatchObject({ reason: 'denied' });
  });
});

describe('the note of what is exported', () => {
  it('is nothing worse than empty, whatever is in the file', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        writeFileSync(join(folder, CLAIMS_FILE), text);
        const claims = exportClaims({ dir: folder, bootId: 'b', log: silentLog });
        expect(claims.isOurs(515, '7')).toBe(false);
      }),
    );
  });

  it('holds for the boot that wrote it', () => {
    exportClaims({ dir: folder, bootId: 'b', log: silentLog }).note(515, '7');
    expect(exportClaims({ dir: folder, bootId: 'b', log: silentLog }).isOurs(515, '7')).toBe(true);
    expect(exportClaims({ dir: folder, bootId: 'b', log: silentLog }).isOurs(515, '8')).toBe(false);
    expect(exportClaims({ dir: folder, bootId: 'c', log: silentLog }).isOurs(515, '7')).toBe(false);
  });

  it('says when it cannot be written, and goes on', () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const warn = vi.fn();
    const claims = exportClaims({ dir: join(file, 'below'), bootId: 'b', log: { ...silentLog, warn } });
    claims.note(515, '7');
    expect(warn).toHaveBeenCalledTimes(1);
    expect(claims.isOurs(515, '7')).toBe(true);
  });
});
