// The demo's home: a button, a gas sensor with a certified detector beside it, lights, siren and valve; simulated at the
// far end of the lines, so that the gateway reads real bytes and real edges.

import { join } from 'node:path';
import type { Clock } from '#contract/time.ts';
import { later } from '#contract/time.ts';
import { simulatedLines } from './lines.ts';
import { simulatedWinsen } from './winsen.ts';

export interface SimulatedHouse {
  /** `devices` of a config that fits this house. */
  devices: object[];
  press(): void;
  /** Gas in the kitchen, %LEL; from 20 up the certified detector alarms too. */
  gas(percent: number): void;
  /** Called when an output of the house changes: for the valve, when it has really closed. */
  onChange(listener: (output: 'light' | 'buzzer' | 'siren' | 'valve', on: boolean) => void): void;
  close(): Promise<void>;
}

const DETECTOR_ALARMS_AT = 20;
const PRESS_MS = 300;
/** A motor turns the valve for so long. */
const VALVE_TURNS_MS = 400;

export async function simulatedHouse(
  clock: Clock,
  dir: string,
  rooms: { bedroom: string; kitchen: string },
): Promise<SimulatedHouse> {
  const socketPath = join(dir, 'gpio.sock');
  const chip = await simulatedLines({
    socketPath,
    clock,
    lines: ['HELP', 'GAS', 'LIGHT', 'BUZZER', 'SIREN', 'VALVE', 'VALVE-CLOSED'],
  });
  // Buttons and contacts close to ground against a pull-up: high is at rest.
  for (const line of ['HELP', 'GAS', 'VALVE-CLOSED']) chip.set(line, true);
  const sensor = simulatedWinsen({ clock });
  const { path } = await sensor.listen();
  let onChange: Parameters<SimulatedHouse['onChange']>[0] = () => undefined;

  chip.onOutput((line, high) => {
    const on = high === true;
    if (line !== 'VALVE') return onChange(line.toLowerCase() as 'light' | 'buzzer' | 'siren', on);
    if (!on) return;
    clock.at(later(clock.now().mono, VALVE_TURNS_MS), 'sim-valve', () => {
      chip.set('VALVE-CLOSED', false);
      onChange('valve', true);
    });
  });

  const line = (name: string) => ({ chip: `sim:${socketPath}`, line: name });
  return {
    devices: [
      { id: 'help-bedroom', driver: 'gpio-input', kind: 'help-button', room: rooms.bedroom, ...line('HELP') },
      { id: 'gas-detector', driver: 'gpio-input', kind: 'gas', room: rooms.kitchen, ...line('GAS') },
      {
        id: 'gas-level',
        driver: 'winsen-gas',
        kind: 'gas',
        room: rooms.kitchen,
        port: path,
        model: 'zc-lel',
        warmupSeconds: 2,
      },
      { id: 'light', driver: 'gpio-output', kind: 'light', ...line('LIGHT') },
      { id: 'buzzer', driver: 'gpio-output', kind: 'buzzer', ...line('BUZZER') },
      { id: 'siren', driver: 'gpio-output', kind: 'siren', ...line('SIREN') },
      {
        id: 'gas-valve',
        driver: 'gpio-output',
        kind: 'valve',
        room: rooms.kitchen,
        pulseMs: 1_000,
        ...line('VALVE'),
        feedback: line('VALVE-CLOSED'),
      },
    ],
    press() {
      chip.set('HELP', false);
      clock.at(later(clock.now().mono, PRESS_MS), 'sim-press', () => chip.set('HELP', true));
    },
    gas(percent) {
      sensor.setGas(percent);
      chip.set('GAS', percent < DETECTOR_ALARMS_AT);
    },
    onChange(listener) {
      onChange = listener;
    },
    async close() {
      await sensor.close();
      await chip.close();
    },
  };
}
