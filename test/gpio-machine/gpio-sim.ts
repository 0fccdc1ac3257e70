// A GPIO chip of the kernel's own simulator, gpio-sim: real lines for real tools, made through configfs, moved and read
// back through sysfs. Levels here are electrical.

import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

export type Level = 'high' | 'low';

export interface SimulatedChip {
  /** The kernel's name, `gpiochip1`. */
  device: string;
  /**
   * Pulls a line, as a button or a contact does. Undriven, it follows at once; driven, when it is let go.
   * A tool that asks for a bias pulls the very same wire, over what was pulled before.
   */
  pull(line: string, level: Level): void;
  /** The level now, driven by a tool or pulled. */
  level(line: string): Level;
  /** Takes the chip away. Nobody may hold a line of it. */
  remove(): void;
}

/** A chip with this label and these lines, in order, all pulled low. A line with a `hog` is held by the kernel in that name. */
export function simulatedChip(
  label: string,
  lines: readonly (string | { name: string; hog: string })[],
): SimulatedChip {
  const chip = `/sys/kernel/config/gpio-sim/${label}`;
  const folders = [chip, `${chip}/bank`];
  const names = lines.map((line) => (typeof line === 'string' ? line : line.name));
  const settings: [file: string, value: string][] = [
    [`${chip}/bank/label`, label],
    [`${chip}/bank/num_lines`, String(lines.length)],
  ];
  for (const [offset, line] of lines.entries()) {
    const folder = `${chip}/bank/line${offset}`;
    folders.push(folder);
    settings.push([`${folder}/name`, names[offset] ?? '']);
    if (typeof line === 'string') continue;
    folders.push(`${folder}/hog`);
    settings.push([`${folder}/hog/name`, line.hog], [`${folder}/hog/direction`, 'input']);
  }
  for (const folder of folders) mkdirSync(folder);
  for (const [file, value] of settings) writeFileSync(file, value);
  writeFileSync(`${chip}/live`, '1');

  const platform = readFileSync(`${chip}/dev_name`, 'utf8').trim();
  const device = readFileSync(`${chip}/bank/chip_name`, 'utf8').trim();
  const attribute = (line: string, name: 'pull' | 'value'): string => {
    if (!names.includes(line)) throw new Error(`the simulated chip ${label} has no line ${line}`);
    return `/sys/devices/platform/${platform}/${device}/sim_gpio${names.indexOf(line)}/${name}`;
  };

  return {
    device,
    pull: (line, level) => writeFileSync(attribute(line, 'pull'), level === 'high' ? 'pull-up' : 'pull-down'),
    level: (line) => (readFileSync(attribute(line, 'value'), 'utf8').trim() === '1' ? 'high' : 'low'),
    remove() {
      writeFileSync(`${chip}/live`, '0');
      for (const folder of folders.toReversed()) rmdirSync(folder);
    },
  };
}
