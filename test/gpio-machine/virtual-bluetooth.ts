// Bluetooth controllers of the kernel's own, with BlueZ's emulator behind them: what one sends, the other hears.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as elapsed } from 'node:timers/promises';

export interface VirtualPair {
  /** `hci0` or what the kernel calls it: the gateway's. */
  ours: string;
  /** Another sender near it. */
  other: string;
  /** Address of the other. */
  address: string;
  /** The other says these fields, once; each call is an advert of its own. */
  advertise(fields: Uint8Array): void;
  /** rfkill's soft block of ours. */
  block(on: boolean): void;
  up(adapter: string): void;
  /** Both are gone, as pulled out. */
  remove(): Promise<void>;
}

const CLASS = '/sys/class/bluetooth';
export const adapters = (): string[] => {
  try {
    return readdirSync(CLASS)
      .filter((name) => /^hci\d+$/.test(name))
      .toSorted();
  } catch {
    return [];
  }
};
const hcitool = (adapter: string, ...args: string[]) => execFileSync('hcitool', ['-i', adapter, 'cmd', ...args]);
const hex = (byte: number) => byte.toString(16).padStart(2, '0');

/** Two LE controllers, switched on. */
export async function virtualPair(): Promise<VirtualPair> {
  const before = adapters();
  const emulator = spawn('btvirt', ['-l2'], { stdio: 'ignore' });
  const exited = once(emulator, 'exit');
  const added = () => adapters().filter((name) => !before.includes(name));
  while (added().length < 2) {
    if (emulator.exitCode !== null) throw new Error(`btvirt ended with ${emulator.exitCode}`);
    await elapsed(50);
  }
  const [ours = '', other = ''] = added();
  const up = (adapter: string) => void execFileSync('hciconfig', [adapter, 'up']);
  up(ours);
  up(other);
  const told = execFileSync('hciconfig', [other], { encoding: 'utf8' });
  const [, address = ''] = /BD Address: ([0-9A-F:]{17})/.exec(told) ?? [];
  return {
    ours,
    other,
    address: address.toLowerCase(),
    up,
    advertise(fields) {
      hcitool(other, '08', '000a', '00');
      // Each 100 ms, not connectable, public address, all channels (Core 5.4, vol. 4 part E, 7.8.5).
      hcitool(other, '08', '0006', ...('a000a00003000000000000000700'.match(/../g) as string[]));
      const padded = [...fields, ...new Array<number>(31 - fields.length).fill(0)];
      hcitool(other, '08', '0008', hex(fields.length), ...padded.map(hex));
      hcitool(other, '08', '000a', '01');
    },
    block(on) {
      const [rfkill] = readdirSync(`${CLASS}/${ours}`).filter((name) => /^rfkill\d+$/.test(name));
      writeFileSync(`${CLASS}/${ours}/${rfkill}/soft`, on ? '1' : '0');
    },
    async remove() {
      emulator.kill('SIGKILL');
      await exited;
      while (added().length > 0) await elapsed(50);
    },
  };
}
