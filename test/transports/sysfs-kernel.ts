// The kernel's side of /sys/class/gpio for tests: what its files say, take and refuse (drivers/gpio/gpiolib-sysfs.c of
// Linux 6.1). Edges and live levels on a real one are in test/gpio-machine.

import type { SysfsIo } from '#src/transports/gpio/sysfs/io.ts';
import type { LineEvents, OpenOnoff } from '#src/transports/gpio/sysfs/onoff.ts';

interface Exported {
  inode: string;
  files: Map<string, string>;
  writable: boolean;
  watched?: LineEvents | undefined;
}

export interface SysfsKernel {
  io: SysfsIo;
  open: OpenOnoff;
  chips: { label: string; base: number; lines: number }[];
  /** Numbers that the kernel or a user of the character device holds. */
  held: Set<number>;
  exported: Map<number, Exported>;
  /** Every electrical level that was driven on a line, in order. */
  driven: [number: number, high: boolean][];
  /** udev has not yet given rights to what is exported. */
  udevIsSlow: boolean;
  /** Files that a line of this kernel does not have. */
  without: Set<string>;
  /** The kernel calls an exported line so, and not by its number. */
  ownNames: boolean;
  /** The wire changes; whoever watches is woken. */
  drive(number: number, high: boolean, wake?: boolean): void;
  /** Wakes whoever watches the line, whatever happened. */
  wake(number: number): void;
  /** As a shell would. */
  echo(text: string, path: string): void;
  unplug(): void;
}

const failed = (code: string) => Object.assign(new Error(`${code}: the kernel says so`), { code });

export function sysfsKernel(chips: SysfsKernel['chips']): SysfsKernel {
  let nodes = 100;
  const wires = new Map<number, boolean>();
  const all = () => kernel.chips;

  function lineOf(path: string): [line: Exported, file: string, number: number] | undefined {
    const [, number, file] = /^gpio(\d+)(?:\/(.*))?$/.exec(path) ?? [];
    const line = kernel.exported.get(Number(number));
    return line && [line, file ?? '', Number(number)];
  }
  function driving(number: number, line: Exported, high: boolean): void {
    line.files.set('direction', 'out');
    wires.set(number, high);
    kernel.driven.push([number, high]);
  }
  function level(number: number, line: Exported): boolean {
    return (wires.get(number) ?? false) !== (line.files.get('active_low') === '1');
  }

  const io: SysfsIo = {
    root: '/fake/gpio',
    read(path) {
      const chip = all().find(({ base }) => path.startsWith(`gpiochip${base}/`));
      if (chip)
        return { label: chip.label, base: `${chip.base}`, ngpio: `${chip.lines}` }[path.split('/')[1] ?? ''] ?? '';
      const [line, file, number] = lineOf(path) ?? [];
      if (!line || number === undefined) throw failed('ENOENT');
      return file === 'value' ? `${level(number, line) ? 1 : 0}` : (line.files.get(file ?? '') ?? '');
    },
    write(path, text) {
      if (path === 'export') {
        const number = Number(text);
        if (!all().some(({ base, lines }) => number >= base && number < base + lines)) throw failed('EINVAL');
        if (kernel.held.has(number) || kernel.exported.has(number)) throw failed('EBUSY');
        if (kernel.ownNames) return;
        const files = new Map([
          ['direction', 'in'],
          ['active_low', '0'],
          ['edge', 'none'],
          ['value', '0'],
        ]);
        for (const file of kernel.without) files.delete(file);
        nodes += 1;
        kernel.exported.set(number, { inode: `${nodes}`, files, writable: !kernel.udevIsSlow });
        return;
      }
      if (path === 'unexport') {
        if (!kernel.exported.delete(Number(text))) throw failed('EINVAL');
        return;
      }
      const [line, file = '', number = 0] = lineOf(path) ?? [];
      if (!line?.files.has(file)) throw failed('ENOENT');
      if (file === 'direction' && text !== 'in') driving(number, line, text === 'high');
      else if (file === 'value') driving(number, line, (text === '1') !== (line.files.get('active_low') === '1'));
      else line.files.set(file, text);
    },
    list: () => [
      'export',
      'unexport',
      ...all().map(({ base }) => `gpiochip${base}`),
      ...[...kernel.exported.keys()].map((number) => `gpio${number}`),
    ],
    inode(path) {
      if (path === '.' || path === 'export') return '1';
      const [line, file] = lineOf(path) ?? [];
      return line && (file === '' || line.files.has(file ?? '')) ? line.inode : undefined;
    },
    mayWrite: (path) => lineOf(path)?.[0].writable ?? true,
  };

  const kernel: SysfsKernel = {
    io,
    chips,
    held: new Set(),
    exported: new Map(),
    driven: [],
    udevIsSlow: false,
    without: new Set(),
    ownNames: false,
    open({ number }, watched) {
      const line = kernel.exported.get(number);
      if (!line) throw failed('ENOENT');
      line.watched = watched;
      let last = false;
      let broken = false;
      return {
        read() {
          if (kernel.exported.get(number) === line) last = level(number, line);
          else if (!broken) {
            broken = true;
            queueMicrotask(() => watched?.broken(failed('ENODEV')));
          }
          return last;
        },
        write: (active) => io.write(`gpio${number}/value`, active ? '1' : '0'),
        close() {
          line.watched = undefined;
        },
      };
    },
    drive(number, high, wake = true) {
      wires.set(number, high);
      if (wake) kernel.wake(number);
    },
    wake(number) {
      const line = kernel.exported.get(number);
      if (line?.files.get('edge') === 'both') line.watched?.edge(level(number, line));
    },
    echo: (text, path) => io.write(path, text),
    unplug() {
      kernel.chips.length = 0;
      kernel.exported.clear();
    },
  };
  return kernel;
}
