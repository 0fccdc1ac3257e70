// A GPIO chip of the kernel's own simulator, gpio-sim: real lines for real tools, made through configfs, moved and read
// back through sysfs. Levels here are electrical.

import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

export type Level = 'high' | 'low';

export interface SimulatedChip {
  /** Pulls a line, as a button or a contact does. What nobody drives follows at once; so does the level after a release. */
  pull(line: string, level: Level): void;
  /** The level now, driven by a tool or pulled. */
  level(line: string): Level;
  /** Takes the chip away, as an unplugged one goes, or the end of a test. */
  remove(): void;
}

/** A chip with this label and a line for each name, in order, all pulled low. */
export function simulatedChip(label: string, lines: readonly string[]): SimulatedChip {
  const chip = `/sys/kernel/config/gpio-sim/${label}`;
  const bank = `${chip}/bank`;
  mkdirSync(bank, { recursive: true });
  writeFileSync(`${bank}/label`, label);
  writeFileSync(`${bank}/num_lines`, String(lines.length));
  lines.forEach((name, offset) => {
    mkdirSync(`${bank}/line${offset}`);
    writeFileSync(`${bank}/line${offset}/name`, name);
  });
  writeFileSync(`${chip}/live`, '1');

  const device = readFileSync(`${chip}/dev_name`, 'utf8').trim();
  const number = readFileSync(`${bank}/chip_name`, 'utf8').trim();
  const attribute = (line: string, name: 'pull' | 'value'): string => {
    if (!lines.includes(line)) throw new Error(`the simulated chip ${label} has no line ${line}`);
    return `/sys/devices/platform/${device}/${number}/sim_gpio${lines.indexOf(line)}/${name}`;
  };

  return {
    pull: (line, level) => writeFileSync(attribute(line, 'pull'), level === 'high' ? 'pull-up' : 'pull-down'),
    level: (line) => (readFileSync(attribute(line, 'value'), 'utf8').trim() === '1' ? 'high' : 'low'),
    remove: () => {
      writeFileSync(`${chip}/live`, '0');
      for (const offset of lines.keys()) rmdirSync(`${bank}/line${offset}`);
      rmdirSync(bank);
      rmdirSync(chip);
    },
  };
}
