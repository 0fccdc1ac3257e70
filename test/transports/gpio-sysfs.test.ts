// The sysfs back-end against a kernel of our own making: what it asks of it, in which order, and what it says when the
// kernel refuses. Real lines and real edges: test/gpio-machine.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LineEvent, LineSpec, LinkDown } from '#contract/transport.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { findLine } from '#src/transports/gpio/sysfs/chips.ts';
import { exportClaims } from '#src/transports/gpio/sysfs/claims.ts';
import { lineExports } from '#src/transports/gpio/sysfs/exports.ts';
import { outputSysfs } from '#src/transports/gpio/sysfs/output.ts';
import { watchSysfs } from '#src/transports/gpio/sysfs/watch.ts';
import { silentLog } from './silent-log.ts';
import { type SysfsKernel, sysfsKernel } from './sysfs-kernel.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sysfs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('lines of which sysfs has the say', () => {
  const BASE = 512;
  const spec: LineSpec = { chip: 'lab', line: '3', activeLow: true };
  let clock: ReturnType<typeof virtualClock>;
  let kernel: SysfsKernel;
  const warn = vi.fn();
  const open: { close(): Promise<void> }[] = [];
  beforeEach(() => {
    warn.mockClear();
    clock = virtualClock({ mono: 1_000_000, bootId: 'this-boot' });
    kernel = sysfsKernel([{ label: 'lab', base: BASE, lines: 8 }]);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((line) => line.close()));
    expect(clock.waiting()).toEqual([]);
  });

  function deps(bootId = 'this-boot') {
    const claims = exportClaims({ dir: folder, bootId, log: silentLog });
    const exports = lineExports({ io: kernel.io, claims, clock });
    return { io: kernel.io, exports, onoff: async () => kernel.open, clock, log: { ...silentLog, warn } };
  }
  function watch(parts: Partial<LineSpec> = {}, on = deps()) {
    const events: LineEvent[] = [];
    const told: LinkDown['reason' | 'detail'][] = [];
    const line = watchSysfs(
      on,
      { ...spec, ...parts },
      {
        up: () => void told.push('up'),
        down: ({ reason }) => void told.push(reason),
        line: (event) => void events.push(event),
        trouble() {},
      },
    );
    open.push(line);
    return { events, told, close: line.close };
  }
  function output(parts: Partial<LineSpec> = {}, on = deps()) {
    const told: string[] = [];
    const line = outputSysfs(
      on,
      { ...spec, ...parts },
      { up: () => void told.push('up'), down: ({ reason }) => void told.push(reason) },
    );
    open.push(line);
    return { ...line, told };
  }
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 20) {
      clock.advance(Math.min(20, left));
      await turn();
    }
  }

  it('waits for the rights that udev gives after the export', async () => {
    kernel.udevIsSlow = true;
    const line = watch();
    await pass(500);
    expect(line.told).toEqual([]);
    for (const exported of kernel.exported.values()) exported.writable = true;
    await pass(40);
    expect(line.told).toEqual(['up']);
    expect(line.events).toMatchObject([{ active: true, why: 'found' }]);
  });

  it('says that the rights never came, and gives the line back', async () => {
    kernel.udevIsSlow = true;
    const line = watch();
    await pass(2_100);
    expect(line.told).toEqual(['denied']);
    expect(kernel.exported.size).toBe(0);
  });

  it('says that a chip has no interrupts, or names of its own', async () => {
    kernel.without.add('edge');
    const deaf = watch();
    await turn();
    expect(deaf.told).toEqual(['refused']);
    await deaf.close();
    kernel.without.clear();
    kernel.ownNames = true;
    const named = watch();
    await turn();
    expect(named.told).toEqual(['refused']);
  });

  it('leaves a line that somebody has exported as it is', async () => {
    kernel.echo('515', 'export');
    kernel.echo('high', 'gpio515/direction');
    const line = watch();
    const out = output();
    await turn();
    expect([line.told, out.told]).toEqual([['busy'], ['busy']]);
    await expect(out.set(false)).rejects.toMatchObject({ code: 'gpio-busy' });
    await Promise.all([line.close(), out.close()]);
    expect(kernel.exported.get(515)?.files.get('direction')).toBe('out');
    expect(kernel.driven).toEqual([[515, true]]);
  });

  it('says busy of a line that the kernel or the character device holds', async () => {
    kernel.held.add(515);
    const line = watch();
    await turn();
    expect(line.told).toEqual(['busy']);
    kernel.held.clear();
    await pass(1_000);
    expect(line.told).toEqual(['busy', 'up']);
  });

  it('tells each level that it reads, and counts the edges that it did not see', async () => {
    const line = watch({ activeLow: false });
    await turn();
    kernel.drive(515, true);
    clock.advance(7);
    kernel.drive(515, false);
    expect(line.events).toMatchObject([
      { active: false, why: 'found', at: { mono: 1_000_000 } },
      { active: true, why: 'edge', at: { mono: 1_000_000 } },
      { active: false, why: 'edge', at: { mono: 1_000_007 } },
    ]);
    // Up and down again before anybody could look.
    kernel.wake(515);
    kernel.wake(515);
    expect(line.events).toHaveLength(3);
    const missed = () => warn.mock.calls.filter(([fields]) => 'count' in fields).map(([{ count }]) => count);
    expect(missed()).toEqual([1]);
    await pass(60_000);
    expect(missed()).toEqual([1, 1]);
    // A wake-up that never came is made good within a second.
    kernel.drive(515, true, false);
    await pass(1_000);
    expect(line.events.at(-1)).toMatchObject({ active: true, why: 'found' });
  });

  it('watches a line anew that was taken from under it, with no word of it', async () => {
    const line = watch();
    await turn();
    kernel.echo('515', 'unexport');
    await pass(1_000);
    expect(line.told).toEqual(['up']);
    expect(line.events).toHaveLength(2);
    kernel.drive(515, true);
    expect(line.events[2]).toMatchObject({ active: false, why: 'edge' });
    kernel.echo('none', 'gpio515/edge');
    await pass(1_200);
    expect(kernel.exported.get(515)?.files.get('edge')).toBe('both');
  });

  it('says that the chip is gone, and finds it with another base', async () => {
    const line = watch();
    await turn();
    kernel.unplug();
    await pass(1_000);
    expect(line.told).toEqual(['up', 'missing']);
    kernel.chips.push({ label: 'lab', base: 399, lines: 8 });
    await pass(4_000);
    expect(line.told).toEqual(['up', 'missing', 'up']);
    expect([...kernel.exported.keys()]).toEqual([402]);
  });

  it('drives an output to its level from the first instant, on and off alike, and to off at the end', async () => {
    for (const activeLow of [false, true]) {
      for (const active of [false, true]) {
        kernel.driven.length = 0;
        const out = output({ activeLow });
        await turn();
        expect(kernel.driven).toEqual([]);
        await out.set(active);
        await out.set(!active);
        await out.close();
        const [first, second, last] = [active !== activeLow, !active !== activeLow, activeLow];
        expect(kernel.driven.map(([, high]) => high)).toEqual([first, second, last]);
        expect(kernel.exported.size).toBe(0);
      }
    }
  });

  it('takes a lost output again, at the level it had', async () => {
    const out = output({ activeLow: false });
    await out.set(true);
    kernel.echo('in', 'gpio515/direction');
    kernel.drive(515, false);
    await pass(1_200);
    expect(out.told).toEqual(['up', 'lost', 'up']);
    expect(kernel.driven.at(-1)).toEqual([515, true]);
  });

  it('switches off and takes again what an earlier run of this boot left, by its note alone', async () => {
    const before = deps();
    const signal = new AbortController().signal;
    const wanted = { as: 'output', activeLow: false, high: true } as const;
    await before.exports.take(findLine(kernel.io, spec), wanted, signal);
    // Killed here. Another folder, another boot: nobody's.
    const stranger = output(
      {},
      {
        ...deps(),
        exports: lineExports({ io: kernel.io, claims: exportClaims({ bootId: 'this-boot', log: silentLog }), clock }),
      },
    );
    const later = output({}, deps('another-boot'));
    await turn();
    expect([stranger.told, later.told]).toEqual([['busy'], ['busy']]);
    await Promise.all([stranger.close(), later.close()]);
    expect(kernel.driven).toEqual([[515, true]]);

    const again = output();
    await turn();
    expect(again.told).toEqual(['up']);
    expect(kernel.driven.at(-1)).toEqual([515, false]);
    expect(kernel.exported.size).toBe(0);
  });

  it('does not take for its own what somebody exported after it', async () => {
    const signal = new AbortController().signal;
    await deps().exports.take(findLine(kernel.io, spec), { as: 'input', activeLow: false }, signal);
    kernel.echo('515', 'unexport');
    kernel.echo('515', 'export');
    const line = watch();
    await turn();
    expect(line.told).toEqual(['busy']);
  });

  it('leaves alone at its end what somebody exported in its place meanwhile', async () => {
    const line = watch();
    await turn();
    kernel.echo('515', 'unexport');
    kernel.echo('515', 'export');
    await line.close();
    expect([...kernel.exported.keys()]).toEqual([515]);
  });

  it('gives one line to one device of the gateway, the other waits', async () => {
    const on = deps();
    const first = watch({}, on);
    const second = watch({}, on);
    await turn();
    expect([first.told, second.told]).toEqual([['up'], ['busy']]);
    kernel.drive(515, true);
    expect(first.events.at(-1)).toMatchObject({ active: false, why: 'edge' });
    await first.close();
    await pass(1_000);
    expect(second.told).toEqual(['busy', 'up']);
  });

  it('refuses a pull resistor, and says what to do', async () => {
    const line = watch({ bias: 'pull-up' });
    await turn();
    expect(line.told).toEqual(['refused']);
    expect(warn.mock.calls[0]?.[0]).toMatchObject({ detail: expect.stringContaining('bias: as-is') });
    expect(kernel.exported.size).toBe(0);
  });
});

/** Lets everything that is settled have its say. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
