// The winsen-gas driver on a fake line and a virtual clock, with a simulated module at the other end or bytes by hand.

import type { Sample } from '#contract/reading.ts';
import { simulatedWinsen, type WinsenSettings } from '#src/sim/winsen.ts';
import { winsenGas } from '../../drivers/winsen-gas/driver.ts';
import type { Options } from '../../drivers/winsen-gas/options.ts';
import { driverBench } from './driver-bench.ts';

type Given = Partial<Omit<Options, 'port'>>;

export function bench(given: Given = {}) {
  const { wire: line, ...home } = driverBench(winsenGas, { options: { model: 'zc-lel', ...given } });
  const written: Uint8Array[] = [];
  line.hear((bytes) => written.push(bytes));
  /** Everything that was emitted, without its time. */
  const emitted = () => home.samples.map(({ at: _, ...sample }): Sample => sample);
  return {
    ...home,
    line,
    driver: home.running,
    written,
    emitted,
    last: () => emitted().at(-1),
    /** Samples made while time passes. */
    during(ms: number): Sample[] {
      const before = home.samples.length;
      home.clock.advance(ms);
      return emitted().slice(before);
    },
  };
}

/** A module on the line, plugged in; the virtual clock makes it answer within the same instant. */
export function withModule(given: Given = {}, settings: Partial<WinsenSettings> = {}) {
  const home = bench(given);
  const module = simulatedWinsen({ clock: home.clock, ...settings });
  const face = module.attach((bytes) => home.line.say(bytes));
  home.line.hear((bytes) => face.receive(bytes));
  home.line.plug();
  return { ...home, module };
}

export const bytes = (text: string) => Uint8Array.from(text.split(' ').map((byte) => Number.parseInt(byte, 16)));
export const reply = (counts: number) => {
  const body = [0x86, counts >> 8, counts & 0xff, 0, 0, 0, 0];
  return [0xff, ...body, -body.reduce((a, b) => a + b, 0) & 0xff];
};
export const WARM = 180_000;
export const good = (value: number): Sample => ({ quantity: 'gas', value, quality: 'good' });
